/**
 * DDIM backwards: from a picture to the noise that DDIM makes it of, for editing. Song et al. 2021, section 4.3.
 *
 * It is no sampler: it takes a picture where samplers take noise, so it is not among `SAMPLER_NAMES`, and its table is of a
 * type of its own, with the numbers of diffusers' DDIMInverseScheduler 0.42.1.
 */
import { refuse } from '../rules/errors.ts';
import { checkInteger } from '../rules/rule.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { makeSchedule } from '../schedule/schedules.ts';
import { inverseSteps } from './rows/ddim-steps.ts';
import { type RunOptions, runRows } from './run.ts';
import type { SamplerTable } from './table.ts';

/** Rows in the order from picture to noise. */
export type InverseTable = Pick<SamplerTable, 'steps' | 'clip' | 'rows'>;

const ACTION = 'compile the inversion';

/**
 * @param steps 1 to num_train_timesteps.
 * @throws InputError for linspace spacing, and for a network that predicts the image and starts where there is no noise.
 */
export function compileInverse(config: SchedulerConfig, { steps }: { steps: number }): InverseTable {
  const { prediction_type, timestep_spacing, set_alpha_to_one, clip_sample, clip_sample_range } = config;
  checkInteger(ACTION, 'steps', steps, 1, config.num_train_timesteps);
  if (timestep_spacing === 'linspace') refuse(ACTION, 'timestep_spacing', 'leading or trailing', timestep_spacing);
  if (prediction_type === 'sample' && set_alpha_to_one) {
    refuse(
      ACTION,
      'set_alpha_to_one',
      'false for prediction_type sample: a picture without noise has none to find',
      true,
    );
  }
  const rows = inverseSteps(config, makeSchedule(config), steps).map(({ timestep, from, to, prediction }) => {
    const { p, q, m, n } = prediction;
    const { signal, noise } = to.level;
    return { timestep, ...from.level, p, q, A: noise * m, E: noise * n, B: signal, C: 0, F: 0, D: 0, y: undefined };
  });
  return { steps, clip: clip_sample ? clip_sample_range : null, rows };
}

export interface InversionOptions extends Pick<RunOptions, 'denoise' | 'onStep' | 'signal'> {
  table: InverseTable;
  /** [N, C, H, W] in [-1, 1]. */
  images: Float32Array;
  /** [N, C, H, W] */
  shape: readonly number[];
}

/** The noise of pictures, float32 [N, C, H, W]. @throws InputError where the network's output is NaN or infinite. */
export async function invertImages({ table, images, shape, ...options }: InversionOptions): Promise<Float32Array> {
  const size = shape.reduce((product, side) => product * side, 1);
  if (shape.length !== 4 || size !== images.length || size === 0) {
    refuse('invert images', 'shape', `four positive integers [N, C, H, W] of ${images.length} values in all`, shape);
  }
  const x = images.slice();
  await runRows(x, { ...options, table, shape, draw: () => undefined });
  return x;
}
