import {
  compileInverse,
  compileRoundTrip,
  type Denoiser,
  gaussian,
  InputError,
  invertImages,
  parseSchedulerConfig,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const config = (json: object = {}) => parseSchedulerConfig({ num_train_timesteps: 300, clip_sample: false, ...json });

/** Without a guess of any noise. */
const denoise: Denoiser = async (x) => x.map(() => 0);

describe('invertImages', () => {
  const images = new Float32Array(2 * 12);
  gaussian(3, 0, images);
  const shape = [2, 3, 2, 2];

  it('leaves the pictures as they are, and reports every step', async () => {
    const before = images.slice();
    const timesteps: number[] = [];
    const onStep = ({ timestep }: { timestep: number }) => timesteps.push(timestep);
    await invertImages({ table: compileInverse(config(), { steps: 3 }), images, shape, denoise, onStep });
    expect(images).toEqual(before);
    expect(timesteps).toEqual([0, 100, 200]);
  });

  it.each<[number[], Denoiser, string]>([
    [[2, 3, 2], denoise, 'Cannot invert images: shape must be four positive integers [N, C, H, W] of 24 values'],
    [[2, 3, 2, 3], denoise, 'shape must be four positive integers'],
    [[0, 3, 2, 2], denoise, 'shape must be four positive integers'],
    [shape, async (x) => x.map(() => Number.NaN), 'received NaN at step 1 of 3'],
  ])('refuses shape %j or an output that is not finite', async (shape, denoise, message) => {
    const table = compileInverse(config(), { steps: 3 });
    await expect(invertImages({ table, images, shape, denoise })).rejects.toThrow(message);
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

it('a round trip goes up as far as it comes down, through the same timesteps', () => {
  for (const strength of [0.05, 0.3, 1]) {
    const { up, down } = compileRoundTrip(config({ timestep_spacing: 'trailing' }), { steps: 20, strength });
    expect(up.rows.map(({ timestep }) => timestep)).toEqual(down.rows.map(({ timestep }) => timestep).reverse());
    expect(down.rows.length).toBe(20 * strength);
  }
  const linspace = config({ timestep_spacing: 'linspace' });
  expect(() => compileRoundTrip(linspace, { steps: 20, strength: 0.5 })).toThrow('timestep_spacing must be');
});
