import { describe, expect, it, vi } from 'vitest';
import {
  compileSampler,
  type Denoiser,
  guide,
  guidedDenoiser,
  isGuided,
  parseSchedulerConfig,
  picturesCalled,
  sampleImages,
} from '#scheduler/index.ts';
import { makeSchedule } from '#scheduler/schedule/schedules.ts';
import { expectClose } from '#test/compare.ts';

const config = parseSchedulerConfig({ num_train_timesteps: 100, clip_sample: false, prediction_type: 'sample' });
const table = compileSampler(config, { sampler: 'ddim', steps: 20 });
const { alphaBar } = makeSchedule(config);

/** The exact x0 of a Gaussian of this mean and deviation 0.5, at a pixel x. */
function expected(x: number, t: number, mean: number): number {
  const [signal, noise] = [Math.sqrt(alphaBar[t]!), Math.sqrt(1 - alphaBar[t]!)];
  const gain = (0.25 * signal) / (0.25 * signal ** 2 + noise ** 2);
  return mean + gain * (x - signal * mean);
}

/** Of N images of a pixel, one mean each. */
const gaussians =
  (means: readonly number[]): Denoiser =>
  async (x, timesteps) =>
    x.map((value, i) => expected(value, timesteps[i]!, means[i]!));

const sample = (denoise: Denoiser) => sampleImages({ table, shape: [1, 1, 1], seeds: [3, 4], denoise });

describe('guidedDenoiser', () => {
  it('samples, of two Gaussians, the one whose mean lies w times as far from that without a condition', async () => {
    // x0 is affine in the mean, so guidance moves the mean: 0.2 + w (m - 0.2).
    const w = 1.75;
    const guided = guidedDenoiser(gaussians([0.6, -0.4]), gaussians([0.6, -0.4, 0.2, 0.2]), {
      scale: w,
      interval: [0, 99],
    });
    const moved = gaussians([0.2 + w * 0.4, 0.2 - w * 0.6]);
    expectClose(await sample(guided), await sample(moved), { absolute: 1e-6 });
  });

  it('is one call a step: on both halves within the interval, both ends included, and on the images alone outside', async () => {
    const plain = vi.fn(gaussians([0.6, -0.4]));
    const network = gaussians([0.6, -0.4, 0.2, 0.2]);
    const doubled: number[][] = [];
    const record: Denoiser = (x, timesteps, step) => {
      doubled.push([...timesteps]);
      expect(x.slice(0, 2)).toEqual(x.slice(2));
      return network(x, timesteps, step);
    };
    await sample(guidedDenoiser(plain, record, { scale: 2, interval: [30, 60] }));
    const within = table.rows.map(({ timestep }) => timestep).filter((timestep) => timestep >= 30 && timestep <= 60);
    expect(within).toEqual([60, 55, 50, 45, 40, 35, 30]);
    expect(doubled).toEqual(within.map((timestep) => new Array(4).fill(timestep)));
    expect(plain).toHaveBeenCalledTimes(20 - 7);
    expect(picturesCalled(table.rows, { scale: 2, interval: [30, 60] })).toBe(27);
    expect(picturesCalled(table.rows, undefined)).toBe(20);
  });
});

describe('isGuided', () => {
  it('compares timesteps as networks get them, in float32', () => {
    expect(isGuided({ scale: 2, interval: [0, 0.1] }, Math.fround(0.1))).toBe(true);
    expect(isGuided({ scale: 2, interval: [Math.fround(0.3), 1] }, 0.3)).toBe(true);
    expect(isGuided({ scale: 2, interval: [10, 20] }, 20.5)).toBe(false);
    expect(isGuided(undefined, 20)).toBe(false);
  });
});

it('guide may write over one of the outputs', () => {
  const outputs = [Float32Array.of(1, -2, 0.5), Float32Array.of(0, 1, 0.5)] as const;
  for (const out of [0, 1] as const) {
    const [conditional, without] = [outputs[0].slice(), outputs[1].slice()];
    guide(conditional, without, 1.5, [conditional, without][out]!);
    expect([...[conditional, without][out]!]).toEqual([1.5, -3.5, 0.5]);
  }
});
