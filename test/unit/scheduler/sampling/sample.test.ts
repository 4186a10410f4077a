import {
  applyRow,
  compileSampler,
  type Denoiser,
  gaussian,
  InputError,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerRow,
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

  const idle = { timestep: 1, signal: 1, noise: 0, p: 0, q: 1, A: 0, E: 0, B: 0, C: 0, F: 0, D: 0, y: undefined };
  const y = { a: 0, e: 0, b: 0, c: 0, f: 0 };
  /** x after each row; the network's outputs are 2, 3, 4 ... and the noise is 1. */
  const pictures = async (rows: SamplerRow[], start = 1, clip: number | null = null) => {
    const seen: number[] = [];
    await sampleImages({
      table: { sampler: 'ddim', steps: rows.length, clip, start, signal: 0, rows },
      shape: [1, 1, 1],
      seeds: [0],
      noise: (_, __, out) => out.fill(1),
      denoise: async (_, __, step) => Float32Array.of(step + 2),
      onStep: ({ x }) => seen.push(x[0]!),
    });
    return seen;
  };

  it('starts from the noise times `start`, uses the x0 before, and keeps in y what a row says until another does', async () => {
    const keep = { ...idle, A: 1, y: { ...y, b: 10 } };
    const rows = [keep, { ...idle, C: 10, B: 1 }, { ...idle, F: 1, B: 1 }, { ...idle, F: 2 }];
    expect(await pictures(rows, 0.75)).toEqual([0.75, 10 * 2 + 3, 20 + 4, 40]);
  });

  it('makes x and y of the x, x0 and y from before the row', async () => {
    // row 1: x = 1, o = x0 = 2; row 2: x = 5, o = 3, x0 = 2 by clipping, x0_prev = 2, y = 1 + 20 + 200
    const first = { ...idle, A: 5, y: { ...y, a: 1, e: 10, b: 100 } };
    const second = { ...idle, F: 1, y: { a: 1, e: 10, b: 100, c: 1000, f: 10_000 } };
    const after = 5 + 30 + 200 + 2000 + 10_000 * 221;
    expect(await pictures([first, second, { ...idle, F: 1 }], 1, 2)).toEqual([5, 221, after]);
  });

  it('applyRow says so where a row needs y and none is given', () => {
    const one = () => Float32Array.of(1);
    const apply = (row: SamplerRow) => () => applyRow(row, null, one(), one(), one(), one());
    expect(apply({ ...idle, F: 1 })).toThrow('The row needs y');
    expect(apply({ ...idle, y })).toThrow('The row needs y');
    expect(apply(idle)).not.toThrow();
  });

  it('reports every step, and tells the denoiser the timestep of every image and the step', async () => {
    const table = tableOf('ddim', 3);
    const [calls, steps]: [number[][], number[][]] = [[], []];
    let last = new Float32Array();
    const x = await sampleImages({
      table,
      shape: SHAPE,
      seeds: [1, 2],
      denoise: (x, timesteps, step) => {
        calls.push([...timesteps, step]);
        return denoise(x, timesteps, step);
      },
      onStep: (progress) => {
        steps.push([progress.step, progress.steps, progress.timestep]);
        last = progress.x.slice();
      },
    });
    expect(calls).toEqual(table.rows.map(({ timestep }, step) => [timestep, timestep, step]));
    expect(steps).toEqual(table.rows.map(({ timestep }, i) => [i + 1, 3, timestep]));
    expect(last).toEqual(x);
  });

  it('stops between steps when aborted, with the reason', async () => {
    const controller = new AbortController();
    let calls = 0;
    const stopping: Denoiser = async (x) => {
      calls++;
      controller.abort(new Error('enough'));
      return x.slice();
    };
    const given = { table: tableOf(), shape: SHAPE, seeds: [1], denoise: stopping };
    await expect(sampleImages({ ...given, signal: controller.signal })).rejects.toThrow('enough');
    await expect(sampleImages({ ...given, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(calls).toBe(1);
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
            `received ${said} at step 3 of ${table.rows.length} (timestep ${table.rows[2]!.timestep}, seed 8).`,
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
