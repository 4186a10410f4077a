/**
 * The scheduler's configuration: names and defaults of diffusers' classes, read from `scheduler_config.json`. What a file
 * without a class leaves out has the defaults of `DDPMScheduler`.
 *
 * Limits: a key or value without meaning here is an InputError, never ignored. Schedules that not every scheduler of
 * diffusers knows by name are written with their numbers in `trained_betas`, which diffusers prefers to the name: `cosine`
 * (the tutorial's) and `sigmoid`, which DDPMScheduler alone has.
 */
import { refuse } from '../rules/errors.ts';
import { type Rules, readObject } from '../rules/read.ts';
import {
  anything,
  check,
  flag,
  fraction,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  type Rule,
  withDefault,
  worded,
} from '../rules/rule.ts';
import { BETA_SCHEDULES, type BetaSchedule, namedBetas } from './betas.ts';
import { PASSIVE_KEYS, withClassDefaults } from './classes.ts';
import { isStraight, LEVEL_KEYS, OF_BETAS, OF_STRAIGHT } from './process.ts';

export const PREDICTION_TYPES = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] as const;
export const VARIANCE_TYPES = ['fixed_small', 'fixed_large'] as const;
export const TIMESTEP_SPACINGS = ['leading', 'linspace', 'trailing'] as const;
const FINAL_SIGMAS_TYPES = ['zero', 'sigma_min'] as const;

export type PredictionType = (typeof PREDICTION_TYPES)[number];
export type VarianceType = (typeof VARIANCE_TYPES)[number];
type FinalSigmasType = (typeof FINAL_SIGMAS_TYPES)[number];
export type TimestepSpacing = (typeof TIMESTEP_SPACINGS)[number];

/**
 * | name                   | default     | meaning                                                                          |
 * | ---------------------- | ----------- | -------------------------------------------------------------------------------- |
 * | num_train_timesteps    | 1000        | T, 1 to 100,000; the tutorial's is 300                                           |
 * | beta_start, beta_end   | 1e-4, 0.02  | ends of `linear`, `scaled_linear` and `sigmoid`; in (0, 1)                       |
 * | beta_schedule          | linear      | see `namedBetas`                                                                 |
 * | trained_betas          | null        | T numbers that replace the named schedule; null: off                             |
 * | rescale_betas_zero_snr | false       | moves alphaBar so that it ends at 0 (not with prediction_type epsilon)           |
 * | prediction_type        | epsilon     | what the network predicts; flow_prediction: of flow matching, whose noise is that |
 * |                        |             | of `straightSchedule` and not of betas                                           |
 * | variance_type          | fixed_small | DDPM's variance: the posterior's, or beta (fixed_large)                          |
 * | clip_sample            | true        | clip the predicted x0 to +-clip_sample_range at every step                       |
 * | clip_sample_range      | 1           | > 0                                                                              |
 * | timestep_spacing       | leading     | which of the T timesteps fewer steps visit, see `spacedTimesteps`                |
 * | steps_offset           | 0           | added to the timesteps of `leading`                                              |
 * | set_alpha_to_one       | true        | DDIM: alphaBar after the last step is 1, else alphaBar[0]                        |
 * | use_karras_sigmas,     | false       | samplers of noise levels spread these, and not timesteps; at most one            |
 * | use_exponential_sigmas |             |                                                                                  |
 * | use_beta_sigmas        | false       | the same, for flow matching alone                                                |
 * | shift                  | 1           | flow matching: above 1 gives more of the time to much noise                      |
 * | shift_terminal         | null        | flow matching: the least noise level asked about, in (0, 1); null: as it comes   |
 * | invert_sigmas          | false       | flow matching: time runs from noise to the picture, and so does the velocity     |
 * | final_sigmas_type      | zero        | the same end without noise, or at the schedule's least (sigma_min)               |
 * | lower_order_final      | true        | DPM-Solver++ and UniPC: lower orders in the last of few steps                    |
 * | euler_at_final         | false       | DPM-Solver++: order 1 in the last step                                           |
 */
export interface SchedulerConfig {
  num_train_timesteps: number;
  beta_start: number;
  beta_end: number;
  beta_schedule: BetaSchedule;
  trained_betas: readonly number[] | null;
  rescale_betas_zero_snr: boolean;
  prediction_type: PredictionType;
  variance_type: VarianceType;
  clip_sample: boolean;
  clip_sample_range: number;
  timestep_spacing: TimestepSpacing;
  steps_offset: number;
  set_alpha_to_one: boolean;
  use_karras_sigmas: boolean;
  use_exponential_sigmas: boolean;
  use_beta_sigmas: boolean;
  shift: number;
  shift_terminal: number | null;
  invert_sigmas: boolean;
  final_sigmas_type: FinalSigmasType;
  lower_order_final: boolean;
  euler_at_final: boolean;
}

const ACTION = "read the scheduler's config";
const MAX_TIMESTEPS = 100_000;

const RULES: Rules<SchedulerConfig> = {
  num_train_timesteps: withDefault(1000, integer(1, MAX_TIMESTEPS)),
  beta_start: withDefault(0.0001, fraction),
  beta_end: withDefault(0.02, fraction),
  beta_schedule: withDefault('linear', oneOf(BETA_SCHEDULES)),
  // what the array holds depends on other keys, see `readTrainedBetas`
  trained_betas: withDefault(null, worded('null or an array of numbers', nullable(listOf(anything as Rule<number>)))),
  rescale_betas_zero_snr: withDefault(false, flag),
  prediction_type: withDefault('epsilon', oneOf(PREDICTION_TYPES)),
  variance_type: withDefault('fixed_small', oneOf(VARIANCE_TYPES)),
  clip_sample: withDefault(true, flag),
  clip_sample_range: withDefault(1, number({ above: 0 })),
  timestep_spacing: withDefault('leading', oneOf(TIMESTEP_SPACINGS)),
  steps_offset: withDefault(0, integer(0, MAX_TIMESTEPS - 1)),
  set_alpha_to_one: withDefault(true, flag),
  use_karras_sigmas: withDefault(false, flag),
  use_exponential_sigmas: withDefault(false, flag),
  use_beta_sigmas: withDefault(false, flag),
  shift: withDefault(1, number({ above: 0 })),
  shift_terminal: withDefault(null, nullable(number({ min: 0, below: 1 }))),
  invert_sigmas: withDefault(false, flag),
  final_sigmas_type: withDefault('zero', oneOf(FINAL_SIGMAS_TYPES)),
  lower_order_final: withDefault(true, flag),
  euler_at_final: withDefault(false, flag),
};

/** Schedules that are written by their numbers. */
const WRITTEN_OUT: readonly BetaSchedule[] = ['cosine', 'sigmoid'];

/**
 * A complete, checked configuration from a plain object: a parsed `scheduler_config.json`, or some of its keys.
 * Missing keys take the defaults of the class that it names.
 *
 * @throws InputError on an unknown key (the message lists the known ones) and on a value that is not supported.
 */
export function parseSchedulerConfig(json: unknown): SchedulerConfig {
  const given = withClassDefaults(check(ACTION, 'it', object, json), ACTION);
  const config = readObject(given, ACTION, RULES, PASSIVE_KEYS);
  const [first, second] = LEVEL_KEYS.filter((key) => config[key]);
  if (second) refuse(ACTION, second, `false where ${first} is true`, true);
  config.shift_terminal ||= null; // 0 is off in diffusers
  checkProcess(config);
  config.trained_betas = readTrainedBetas(config);
  return config;
}

const DEFAULTS = readObject({}, ACTION, RULES);

/** Refuses what means nothing for the process. */
function checkProcess(config: SchedulerConfig): void {
  const straight = isStraight(config);
  for (const key of straight ? OF_BETAS : OF_STRAIGHT) {
    if (config[key] === DEFAULTS[key]) continue;
    const rule = straight
      ? `left out with prediction_type flow_prediction, whose noise is no chain's`
      : 'left out without prediction_type flow_prediction';
    refuse(ACTION, key, rule, config[key]);
  }
  if (straight && config.final_sigmas_type !== 'zero') {
    refuse(ACTION, 'final_sigmas_type', 'zero with prediction_type flow_prediction', config.final_sigmas_type);
  }
}

/** Checks the numbers, and gives null where they are the named schedule's own (how `WRITTEN_OUT` are written). */
function readTrainedBetas(config: SchedulerConfig): readonly number[] | null {
  const { trained_betas: betas, num_train_timesteps: T } = config;
  if (betas === null) return null;
  if (betas.length !== T) {
    refuse(ACTION, 'trained_betas', `an array of num_train_timesteps = ${T} numbers`, `${betas.length} of them`);
  }
  betas.forEach((beta, t) => {
    // 1 is the end of a schedule that reaches pure noise; before that it would leave nothing to divide by.
    if (beta !== 1 || t !== T - 1) check(ACTION, `trained_betas[${t}]`, fraction, beta);
  });
  const named = namedBetas(config);
  const same = WRITTEN_OUT.includes(config.beta_schedule) && betas.every((beta, t) => Math.fround(beta) === named[t]);
  return same ? null : [...betas];
}

/** The betas as files hold them: null where the name says all, else numbers of nine digits, which name every float32. */
export function writtenBetas(config: SchedulerConfig): readonly number[] | null {
  const { trained_betas, beta_schedule } = config;
  if (trained_betas !== null || !WRITTEN_OUT.includes(beta_schedule)) return trained_betas;
  return Array.from(namedBetas(config), (value) => Number(value.toPrecision(9)));
}
