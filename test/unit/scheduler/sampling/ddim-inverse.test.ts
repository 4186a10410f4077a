import {
  compileInverse,
  compileSampler,
  type Denoiser,
  gaussian,
  InputError,
  invertImages,
  parseSchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const config = (json: object = {}) => parseSchedulerConfig({ num_train_timesteps: 300, clip_sample: false, ...json });

/** The best guess of the noise where pixels are unit normal: x times the share of noise. */
const denoiser = (json: object = {}): Denoiser => {
  const { rows } = compileSampler(config({ ...json, prediction_type: 'v_prediction', clip_sample: false }), {
    sampler: 'ddim',
    steps: 300,
  });
  const shareAt = new Map(rows.map(({ timestep, p }) => [timestep, Math.sqrt(1 - p * p)]));
  return async (x, [timestep]) => x.map((value) => shareAt.get(timestep!)! * value);
};

describe('invertImages', () => {
  const images = new Float32Array(2 * 12);
  gaussian(3, 0, images);
  const shape = [2, 3, 2, 2];

  it('finds noise of which DDIM makes the pictures again, the better the more steps', async () => {
    const errors = [];
    for (const steps of [30, 60, 150, 300]) {
      const table = compileInverse(config(), { steps });
      const noise = await invertImages({ table, images, shape, denoise: denoiser() });
      const x = await sampleImages({
        table: compileSampler(config(), { sampler: 'ddim', steps }),
        shape: shape.slice(1),
        seeds: [0, 1],
        denoise: denoiser(),
        noise: (seed, _, out) => out.set(noise.subarray(seed * 12, (seed + 1) * 12)),
      });
      errors.push(Math.max(...x.map((value, i) => Math.abs(value - images[i]!))));
    }
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors.at(-1)!).toBeLessThan(errors[0]! / 5);
  });

  it('leaves the pictures as they are, and reports every step', async () => {
    const before = images.slice();
    const timesteps: number[] = [];
    const table = compileInverse(config(), { steps: 3 });
    await invertImages({
      table,
      images,
      shape,
      denoise: denoiser(),
      onStep: ({ timestep }) => timesteps.push(timestep),
    });
    expect(images).toEqual(before);
    expect(timesteps).toEqual([0, 100, 200]);
  });

  it.each([[[2, 3, 2]], [[2, 3, 2, 3]], [[0, 3, 2, 2]]])('refuses shape %j', async (shape) => {
    const table = compileInverse(config(), { steps: 3 });
    const run = invertImages({ table, images, shape, denoise: denoiser() });
    await expect(run).rejects.toThrow(
      'Cannot invert images: shape must be four positive integers [N, C, H, W] of 24 values',
    );
  });

  it('refuses an output that is not finite', async () => {
    const table = compileInverse(config(), { steps: 3 });
    const denoise: Denoiser = async (x) => x.map(() => Number.NaN);
    await expect(invertImages({ table, images, shape, denoise })).rejects.toThrow('received NaN at step 1 of 3');
  });
});

describe('compileInverse', () => {
  it.each([
    [{}, 0, 'steps must be an integer from 1 to 300, received 0'],
    [{}, 301, 'steps must be an integer from 1 to 300, received 301'],
    [{ timestep_spacing: 'linspace' }, 5, 'timestep_spacing must be leading or trailing, received "linspace"'],
    [{ prediction_type: 'sample' }, 5, 'set_alpha_to_one must be false for prediction_type sample'],
  ])('refuses %j at %d steps', (json, steps, message) => {
    const compile = () => compileInverse(config(json), { steps });
    expect(compile).toThrow(InputError);
    expect(compile).toThrow(message);
  });
});
