/**
 * The scheduler classes of diffusers 0.42.1 whose `scheduler_config.json` can be read: their defaults for missing keys,
 * the keys of a configuration that they have, and other keys that they write.
 */
import { refuse } from '../rules/errors.ts';
import { check, flag, integer, nullable, number, oneOf, type Rule, rule, worded } from '../rules/rule.ts';
import { isStraight, LEVEL_KEYS, OF_BETAS } from './process.ts';

export interface SchedulerClass {
  /** Those that differ from DDPMScheduler's. */
  defaults: Readonly<Record<string, unknown>>;
  /** The keys of a configuration that it has. Other keys are written only if they differ from their defaults. */
  keys: readonly string[];
  /** The defaults of the keys that choose its solver. */
  own: Readonly<Record<string, unknown>>;
  /** Whether it is for flow matching only, or too, by `use_flow_sigmas`; left out: never. */
  straight?: 'only' | 'too';
  /** Of the keys that say how a straight line is sampled, those that it has beside `shift`, which may be `flow_shift`. */
  lineKeys?: readonly string[];
}

const SCHEDULE: string[] = [
  'num_train_timesteps',
  'beta_start',
  'beta_end',
  'beta_schedule',
  'trained_betas',
  'prediction_type',
];
const SPACING: string[] = [...SCHEDULE, 'timestep_spacing', 'steps_offset'];
const CLIP: string[] = ['clip_sample', 'clip_sample_range'];
const DDIM: string[] = [...SPACING, ...CLIP, 'set_alpha_to_one', 'rescale_betas_zero_snr'];
const LEVELS: string[] = ['use_karras_sigmas', 'use_exponential_sigmas'];
const LINE: string[] = ['shift_terminal', 'invert_sigmas', ...LEVEL_KEYS];
const SOLVER: string[] = [...SPACING, ...LEVELS, 'rescale_betas_zero_snr', 'final_sigmas_type', 'lower_order_final'];

/** Classes that use noise levels do not clip by default, and spread timesteps from end to end. */
const levels = { clip_sample: false, timestep_spacing: 'linspace' } as const;
const stable = { ...levels, beta_start: 0.00085, beta_end: 0.012 };

const straight = { clip_sample: false, prediction_type: 'flow_prediction' } as const;

const DPM_SOLVER = { thresholding: false, algorithm_type: 'dpmsolver++', solver_order: 2, solver_type: 'midpoint' };

export const SCHEDULER_CLASSES = {
  DDPMScheduler: { defaults: {}, keys: [...DDIM, 'variance_type'], own: { thresholding: false } },
  DDIMScheduler: { defaults: {}, keys: DDIM, own: { thresholding: false } },
  DDIMInverseScheduler: { defaults: {}, keys: DDIM, own: {} },
  EulerDiscreteScheduler: {
    defaults: levels,
    keys: [...SPACING, ...LEVELS, 'rescale_betas_zero_snr', 'final_sigmas_type'],
    own: {},
  },
  EulerAncestralDiscreteScheduler: { defaults: levels, keys: [...SPACING, 'rescale_betas_zero_snr'], own: {} },
  HeunDiscreteScheduler: { defaults: stable, keys: [...SPACING, ...LEVELS, ...CLIP], own: {} },
  KDPM2AncestralDiscreteScheduler: { defaults: stable, keys: [...SPACING, ...LEVELS], own: {} },
  DPMSolverMultistepScheduler: {
    defaults: levels,
    keys: [...SOLVER, 'euler_at_final'],
    own: DPM_SOLVER,
    straight: 'too',
  },
  DPMSolverSinglestepScheduler: {
    defaults: { ...levels, lower_order_final: false },
    keys: [...SCHEDULE, ...LEVELS, 'final_sigmas_type', 'lower_order_final'],
    own: DPM_SOLVER,
    straight: 'too',
  },
  UniPCMultistepScheduler: {
    defaults: levels,
    keys: SOLVER,
    own: { thresholding: false, solver_order: 2, solver_type: 'bh2' },
    straight: 'too',
    lineKeys: ['shift_terminal'],
  },
  FlowMatchEulerDiscreteScheduler: {
    defaults: straight,
    keys: ['num_train_timesteps', 'shift', ...LINE],
    own: {},
    straight: 'only',
    lineKeys: LINE,
  },
  FlowMatchHeunDiscreteScheduler: {
    defaults: straight,
    keys: ['num_train_timesteps', 'shift'],
    own: {},
    straight: 'only',
  },
} satisfies Record<string, SchedulerClass>;

export type SchedulerClassName = keyof typeof SCHEDULER_CLASSES;

const off = (what: string): Rule<unknown> => worded(`false (${what} not supported)`, oneOf([false, null]));
const none = (what: string): Rule<unknown> => worded(`null (${what} not supported)`, oneOf([null]));

/** Other keys that the classes write, accepted only at values that change nothing here. */
export const PASSIVE_KEYS: Readonly<Record<string, Rule<unknown>>> = {
  _class_name: oneOf(Object.keys(SCHEDULER_CLASSES)),
  _diffusers_version: rule('a string', (value) => typeof value === 'string'),
  thresholding: off('dynamic thresholding is'),
  dynamic_thresholding_ratio: worded('a number or null', nullable(number())),
  sample_max_value: worded('a number or null', nullable(number())),
  // noise levels
  interpolation_type: worded('linear (log_linear is not supported)', oneOf(['linear'])),
  timestep_type: worded('discrete (continuous timesteps are not supported)', oneOf(['discrete'])),
  sigma_min: none('ends of noise levels are'),
  sigma_max: none('ends of noise levels are'),
  use_lu_lambdas: off('Lu lambdas are'),
  // flow matching
  use_flow_sigmas: nullable(flag), // see `ofLine`
  flow_shift: number({ above: 0 }),
  use_dynamic_shifting: off('a shift that depends on the size of the picture is'),
  time_shift_type: oneOf(['exponential', 'linear']),
  base_shift: nullable(number()),
  max_shift: nullable(number()),
  base_image_seq_len: nullable(number()),
  max_image_seq_len: nullable(number()),
  stochastic_sampling: off('fresh noise at every step of flow matching is'),
  // solvers; which sampler the first four name, see `samplerOfConfig`
  solver_order: integer(1, 3),
  solver_type: oneOf(['midpoint', 'heun', 'logrho', 'bh1', 'bh2']),
  algorithm_type: oneOf(['dpmsolver++', 'sde-dpmsolver++', 'dpmsolver', 'sde-dpmsolver', 'deis']),
  predict_x0: worded('true (UniPC for epsilon is not supported)', oneOf([true])),
  disable_corrector: worded(
    'an empty array (UniPC corrects every step)',
    rule('', (v) => Array.isArray(v) && v.length === 0),
  ),
  solver_p: none('another predictor is'),
  lambda_min_clipped: worded('null or -Infinity (clipping is not supported)', oneOf([null, -Infinity])),
  // keys that versions from 2022 wrote
  tensor_format: worded('pt, np or null', oneOf(['pt', 'np', null])),
  timestep_values: worded('null', oneOf([null])),
  predict_epsilon: worded('true or null (false is prediction_type sample)', oneOf([true, null])),
};

/** Values that a class writes for keys that it does not use; null stands for the key's default. */
const NULL_IS_DEFAULT: readonly string[] = ['variance_type', ...LEVEL_KEYS];

/** The values of a class's file, with the class's own defaults for missing keys. */
export function withClassDefaults(given: Record<string, unknown>, action: string): Record<string, unknown> {
  const name = given._class_name;
  if (name !== undefined) check(action, '_class_name', PASSIVE_KEYS._class_name!, name);
  const isGiven = ([key, value]: [string, unknown]) =>
    value !== undefined && (value !== null || !NULL_IS_DEFAULT.includes(key));
  const known: Record<string, unknown> = Object.fromEntries(Object.entries(given).filter(isGiven));
  const usual = isStraight(known as { prediction_type: string }) ? 'FlowMatchEulerDiscreteScheduler' : 'DDPMScheduler';
  return completed((name ?? usual) as SchedulerClassName, known, action);
}

function completed(name: SchedulerClassName, given: Record<string, unknown>, action: string): Record<string, unknown> {
  const { defaults, straight }: SchedulerClass = SCHEDULER_CLASSES[name];
  const all = { prediction_type: 'epsilon', ...defaults, ...given };
  const type = all.prediction_type;
  const line = isStraight(all);
  if (straight === 'only' && !line) refuse(action, 'prediction_type', `flow_prediction for ${name}`, type);
  if (straight === undefined && line) {
    refuse(action, 'prediction_type', `one of epsilon, sample, v_prediction for ${name}`, type);
  }
  const { use_flow_sigmas = false, flow_shift } = given;
  const asked = use_flow_sigmas === true;
  if (asked && !line) refuse(action, 'use_flow_sigmas', `false with prediction_type ${type}`, true);
  if (straight === 'too') {
    if (line && !asked) refuse(action, 'use_flow_sigmas', `true with prediction_type ${type}`, use_flow_sigmas);
    return line ? ofLine(all, action) : all;
  }
  if (line && flow_shift !== undefined) refuse(action, 'flow_shift', 'left out: the key is shift', flow_shift);
  return all;
}

/** The file of a class that samples both processes, read as one of a straight line: what it says of betas counts for nothing. */
function ofLine(given: Record<string, unknown>, action: string): Record<string, unknown> {
  const wrong = ['rescale_betas_zero_snr', ...LEVEL_KEYS].find((key) => given[key] === true);
  if (wrong) refuse(action, wrong, 'false with use_flow_sigmas', true);
  const kept = Object.entries(given).filter(([key]) => !(OF_BETAS as readonly string[]).includes(key));
  return { ...Object.fromEntries(kept), shift: given.flow_shift ?? 1 };
}
