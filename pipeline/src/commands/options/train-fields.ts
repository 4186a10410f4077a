/** Makes the options of `pipeline train` from the table of settings, and turns what yargs read into a layer. */

import { isVanished } from '@onnoise/base/terminal';
import type { PredictionType } from '@onnoise/scheduler';
import { check, object, refuse, worded } from '@onnoise/scheduler/rules';
import {
  augmentFields,
  type Field,
  fields,
  type PartialConfig,
  privacyFields,
  type Section,
} from '@onnoise/training/settings';
import type { Options } from 'yargs';
import { tableOptions, typedValues } from './tables.ts';

/** Short names of what a network may predict. */
const PREDICTIONS = {
  epsilon: 'epsilon',
  sample: 'sample',
  v: 'v_prediction',
  flow: 'flow_prediction',
} as const satisfies Record<string, PredictionType>;
type Prediction = keyof typeof PREDICTIONS;

export const predictionOption: Options = {
  group: 'Diffusion:',
  choices: Object.keys(PREDICTIONS),
  describe:
    'What the network predicts, --scheduler.prediction_type in short: the noise, the picture, v, or the velocity of flow matching',
};

const GROUPS: Record<Section, string> = { data: 'Data:', training: 'Training:', output: 'Output:' };

/** @param without keys of fields that the command does not offer */
export const fieldOptions = (section: Section, without: readonly string[] = []): Record<string, Options> => ({
  ...tableOptions(offered(fields[section], without), GROUPS[section]),
  ...(section === 'data' && tableOptions(augmentFields, 'Random changes to the training images:')),
  ...(section === 'training' && tableOptions(offered(privacyFields, without), 'Differential privacy:')),
});

const offered = (table: Readonly<Record<string, Field>>, without: readonly string[]) =>
  Object.fromEntries(Object.entries(table).filter(([key]) => !without.includes(key)));

/** Fields of the section `training` that only a student has: those of `pipeline distill`. */
export const STUDENT_FIELDS = [
  'calls',
  'teacherCalls',
  'teacherIsStudent',
  'teacherGuidance',
  'lessons',
  'adversarial',
  'conditional',
] as const;

/** The typed options, as the top layer of the settings. */
export function typedLayer(args: Record<string, unknown>): PartialConfig {
  const layer: Record<string, Record<string, unknown>> = {};
  for (const [section, table] of Object.entries(fields)) {
    const values = typedValues(table, args);
    if (Object.keys(values).length > 0) layer[section] = values;
  }
  for (const section of ['model', 'scheduler'] as const) {
    if (args[section] !== undefined) layer[section] = readDotted(section, args[section]);
  }
  const { prediction } = args;
  if (prediction === undefined) return layer;
  const prediction_type = PREDICTIONS[prediction as Prediction];
  const typed = layer.scheduler?.prediction_type ?? prediction_type;
  if (typed !== prediction_type) {
    refuse('read the options', '--prediction', `left out beside --scheduler.prediction_type ${typed}`, prediction);
  }
  return { ...layer, scheduler: { ...layer.scheduler, prediction_type } };
}

/** `--model.block_out_channels 32,64 --model.add_attention false`: values are JSON, lists with commas, or words. */
function readDotted(section: string, given: unknown): Record<string, unknown> {
  const byKey = worded(`given by key, as --${section}.<key> <value>`, object);
  const values = check('read the options', `--${section}`, byKey, given);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, readValue(value)]));
}

function readValue(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const read = JSON.parse(value);
    // A value that a number cannot hold stays as typed, and the error will show it so.
    return (Number.isInteger(read) && !Number.isSafeInteger(read)) || isVanished(value) ? value : read;
  } catch {
    if (/^[+-]?(\d+\.?|\d*\.\d+)(e[+-]?\d+)?$/i.test(value) && !/^0\d/.test(value)) return Number(value);
    return value.includes(',') ? value.split(',').map((part) => readValue(part.trim())) : value;
  }
}
