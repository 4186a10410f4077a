/**
 * Samplers against a data distribution whose flow is known: pixels are normal with mean MEAN and deviation DEVIATION. Then
 * X = x0 + sigma z is normal too, the best guess of x0 is linear in it, and the flow from one noise level to another
 * scales X - MEAN by the ratio of its deviations. Goldens cannot see a formula that is wrong in its source.
 */
import {
  compileSampler,
  overshoots,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerRow,
  samplerRecord,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const MEAN = 0.3;
const DEVIATION = 0.5;

/** A network that predicts v, whose rows show the noise level: p = sqrt(alphaBar). */
const config = parseSchedulerConfig({
  num_train_timesteps: 4096,
  beta_schedule: 'scaled_linear',
  beta_start: 0.0002,
  beta_end: 0.003,
  prediction_type: 'v_prediction',
  clip_sample: false,
  set_alpha_to_one: false,
});
const sigmaOf = ({ p }: SamplerRow) => Math.sqrt(1 - p * p) / p;
const signalAt = (sigma: number) => 1 / Math.sqrt(1 + sigma * sigma);
const varianceAt = (sigma: number) => DEVIATION ** 2 + sigma ** 2;

/** Mean and covariance of (x, x0 of the row before, y), as a 3-vector and a 3 x 3 matrix. */
interface State {
  mean: number[];
  covariance: number[][];
}

const product = (a: number[][], b: number[][]) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const transposed = (a: number[][]) => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** A row with the perfect network: everything is linear, so mean and covariance say all. */
function apply(row: SamplerRow, { mean, covariance }: State): State {
  const sigma = sigmaOf(row);
  const share = DEVIATION ** 2 / varianceAt(sigma);
  const [ofX, constant] = [share / signalAt(sigma), (1 - share) * MEAN]; // x0 = ofX x + constant
  const [output, shift] = [(ofX - row.p) / row.q, constant / row.q];
  const { a, e, b, c, f } = row.y ?? { a: 0, e: 0, b: 0, c: 0, f: 1 };
  const matrix = [
    [row.A + row.E * output + row.B * ofX, row.C, row.F],
    [ofX, 0, 0],
    [a + e * output + b * ofX, c, f],
  ];
  const offset = [row.E * shift + row.B * constant, constant, e * shift + b * constant];
  const next = product(product(matrix, covariance), transposed(matrix));
  next[0]![0]! += row.D ** 2;
  return {
    mean: matrix.map((line, i) => line.reduce((sum, v, k) => sum + v * mean[k]!, offset[i]!)),
    covariance: next,
  };
}

/** The pictures when the last row begins: mean and variance of X. */
function endOf(rows: readonly SamplerRow[], start: { mean: number; variance: number }) {
  let state: State = {
    mean: [start.mean, 0, 0],
    covariance: [
      [start.variance, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  };
  for (const row of rows.slice(0, -1)) state = apply(row, state);
  const sigma = sigmaOf(rows.at(-1)!);
  const scale = signalAt(sigma);
  return { sigma, mean: state.mean[0]! / scale, variance: state.covariance[0]![0]! / scale ** 2 };
}

/** How far one picture is from where the flow takes it. */
function flowError(rows: readonly SamplerRow[]): number {
  const sigma = sigmaOf(rows[0]!);
  const X = 1.7 * Math.sqrt(varianceAt(sigma));
  const end = endOf(rows, { mean: signalAt(sigma) * (MEAN + X), variance: 0 });
  return Math.abs(end.mean - MEAN - X * Math.sqrt(varianceAt(end.sigma) / varianceAt(sigma)));
}

/** How far the pictures' distribution is from what it must be, when they start from what they must be. */
function distributionError(rows: readonly SamplerRow[]): number {
  const sigma = sigmaOf(rows[0]!);
  const scale = signalAt(sigma);
  const end = endOf(rows, { mean: scale * MEAN, variance: scale ** 2 * varianceAt(sigma) });
  return Math.abs(end.mean - MEAN) + Math.abs(end.variance - varianceAt(end.sigma));
}

type SamplerName = (typeof SAMPLER_NAMES)[number];

/** The powers with which errors fall from one number of steps to its double. */
function orders(error: (rows: SamplerRow[]) => number, sampler: SamplerName, options: object = {}): number[] {
  // The last row begins at the same noise for all counts: Karras' least; DDPM and DDIM stop halfway through the timesteps.
  const levels = !['ddpm', 'ddim'].includes(sampler);
  const spacing = levels ? 'karras' : 'trailing';
  const errors = [64, 128, 256].map((steps) => {
    const { rows } = compileSampler(config, { sampler, steps, spacing, ...options });
    return error(levels ? rows : rows.slice(0, steps / 2 + 1));
  });
  return errors.slice(1).map((value, i) => Math.log2(errors[i]! / value));
}

describe('errors fall with the number of steps', () => {
  it.each(SAMPLER_NAMES)(
    'as the record of %s says: those of a picture, or with fresh noise of mean and variance',
    (sampler) => {
      const { order, noise } = samplerRecord(sampler);
      for (const measured of orders(noise ? distributionError : flowError, sampler)) {
        expect(measured).toBeGreaterThan(order - 0.15);
        expect(measured).toBeLessThan(order + 1.15);
      }
    },
  );

  it.each<[SamplerName, object, typeof flowError, number, number]>([
    ['euler', {}, flowError, 0.95, 1.05],
    ['heun', {}, flowError, 1.95, 2.05],
    ['dpmpp_3m', {}, flowError, 1.8, 2.05], // with diffusers' half of the curvature
    ['dpmpp_3m', { curvature: 'full' }, flowError, 2.85, 3.15],
    ['unipc', {}, flowError, 2.9, 3.15], // the corrector adds one to its order of 2
    ['unipc', { solver: 'bh1' }, flowError, 1.9, 3.2],
    ['ddim', { eta: 1 }, distributionError, 0.9, 2.2],
    ['dpmpp_2m_sde', { noise: 0.5 }, distributionError, 1.9, 9],
    ['dpmpp_2m_sde', { noise: 2 }, distributionError, 1.9, 9],
  ])('of %s with %j', (sampler, options, error, least, most) => {
    for (const order of orders(error, sampler, options)) {
      expect(order).toBeGreaterThan(least);
      expect(order).toBeLessThan(most);
    }
  });
});

describe('heun, whose first step leaps from the thousands where a cosine schedule begins', () => {
  const cosine = parseSchedulerConfig({
    beta_schedule: 'squaredcos_cap_v2',
    prediction_type: 'v_prediction',
    timestep_spacing: 'trailing',
    clip_sample: false,
  });

  it.each([
    ['overshoots in 20 steps', true, { steps: 20 }],
    ['overshoots less in 50', true, { steps: 50 }],
    ['does not in 100', false, { steps: 100 }],
    ['does not in 20 whose ratios are even', false, { steps: 20, spacing: 'exponential' }],
  ] as const)('%s', (_, does, options) => {
    const table = compileSampler(cosine, { sampler: 'heun', ...options });
    expect(overshoots(table)).toBe(does);
    const error = flowError(table.rows);
    if (options.steps === 20) expect(error > DEVIATION / 4).toBe(does);
    else expect(error).toBeLessThan(DEVIATION / 4);
  });

  it('does not on other schedules, nor does another sampler', () => {
    expect(overshoots(compileSampler(parseSchedulerConfig({}), { sampler: 'heun', steps: 5 }))).toBe(false);
    const flow = parseSchedulerConfig({ prediction_type: 'flow_prediction' });
    expect(overshoots(compileSampler(flow, { sampler: 'heun', steps: 5 }))).toBe(false);
    expect(overshoots(compileSampler(cosine, { sampler: 'heun', steps: 1 }))).toBe(false);
    expect(overshoots(compileSampler(cosine, { sampler: 'euler', steps: 20 }))).toBe(false);
  });
});
