/** The options that say which pictures to make in bulk: those of an order, the same with a queue and without one. */

import { numberOption } from '@onnoise/base/terminal';
import { program } from '@onnoise/base/text';
import { SAMPLER_OPTION_NAMES, type SamplerName, type SamplerSettings } from '@onnoise/scheduler';
import { refuse } from '@onnoise/scheduler/rules';
import type { Options } from 'yargs';
import type { FileChoice } from '../../pictures/choices.ts';
import { depthOption, fileOptions } from './files.ts';
import { type ConditionArguments, conditionSettings, pictureOptions, samplerOptions } from './pictures.ts';
import { conditionImageOptions, toldFitOption } from './starts.ts';

export interface OrderArguments extends SamplerSettings, ConditionArguments, FileChoice {
  count?: number | undefined;
  seed?: number | undefined;
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  shard?: number | undefined;
}

/** As `makeOrder` takes them. */
export function orderSettings<T extends OrderArguments & { count: number }>(
  options: T,
): T & ReturnType<typeof conditionSettings> {
  return { ...options, ...conditionSettings(options) };
}

const NAMES = [
  'count',
  'seed',
  'labels',
  'condition',
  'shard',
  'format',
  'modality',
  'pixelSpacing',
  'bodyPart',
  'depth',
  'steps',
  'sampler',
  'guidance',
] as const;

/** @throws InputError if one is given where orders come from the queue. */
export function refuseOrder(options: OrderArguments): void {
  for (const name of [...NAMES, 'guidanceInterval', ...SAMPLER_OPTION_NAMES] as const) {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const rule = `left out without --shards, since orders come from ${program('generate')}`;
    if (options[name] !== undefined) refuse('start the worker', `--${flag}`, rule, options[name]);
  }
}

/** All of them, without defaults of their own: those that were left out can be told from those that were given. */
export function orderOptions(pictures: string, sampling: string) {
  const options = {
    count: numberOption('count', pictures, 'Number of pictures for all tasks together'),
    ...pictureOptions(pictures),
    ...conditionImageOptions(pictures),
    ...toldFitOption(pictures),
    shard: { ...numberOption('shard', pictures, 'Pictures per shard, which is one tar file'), default: 256 },
    ...fileOptions(pictures, 'Format of the pictures in the shards'),
    depth: depthOption(pictures, 'Bits of a level in these files'),
    ...samplerOptions(sampling),
  };
  return Object.fromEntries(Object.entries<Options>(options).map(withoutDefault));
}

function withoutDefault([name, { default: standard, ...option }]: [string, Options]) {
  return [name, standard === undefined ? option : { ...option, defaultDescription: String(standard) }] as const;
}
