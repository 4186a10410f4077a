import { describe, expect, it } from 'vitest';
import { differenceMap, scoreOf } from '#pipeline/anomaly/score.ts';

const SHAPE = [1, 32, 32] as const;
const flat = (value: number, channels = 1) => new Float32Array(channels * 32 * 32).fill(value);

describe('differenceMap', () => {
  it('is 0 for an image that is its reconstruction, and the difference where that is even', () => {
    expect(Math.max(...differenceMap(flat(0.3), flat(0.3), SHAPE))).toBe(0);
    for (const value of differenceMap(flat(0.5), flat(-0.25), SHAPE)) expect(value).toBeCloseTo(0.75, 6);
  });

  it('keeps the sum of a dot, spread as a Gaussian of one pixel', () => {
    const image = flat(0);
    image[16 * 32 + 16] = 1;
    const map = differenceMap(image, flat(0), SHAPE);
    expect(map.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(map[16 * 32 + 16]).toBeCloseTo(1 / (2 * Math.PI), 4);
    expect(map[16 * 32 + 17]! / map[16 * 32 + 16]!).toBeCloseTo(Math.exp(-0.5), 5);
  });

  it('counts one side alone where it is asked to', () => {
    const image = flat(0.2);
    const healthy = flat(0.5);
    expect(Math.max(...differenceMap(image, healthy, SHAPE, 'brighter'))).toBe(0);
    expect(differenceMap(image, healthy, SHAPE, 'darker')[0]).toBeCloseTo(0.3, 6);
    expect(differenceMap(healthy, image, SHAPE, 'brighter')[0]).toBeCloseTo(0.3, 6);
  });

  it('averages the channels', () => {
    const image = flat(0, 3);
    image.fill(0.6, 0, 32 * 32);
    expect(differenceMap(image, flat(0, 3), [3, 32, 32])[5]).toBeCloseTo(0.2, 6);
  });
});

describe('scoreOf', () => {
  it('is the mean of the largest two in a thousand, and of one at least', () => {
    const map = new Float32Array(1000);
    map[7] = 0.4;
    map[900] = 0.8;
    map[3] = 0.1;
    expect(scoreOf(map)).toBeCloseTo(0.6, 6);
    expect(scoreOf(Float32Array.of(0.1, 0.7, 0.2))).toBeCloseTo(0.7, 6);
  });
});
