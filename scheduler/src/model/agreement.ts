/** Whether the files of a model folder tell of one network. What a file does not tell is not compared. */
import { InputError } from '../rules/errors.ts';

export interface FolderFacts {
  /** T of scheduler/scheduler_config.json. */
  timesteps: number;
  /** `num_train_timesteps` of unet/config.json, as it stands there. */
  unetTimesteps?: unknown;
  /** Classes of unet/config.json; 0 for an unconditional network. */
  classes: number;
}

const SCHEDULER = 'scheduler/scheduler_config.json';
const UNET = 'unet/config.json';
const ONNX = 'unet/model.onnx';

/**
 * Compares the configs with each other and, where `metadata` of the ONNX file is given, with that: the number of timesteps
 * and of classes that a network has cannot be seen from its inputs.
 * @throws InputError that names both files and what they say.
 */
export function checkAgreement(
  { timesteps, unetTimesteps, classes }: FolderFacts,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const compare = (name: string, one: string, a: number, other: string, b: unknown) => {
    const told = typeof b === 'string' && b !== '' ? Number(b) : b;
    if (!Number.isInteger(told) || told === a) return;
    throw new InputError(
      `Cannot load the model: ${name} must be the same in ${one} and ${other}, received ${a} and ${String(told)}.`,
    );
  };
  compare('num_train_timesteps', SCHEDULER, timesteps, UNET, unetTimesteps);
  compare('num_train_timesteps', SCHEDULER, timesteps, ONNX, metadata.num_train_timesteps);
  compare('num_class_embeds', UNET, classes, ONNX, metadata.num_class_embeds);
}
