import { gaussian, type ImageSeed, parseSchedulerConfig, seededNoise } from '@onnoise/scheduler';
import { completeRequest } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';

const SIZE = 4096;
function noiseOf(seed: ImageSeed, draw = 0): Float32Array {
  const out = new Float32Array(SIZE);
  seededNoise(seed, draw, out);
  return out;
}
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('noise between two seeds', () => {
  it('is at its ends that of the seeds, to the bit', () => {
    expect(noiseOf({ seed: 3, toward: 7, share: 0 })).toEqual(noiseOf(3));
    expect(noiseOf({ seed: 3, toward: 7, share: 1 })).toEqual(noiseOf(7));
  });

  it('is unit noise all the way, where a straight line has half the variance in the middle', () => {
    for (const share of [0.1, 0.25, 0.5, 0.8]) {
      const noise = noiseOf({ seed: 3, toward: 7, share });
      expect(dot(noise, noise) / SIZE).toBeGreaterThan(0.9);
      expect(dot(noise, noise) / SIZE).toBeLessThan(1.1);
    }
  });

  it('is the spherical interpolation (slerp) of draws that are at a right angle', () => {
    const [a, b] = [noiseOf(3), noiseOf(7)];
    for (const share of [0.2, 0.5, 0.9]) {
      const [near, far] = [Math.cos((share * Math.PI) / 2), Math.sin((share * Math.PI) / 2)];
      const exact = a.map((value, i) => near * value + far * b[i]!);
      expectClose(noiseOf({ seed: 3, toward: 7, share }), exact, { absolute: 6e-7 });
    }
  });

  it('goes from draw to draw as the seeds do', () => {
    const own = new Float32Array(2 * SIZE);
    gaussian(7, 0, own);
    expect(noiseOf({ seed: 3, toward: 7, share: 1 }, 1)).toEqual(own.subarray(SIZE));
  });
});

describe('the seeds of a request', () => {
  const model = { scheduler: parseSchedulerConfig({}), shape: [1, 2, 2] as const, classes: 0 };
  const seedsOf = (options: Parameters<typeof completeRequest>[1]) => completeRequest(model, options).seeds;

  it('go from one seed to another in even shares', () => {
    expect(seedsOf({ interpolate: [3, 7], count: 3 })).toEqual([
      { seed: 3, toward: 7, share: 0 },
      { seed: 3, toward: 7, share: 0.5 },
      { seed: 3, toward: 7, share: 1 },
    ]);
  });

  it('are around one seed, each toward another, and the same at every time', () => {
    const seeds = seedsOf({ variations: 7, variation: 0.2, count: 5 });
    expect(seedsOf({ variations: 7, variation: 0.2, count: 3 })).toEqual(seeds.slice(0, 3));
    const others = seeds.map((seed) => (seed as { toward: number }).toward);
    expect(new Set([...others, 7]).size).toBe(6);
    expect(others.every((other) => Number.isSafeInteger(other) && other >= 0)).toBe(true);
    expect(seeds).toEqual(others.map((toward) => ({ seed: 7, toward, share: 0.2 })));
    expect(seedsOf({ variations: 7 })).toMatchObject([{ seed: 7, share: 0.3 }]);
  });

  it.each([
    [{ interpolate: [3, 7] }, 'count must be at least 2 from one seed to another, received 1.'],
    [{ interpolate: [3, 3], count: 2 }, 'the seed to go toward must be a seed other than 3, received 3.'],
    [{ interpolate: [3], count: 2 }, 'interpolate must be two seeds, received [3].'],
    [
      { interpolate: [3, -1], count: 2 },
      'the seed to go toward must be an integer from 0 to 9007199254740991, received -1.',
    ],
    [{ interpolate: [3, 7], count: 2, seed: 1 }, 'seed must be left out where interpolate is given, received 1.'],
    [
      { interpolate: [3, 7], count: 2, variations: 1 },
      'variations must be left out where interpolate is given, received 1.',
    ],
    [
      { interpolate: [3, 7], count: 2, from: new Float32Array(4) },
      'interpolate must be left out where sampling starts from a picture, received [3, 7].',
    ],
    [{ variations: 1.5 }, 'the seed to vary must be an integer from 0 to 9007199254740991, received 1.5.'],
    [{ variations: 1, variation: 1.5 }, 'variation must be a number from 0 to 1, received 1.5.'],
    [{ variation: 0.5 }, 'variation must be left out without a seed to vary, received 0.5.'],
    [{ seeds: [1], variations: 1 }, 'variations must be left out where seeds are given, received 1.'],
    [
      { seeds: [{ seed: 1, toward: 2, share: 2 }] },
      'the share of the other seed must be a number from 0 to 1, received 2.',
    ],
    [{ strength: 0.5 }, 'strength must be left out without a picture to start from, received 0.5.'],
    [{ from: new Float32Array(4), resamples: 2 }, 'resamples must be left out or 1 without a mask, received 2.'],
    [{ from: new Float32Array(3) }, 'from must be 4 values from -1 to 1, [1, 2, 2], received 3.'],
    [{ mask: new Float32Array(4) }, 'mask must be left out without a picture to start from'],
  ])('%#: refuses what has no meaning', (options, message) => {
    expect(() => seedsOf(options as Parameters<typeof completeRequest>[1])).toThrow(`Cannot sample images: ${message}`);
  });

  it('a picture is painted anew to 0.6 of the steps, a hole in it wholly', () => {
    const from = new Float32Array(4);
    const tableOf = (options: object) => completeRequest(model, { from, steps: 10, ...options }).table;
    expect(tableOf({}).rows.length).toBe(6);
    expect(tableOf({ mask: new Float32Array(4) }).rows.length).toBe(10);
    expect(tableOf({ mask: new Float32Array(4), resamples: 2 }).rows.length).toBe(19);
    expect(tableOf({ strength: 0.3 }).rows.length).toBe(3);
  });
});
