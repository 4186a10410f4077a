/** The options that say which pictures to sample, and where: the same for every command that samples. */
import { DEFAULT_SAMPLER, eachSamplerOption, SAMPLER_NAMES, type SamplerOption, USUAL_STEPS } from '@onnoise/scheduler';
import { numberOption, toList } from '../../terminal/options.ts';

/** Which pictures. Each command has its own option for how many. */
export const pictureOptions = (group: string) => ({
  seed: { ...numberOption('seed', group, 'Seed of the first picture, the next has seed + 1'), default: 0 },
  labels: {
    group,
    string: true,
    requiresArg: true,
    defaultDescription: 'all',
    coerce: toList('labels', '0,1,2 or female,male'),
    describe: 'Classes by number or name, taken in turn: 0,1,2 or female,male',
  },
});

/** How they are sampled. */
export const samplerOptions = (group: string) => ({
  steps: numberOption('steps', group, 'Steps per picture', `${USUAL_STEPS}, at most T - 1`),
  sampler: { group, choices: SAMPLER_NAMES, default: DEFAULT_SAMPLER, describe: 'Sampling method' },
  ...eachSamplerOption((name, option) => samplerOption(name, group, option)),
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
    describe: 'Where the network runs; auto takes cuda, else the faster of webgpu (on a GPU) and cpu',
  },
});
