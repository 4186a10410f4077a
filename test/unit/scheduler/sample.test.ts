import {
  compileSampler,
  type Denoiser,
  gaussian,
  InputError,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  sampleImages,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const SHAPE = [2, 3, 3];
const SIZE = 18;
const tableOf = (sampler: SamplerName = 'ddpm', steps = 5) =>
  compileSampler(parseSchedulerConfig({ num_train_timesteps: 50 }), { sampler, steps });
const denoise: Denoiser = async (x, timesteps) =>
  x.map((value, i) => Math.sin(value + timesteps[Math.floor(i / SIZE)]!));

describe('sampleImages', () => {
  it.each(SAMPLER_NAMES)('a batch of N is N batches of 1, bit for bit (%s)', async (sampler) => {
    const table = tableOf(sampler);
    const seeds = [3, 0, 2 ** 40, 3];
    const batch = await sampleImages({ table, shape: SHAPE, seeds, denoise });
    for (const [n, seed] of seeds.entries()) {
      const single = await sampleImages({ table, shape: SHAPE, seeds: [seed], denoise });
      expect(batch.subarray(n * SIZE, (n + 1) * SIZE)).toEqual(single);
    }
  });

  it('the same seed gives the same bytes, another seed other images', async () => {
    const one = await sampleImages({ table: tableOf(), shape: SHAPE, seeds: [5], denoise });
    expect(await sampleImages({ table: tableOf(), shape: SHAPE, seeds: [5], denoise })).toEqual(one);
    expect(await sampleImages({ table: tableOf(), shape: SHAPE, seeds: [6], denoise })).not.toEqual(one);
  });

  it("starts from the seed's noise and draws each step's after it", async () => {
    const seen: Float32Array[] = [];
    const table = tableOf('ddpm', 2);
    const x = await sampleImages({
      table,
      shape: SHAPE,
      seeds: [9],
      denoise: async (input) => {
        seen.push(input.slice());
        return new Float32Array(SIZE);
      },
    });
    const noise = new Float32Array(2 * SIZE);
    gaussian(9, 0, noise);
    expect(seen[0]).toEqual(noise.subarray(0, SIZE));
    const { p, A, B, D } = table.rows[0]!;
    const expected = noise
      .subarray(0, SIZE)
      .map((value, i) => A * value + B * Math.min(Math.max(p * value, -1), 1) + D * noise[SIZE + i]!);
    expect(seen[1]).toEqual(expected);
    expect(x.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  it('tells the denoiser the timestep of every image and the step', async () => {
    const calls: [number[], number][] = [];
    const table = tableOf('ddim', 3);
    await sampleImages({
      table,
      shape: SHAPE,
      seeds: [1, 2],
      denoise: async (x, timesteps, step) => {
        calls.push([[...timesteps], step]);
        return x.slice();
      },
    });
    expect(calls).toEqual(table.rows.map(({ timestep }, step) => [[timestep, timestep], step]));
  });

  it("uses the step before's x0 where the table asks for it", async () => {
    const row = { timestep: 1, p: 0, q: 1, A: 0, E: 0, B: 0, C: 0, D: 0 };
    const table = {
      sampler: 'ddim' as const,
      steps: 2,
      clip: null,
      rows: [row, { ...row, timestep: 0, C: 10, B: 1 }],
    };
    const x = await sampleImages({
      table,
      shape: [1, 1, 1],
      seeds: [0],
      denoise: async (_, __, step) => Float32Array.of(step === 0 ? 3 : 4),
    });
    expect([...x]).toEqual([10 * 3 + 4]);
  });

  it('reports every step', async () => {
    const steps: [number, number, number][] = [];
    const table = tableOf('ddim', 3);
    let last = new Float32Array();
    const x = await sampleImages({
      table,
      shape: SHAPE,
      seeds: [1],
      denoise,
      onStep: (progress) => {
        steps.push([progress.step, progress.steps, progress.timestep]);
        last = progress.x.slice();
      },
    });
    expect(steps).toEqual(table.rows.map(({ timestep }, i) => [i + 1, 3, timestep]));
    expect(last).toEqual(x);
  });

  it('stops between steps when aborted, with the reason', async () => {
    const controller = new AbortController();
    let calls = 0;
    const run = sampleImages({
      table: tableOf(),
      shape: SHAPE,
      seeds: [1],
      signal: controller.signal,
      denoise: async (x) => {
        calls++;
        controller.abort(new Error('enough'));
        return x.slice();
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(calls).toBe(1);
    await expect(
      sampleImages({ table: tableOf(), shape: SHAPE, seeds: [1], denoise, signal: AbortSignal.abort() }),
    ).rejects.toThrow();
  });

  it.each([
    [[1, 2], [0], 'shape must be three positive integers [C, H, W], received [1, 2]'],
    [[1, 2, 0], [0], 'shape must be'],
    [[1, 2, 2.5], [0], 'shape must be'],
    [[1, 2, 2], [], 'seeds must be at least one, received none'],
    [[1, 2, 2], [-1], 'seed must be an integer from 0 to'],
    [[1, 2, 2], [0.5], 'seed must be an integer from 0 to'],
  ])('refuses shape %j with seeds %j', async (bad, seeds, message) => {
    const run = sampleImages({ table: tableOf(), shape: bad, seeds, denoise });
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(message);
  });

  it('says so when the denoiser returns another size', async () => {
    const run = sampleImages({ table: tableOf(), shape: SHAPE, seeds: [1], denoise: async () => new Float32Array(1) });
    await expect(run).rejects.toThrow('The denoiser returned 1 values for 18 (1 x 2 x 3 x 3).');
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('refuses an output of %d, which clipping would hide, and names the step and the image', async (value, said) => {
    for (const sampler of SAMPLER_NAMES) {
      const table = tableOf(sampler);
      const run = sampleImages({
        table,
        shape: SHAPE,
        seeds: [4, 8],
        denoise: async (x, timesteps, step) => {
          const output = await denoise(x, timesteps, step);
          if (step === 2) output[SIZE + 5] = value;
          return output;
        },
      });
      await expect(run).rejects.toThrow(
        new InputError(
          "Cannot sample images: the network's output must be finite numbers, " +
            `received ${said} at step 3 of 5 (timestep ${table.rows[2]!.timestep}, seed 8).`,
        ),
      );
    }
  });

  it('refuses a finite output that makes the picture infinite', async () => {
    const config = parseSchedulerConfig({ num_train_timesteps: 50, clip_sample: false });
    const table = compileSampler(config, { sampler: 'ddim', steps: 1 });
    const run = sampleImages({ table, shape: SHAPE, seeds: [4], denoise: async (x) => x.map(() => 3.4e38) });
    table.rows[0]!.E = 2;
    await expect(run).rejects.toThrow('received too large ones at step 1 of 1');
  });
});
