/**
 * The noise schedule of a diffusers checkpoint, from its `scheduler_config.json`, and the sampler that it was saved with.
 *
 * The samplers of some classes are not here, though their networks were trained on the same noise: of their files only
 * the schedule is read.
 */
import {
  InputError,
  parseSchedulerConfig,
  type SamplerName,
  type SchedulerConfig,
  samplerOfConfig,
} from '@onnoise/scheduler';
import { within } from './read-json.ts';

export interface ReadSchedule {
  config: SchedulerConfig;
  /** undefined for one that is not here, and for those of DDPM and DDIM, which any sampler may stand in for. */
  sampler: SamplerName | undefined;
  /** A sentence for the user where something of the file is not used. */
  note?: string;
}

const SAME_NOISE: readonly string[] = [
  ...['PNDMScheduler', 'LMSDiscreteScheduler', 'DEISMultistepScheduler', 'KDPM2DiscreteScheduler', 'IPNDMScheduler'],
  ...['DDPMParallelScheduler', 'DDIMParallelScheduler', 'LCMScheduler', 'SASolverScheduler', 'DPMSolverSDEScheduler'],
];

/** Other processes, and what they are. */
const OTHER_NOISE: Readonly<Record<string, string>> = {
  CMStochasticIterativeScheduler: 'a consistency model',
  ScoreSdeVeScheduler: 'a score network of the variance exploding process',
  ScoreSdeVpScheduler: 'a score network of continuous time',
  KarrasVeScheduler: 'a score network of the variance exploding process',
  EDMEulerScheduler: 'a network of EDM, which scales its input by the noise',
  EDMDPMSolverMultistepScheduler: 'a network of EDM, which scales its input by the noise',
  RePaintScheduler: 'a scheduler of inpainting',
  RFlowScheduler:
    'a velocity of the other sign. Change the sign of weight and bias of conv_out, and name FlowMatchEulerDiscreteScheduler',
};

/** What pipelines are saved with, whatever they are sampled with; a file without a class is of the first. */
const PLAIN: readonly string[] = ['DDPMScheduler', 'DDIMScheduler'];

const SCHEDULE_KEYS: readonly string[] = [
  'num_train_timesteps',
  'beta_start',
  'beta_end',
  'beta_schedule',
  'trained_betas',
  'prediction_type',
  'clip_sample',
  'clip_sample_range',
];

/** Of flow matching, beside `flow_shift`. */
const LINE_KEYS: readonly string[] = ['num_train_timesteps', 'prediction_type', 'clip_sample', 'clip_sample_range'];

/** @throws InputError for the scheduler of another process, and for keys and values that are not supported. */
export function readSchedule(
  json: Record<string, unknown>,
  { from, path }: { from: string; path: string },
): ReadSchedule {
  // MONAI's bundles name a class by its whole path.
  const name = json._class_name ?? (json._target_ as string | undefined)?.replace(/.*\./, '');
  if (typeof name === 'string' && Object.hasOwn(OTHER_NOISE, name)) {
    throw new InputError(
      `Cannot import ${from}: its scheduler must be one of DDPM's process or of flow matching, received "${name}": ${OTHER_NOISE[name]}.`,
    );
  }
  if (typeof name === 'string' && SAME_NOISE.includes(name)) {
    const line = json.use_flow_sigmas === true;
    const kept = Object.entries(json).filter(([key]) => (line ? LINE_KEYS : SCHEDULE_KEYS).includes(key));
    if (line) kept.push(['shift', json.flow_shift ?? 1]);
    const config = within(path, () => parseSchedulerConfig({ clip_sample: false, ...Object.fromEntries(kept) }));
    const note = `Its sampler, ${name}, is not available here: only the noise schedule of its file is used.`;
    return { config, sampler: undefined, note };
  }
  const config = within(path, () => parseSchedulerConfig(json));
  return { config, sampler: PLAIN.includes(String(name ?? PLAIN[0])) ? undefined : samplerOfConfig(json)?.sampler };
}
