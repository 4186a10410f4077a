/** Checks that the files of a model folder describe one network. It does not compare what a file leaves out. */
import { InputError } from '../rules/errors.ts';
import { conditionImageMetadata } from './condition-image.ts';
import type { ConditioningFacts } from './conditioning.ts';
import type { ConditionSpec } from './conditions.ts';

export interface FolderFacts
  extends Pick<ConditioningFacts, 'classes' | 'nullCondition' | 'conditions' | 'conditionImage'> {
  /** `timestepsTold` by scheduler/scheduler_config.json. */
  timesteps: number;
  /** `num_train_timesteps` of unet/config.json, unchecked. */
  unetTimesteps?: unknown;
}

const SCHEDULER = 'scheduler/scheduler_config.json';
const UNET = 'unet/config.json';
const ONNX = 'unet/model.onnx';

/**
 * Compares the configs with each other and with the ONNX file's `metadata`, if given: a network's inputs do not show
 * its numbers of timesteps and classes, nor what its conditions are.
 * @throws InputError that names both files and what they say.
 */
export function checkAgreement(
  { timesteps, unetTimesteps, classes, nullCondition = false, conditions = [], conditionImage }: FolderFacts,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const differ = (name: string, one: string, a: unknown, other: string, b: unknown): never => {
    throw new InputError(
      `Cannot load the model: ${name} must be the same in ${one} and ${other}, received ${String(a)} and ${String(b)}.`,
    );
  };
  const compare = (name: string, one: string, a: number, other: string, b: unknown) => {
    const told = typeof b === 'string' && b !== '' ? Number(b) : b;
    if (Number.isInteger(told) && told !== a) differ(name, one, a, other, told);
  };
  const compareText = (name: string, a: string, told: string | undefined) => {
    if (told !== undefined && told !== a) differ(name, UNET, a, ONNX, told);
  };
  compare('num_train_timesteps', SCHEDULER, timesteps, UNET, unetTimesteps);
  compare('num_train_timesteps', SCHEDULER, timesteps, ONNX, metadata.num_train_timesteps);
  const embeds = classes > 0 && nullCondition ? classes + 1 : classes;
  compare('num_class_embeds', UNET, embeds, ONNX, metadata.num_class_embeds);
  compareText('null_condition', String(nullCondition), metadata.null_condition);
  compareText('conditions', conditionsMetadata(conditions), metadata.conditions);
  compareText(
    'condition_image',
    conditionImage ? conditionImageMetadata(conditionImage) : 'none',
    metadata.condition_image,
  );
}

/** What an ONNX file's metadata says under `conditions`: what their encoding depends on. */
export const conditionsMetadata = (conditions: readonly ConditionSpec[]): string =>
  JSON.stringify(conditions.map(({ name, mean, std }) => ({ name, mean, std })));
