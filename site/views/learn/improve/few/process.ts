/**
 * The two processes that the plane compares, as models have them: a chain that keeps the variance, and the straight line of
 * flow matching. Schedules, targets and steps are the scheduler's own.
 *
 * Source: Song et al., "Denoising Diffusion Implicit Models" (arXiv 2010.02502); Lipman et al., "Flow Matching for
 * Generative Modeling" (arXiv 2210.02747).
 */
import {
  addNoise,
  compileSampler,
  isStraight,
  makeSchedule,
  parseSchedulerConfig,
  predictionTarget,
  type SamplerTable,
  type Schedule,
  type SchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import { STUDENT_SAMPLER } from '@onnoise/scheduler/model';

/** Of a schedule: all steps of the figure divide it. */
const TIMESTEPS = 1000;

export interface Process {
  config: SchedulerConfig;
  schedule: Schedule;
}

function processOf(keys: Record<string, unknown>): Process {
  const config = parseSchedulerConfig({ num_train_timesteps: TIMESTEPS, clip_sample: false, ...keys });
  return { config, schedule: makeSchedule(config) };
}

/** Ends in pure noise, so that both processes begin at the same points. */
export const diffusion = processOf({
  beta_schedule: 'squaredcos_cap_v2',
  rescale_betas_zero_snr: true,
  prediction_type: 'v_prediction',
  timestep_spacing: 'trailing',
});

export const flow = processOf({ prediction_type: 'flow_prediction' });

/** Noisy points, and what a network should say of them. */
export interface Example {
  /** [N, 2] */
  noisy: Float32Array;
  /** What the network is told, [N]. */
  told: Float64Array;
  /** [N, 2] */
  target: Float32Array;
}

/** @param x0 [N, 2] @param noise [N, 2] @param timesteps [N], 0 to `schedule.T` - 1 */
export function exampleOf(
  { config, schedule }: Process,
  x0: Float32Array,
  noise: Float32Array,
  timesteps: Int32Array,
): Example {
  return {
    noisy: addNoise(schedule, x0, noise, timesteps),
    told: Float64Array.from(timesteps, (t) => schedule.times[t]!),
    target: predictionTarget(schedule, config.prediction_type, x0, noise, timesteps),
  };
}

/** Places along a pair's way that are drawn. */
const PLACES = 25;

/** The way on which a process mixes points with their noise: the noise first, the points last. Each [N, 2]. */
export function mixing({ schedule }: Process, x0: Float32Array, noise: Float32Array): Float32Array[] {
  const count = x0.length / 2;
  const falling = Array.from({ length: PLACES }, (_, i) => Math.round((schedule.T - 1) * (1 - i / (PLACES - 1))));
  return [...falling.map((t) => addNoise(schedule, x0, noise, new Int32Array(count).fill(t))), x0];
}

/**
 * DDIM, which on a straight line is Euler's method, in steps of one length. The levels of diffusers' flow matching end at
 * 1 / T, and would leave nothing to the last step.
 */
export function tableOf({ config }: Process, steps: number): SamplerTable {
  const even = isStraight(config) && steps > 1 ? { ...config, shift_terminal: 1 / steps } : config;
  return compileSampler(even, { sampler: STUDENT_SAMPLER, steps });
}

/** A network on points, [N, 2], at what it is told. */
export type Say = (points: Float32Array, told: number) => Promise<Float32Array>;

/** From noise to data: the points after each step, the noise first; each [N, 2]. @param noise [N, 2] */
export async function walk(say: Say, process: Process, noise: Float32Array, steps: number): Promise<Float32Array[]> {
  const places = [noise];
  await sampleImages({
    table: tableOf(process, steps),
    shape: [2, 1, 1],
    seeds: Array.from({ length: noise.length / 2 }, () => 0), // the noise is given
    latents: noise,
    denoise: (x, [told]) => say(x.slice(), told!),
    onStep: ({ x }) => places.push(x.slice()),
  });
  return places;
}
