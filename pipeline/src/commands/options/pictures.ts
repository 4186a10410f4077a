/** The options that say which pictures to sample, and where: the same for every command that samples. */

import { numberOption, toInterval, toList, toValues } from '@onnoise/base/terminal';
import {
  DEFAULT_GUIDANCE,
  DEFAULT_SAMPLER,
  eachSamplerOption,
  SAMPLER_NAMES,
  type SamplerOption,
} from '@onnoise/scheduler';
import { USUAL_STEPS } from '@onnoise/scheduler/model';
import { textOption } from './command.ts';

/** Which pictures. Each command has its own option for how many. */
export const pictureOptions = (group: string) => ({
  seed: { ...numberOption('seed', group, 'Seed of the first picture; the next has seed + 1'), default: 0 },
  labels: textOption('Classes to sample in turn, by number or name: 0,1,2 or female,male', {
    group,
    alias: 'label',
    defaultDescription: 'all',
    coerce: toList('labels', '0,1,2 or female,male'),
  }),
  condition: {
    group,
    string: true,
    array: true,
    nargs: 1,
    requiresArg: true,
    coerce: toValues('condition', 'boneage=120'),
    describe: 'Value of a condition, or several in turn: boneage=60,120; repeat the option for other conditions',
  },
});

/** What conditional models take besides; `PictureOptions` has the names. */
export interface ConditionArguments {
  labels?: string[] | undefined;
  condition?: Record<string, number[]> | undefined;
  guidance?: number | undefined;
  guidanceInterval?: [low: number, high: number] | undefined;
}

export const conditionSettings = ({ labels, condition, guidance, guidanceInterval }: ConditionArguments) => ({
  labels,
  conditions: condition,
  guidance,
  guidanceInterval,
});

/** How they are sampled. */
export const samplerOptions = (group: string) => ({
  steps: numberOption('steps', group, 'Steps per picture', `${USUAL_STEPS}, at most timesteps - 1`),
  sampler: {
    group,
    requiresArg: true,
    choices: SAMPLER_NAMES,
    defaultDescription: DEFAULT_SAMPLER,
    describe: 'Sampling method',
  },
  ...eachSamplerOption((name, option) => samplerOption(name, group, option)),
  guidance: numberOption(
    'guidance',
    group,
    'How strongly to follow the conditions: 1 is as trained, 2 is stronger; only for models trained with --label-dropout',
    `${DEFAULT_GUIDANCE} for such models`,
  ),
  'guidance-interval': {
    group,
    requiresArg: true,
    coerce: toInterval('guidance-interval'),
    defaultDescription: 'all',
    describe: 'Range of timesteps to guide, the lower end first: 100,900',
  },
});

function samplerOption(name: string, group: string, option: SamplerOption) {
  const { describe, default: standard } = option;
  return 'choices' in option
    ? { group, describe, requiresArg: true, choices: option.choices, defaultDescription: option.default }
    : numberOption(name, group, describe, String(standard));
}

/** Where the network runs. */
export const deviceOption = (group: string) => ({
  device: {
    group,
    choices: ['auto', 'cpu', 'cuda', 'webgpu'] as const,
    default: 'auto' as const,
    describe: 'Where the network runs; auto takes cuda, otherwise the faster of webgpu (on a GPU) and cpu',
  },
});
