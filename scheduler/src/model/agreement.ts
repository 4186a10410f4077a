/** Checks that the files of a model folder describe one network. It does not compare what a file leaves out. */
import { InputError } from '../rules/errors.ts';

export interface FolderFacts {
  /** T of scheduler/scheduler_config.json. */
  timesteps: number;
  /** `num_train_timesteps` of unet/config.json, unchecked. */
  unetTimesteps?: unknown;
  /** Classes of unet/config.json; 0 for an unconditional network. */
  classes: number;
}

const SCHEDULER = 'scheduler/scheduler_config.json';
const UNET = 'unet/config.json';
const ONNX = 'unet/model.onnx';

/**
 * Compares the configs with each other and with the ONNX file's `metadata`, if given: a network's inputs do not show
 * its numbers of timesteps and classes.
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
