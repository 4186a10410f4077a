import {
  compileSampler,
  levelAfter,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerTable,
  sampleImages,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';

const config = parseSchedulerConfig({ num_train_timesteps: 300, clip_sample: false, timestep_spacing: 'trailing' });
const compile = (sampler: SamplerName, steps: number, start: { strength?: number; resamples?: number } = {}) =>
  compileSampler(config, { sampler, steps, ...start });
const LOOK_BACK = ['dpmpp_2m', 'dpmpp_3m', 'dpmpp_2m_sde', 'unipc'];

/** Samples with a network that knows the data. Pixel i is alone with the noise of draw i, so x is its share of x. */
async function sharesOf(table: SamplerTable, data: number, from?: number) {
  const draws = table.rows.length + 1;
  const shares: number[][] = [];
  await sampleImages({
    table,
    shape: [1, 1, draws + 1],
    seeds: [0],
    ...(from !== undefined && { from: new Float32Array(draws + 1).fill(from, draws) }),
    noise: (_, draw, out) => {
      out.fill(0)[draw] = 1;
    },
    denoise: async (x, _, step) => {
      const { p, q } = table.rows[step]!;
      return x.map((value, i) => ((i === draws ? data : 0) - p * value) / q);
    },
    onStep: ({ x }) => shares.push([...x]),
  });
  return shares.map((x) => ({ signal: x[draws]! / data, noise: Math.hypot(...x.slice(0, draws)) }));
}

describe.each(SAMPLER_NAMES)('%s from a picture', (sampler) => {
  const starts = fc.record({
    steps: fc.constantFrom(1, 2, 3, 4, 5, 10, 12), // divisors of T: DDIM reaches other timesteps than it visits
    strength: fc.double({ min: 0.01, max: 1, noNaN: true }),
    resamples: fc.integer({ min: 1, max: 3 }),
  });

  it('has after each row the noise level that the next one is for, with a network that knows the picture', async () => {
    await fc.assert(
      fc.asyncProperty(starts, async ({ steps, ...start }) => {
        const table = compile(sampler, steps, start);
        fc.pre(table.signal > 0); // from noise alone, the first level has a rest of the picture that x lacks
        for (const [i, level] of (await sharesOf(table, 0.7, 0.7)).entries()) {
          const { signal, noise } = levelAfter(table.rows, i);
          const last = i === table.rows.length - 1 && level.noise > 0; // DDIM may end on a timestep with noise
          if (!last) expectClose([level.signal, level.noise], [signal, noise], { absolute: 2e-5, what: `row ${i}` });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('starts with nothing to look back on, and where it resamples looks back on nothing', () => {
    const [first] = compile(sampler, 10, { strength: 0.5 }).rows;
    const { rows } = compile(sampler, 6, { resamples: 2 });
    for (const { C, F } of [first!, ...(LOOK_BACK.includes(sampler) ? rows : [])])
      expect([Math.abs(C), F]).toEqual([0, 0]);
  });

  it('at a strength of 1 is sampling from noise', () => {
    expect(compile(sampler, 10, { strength: 1 })).toEqual(compile(sampler, 10));
    expect(compile(sampler, 10).signal).toBe(0);
  });
});

describe('a mask', () => {
  const from = Float32Array.of(0.1, -0.9, 0.3, 0.123456789, 1, -1, 0.5, -0.4);
  const base = { shape: [2, 2, 2], denoise: async (x: Float32Array) => x.map(Math.sin), from };

  it.each(SAMPLER_NAMES)('keeps the pixels of the picture to the bit, in all channels (%s)', async (sampler) => {
    const mask = Float32Array.of(0, 1, 0, 1);
    for (const strength of [1, 0.4]) {
      const table = compile(sampler, 5, { strength, resamples: 2 });
      const images = await sampleImages({ ...base, table, seeds: [1, 2], mask });
      for (const n of [0, 8]) {
        for (const i of [0, 2, 4, 6]) expect(images[n + i]).toBe(from[i]);
        for (const i of [1, 3, 5, 7]) expect(images[n + i]).not.toBe(from[i]);
      }
    }
  });

  it('keeps all to the bit where it is 0, and changes nothing where it is 1', async () => {
    const table = compile('ddpm', 5);
    const run = (mask?: Float32Array) => sampleImages({ ...base, table, seeds: [3], mask });
    expect(await run(new Float32Array(4))).toEqual(from);
    expect(await run(new Float32Array(4).fill(1))).toEqual(await run());
  });

  it('shows kept pixels to the network at its own level, with the noise of the start, and whole in predictions', async () => {
    const table = compile('dpmpp_2m', 4);
    const [seen, shown]: [number[], number[]] = [[], []];
    await sampleImages({
      ...base,
      table,
      seeds: [0],
      mask: Float32Array.of(0, 1, 1, 1),
      noise: (_, draw, out) => out.fill(draw === 0 ? 0.25 : 9),
      denoise: async (x) => {
        seen.push(x[0]!);
        return new Float32Array(8);
      },
      onStep: ({ x0 }) => shown.push(x0[0]!),
    });
    const expected = table.rows.map(({ signal, noise }) => signal * from[0]! + noise * 0.25);
    expectClose(seen.slice(1), expected.slice(1), { absolute: 1e-6 });
    expect(seen[0]).toBe(0.25); // pure noise, as without a mask
    expect(shown).toEqual(Array(4).fill(from[0]));
  });

  it('a batch of N is N batches of 1, bit for bit, each with its picture', async () => {
    const table = compile('dpmpp_2m_sde', 6, { strength: 0.7 });
    const pictures = [from, from.map((value) => -value / 2)];
    const mask = Float32Array.of(0, 0.5, 1, 1);
    const run = (seeds: number[], given: Float32Array[]) =>
      sampleImages({ ...base, table, seeds, from: Float32Array.from(given.flatMap((one) => [...one])), mask });
    const both = await run([1, 2], pictures);
    for (const n of [0, 1]) expect(both.subarray(8 * n, 8 * n + 8)).toEqual(await run([n + 1], [pictures[n]!]));
  });
});

describe('resampling', () => {
  it('makes every step but the last U times, each at its own timestep', () => {
    const timesteps = compile('ddpm', 3, { resamples: 3 }).rows.map(({ timestep }) => timestep);
    expect(timesteps).toEqual([299, 299, 299, 199, 199, 199, 99]);
    const heun = compile('heun', 3).rows.map(({ timestep }) => timestep);
    const [a, b, c, d, e] = heun;
    const twice = compile('heun', 3, { resamples: 2 }).rows.map(({ timestep }) => timestep);
    expect(twice).toEqual([a, b, a, b, c, d, c, d, e]);
  });
});

describe('a picture that does not fit is refused', () => {
  it('unless it is latents, which may lie beyond -1 and 1', async () => {
    const latents = Float32Array.of(0, 1.5, -7, 0);
    const made = await sampleImages({ ...given, from: latents, unbounded: true, mask: new Float32Array(4) });
    expect(made).toEqual(Float32Array.of(...latents, ...latents));
  });

  const table = compile('ddim', 4);
  const given = { table, shape: [1, 2, 2], seeds: [0, 1], denoise: async (x: Float32Array) => x };
  const from = new Float32Array(4);
  it.each([
    [
      { from: new Float32Array(5) },
      'from must be 4 values from -1 to 1, [1, 2, 2], or as many for each image, received 5.',
    ],
    [{ from: Float32Array.of(0, 0, 1.5, 0) }, 'received 1.5.'],
    [{ from: Float32Array.of(0, 0, Number.NaN, 0) }, 'received NaN.'],
    [
      { from: Float32Array.of(0, 9, Number.POSITIVE_INFINITY, 0), unbounded: true },
      'from must be 4 finite values, [1, 2, 2], or as many for each image, received Infinity.',
    ],
    [{ from: [0, 0, 0, 0] as unknown as Float32Array }, 'from must be a Float32Array of 4 values from -1 to 1'],
    [{ mask: from }, 'mask must be left out without a picture to start from, received a Float32Array of 16 bytes.'],
    [{ from, mask: new Float32Array(5) }, 'mask must be 4 values from 0 to 1, [2, 2], received 5.'],
    [{ from, mask: Float32Array.of(0, 0, -0.5, 0) }, 'mask must be 4 values from 0 to 1, [2, 2], received -0.5.'],
    [{ table: compile('ddim', 4, { strength: 0.5 }) }, 'from must be given where strength is below 1'],
  ])('%#', async (more, message) => {
    await expect(sampleImages({ ...given, ...more })).rejects.toThrow(message);
  });

  it.each([
    [{ strength: 0 }, 'strength must be a number above 0, at most 1, received 0.'],
    [{ strength: 1.01 }, 'strength must be a number above 0, at most 1, received 1.01.'],
    [{ strength: Number.NaN }, 'strength must be a number above 0, at most 1, received NaN.'],
    [{ resamples: 0 }, 'resamples must be an integer from 1 to 100, received 0.'],
    [{ resamples: 1.5 }, 'resamples must be an integer from 1 to 100, received 1.5.'],
  ])('%j', (start, message) => {
    expect(() => compile('ddim', 4, start)).toThrow(message);
  });
});
