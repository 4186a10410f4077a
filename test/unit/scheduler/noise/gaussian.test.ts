import { createHash } from 'node:crypto';
import { gaussian, InputError } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const COUNT = 200_000;

function normals(seed: number, stream = 0, count = COUNT): Float32Array {
  const out = new Float32Array(count);
  gaussian(seed, 0, out, stream);
  return out;
}

function moment(values: Float32Array, power: number): number {
  let sum = 0;
  for (const value of values) sum += value ** power;
  return sum / values.length;
}

function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / a.length;
}

/** The normal distribution function: Marsaglia's series, good to 1e-15 in the range of the samples. */
function normalCdf(x: number): number {
  if (Math.abs(x) > 7) return x > 0 ? 1 : 0;
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

describe('gaussian', () => {
  it.each([0, 1, 37, 2 ** 40 + 5])('has the moments of the unit normal (seed %i)', (seed) => {
    const values = normals(seed);
    // four standard errors of each moment
    const error = (variance: number) => 4 * Math.sqrt(variance / COUNT);
    expect(Math.abs(moment(values, 1))).toBeLessThan(error(1));
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(error(2));
    expect(Math.abs(moment(values, 3))).toBeLessThan(error(15));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(error(96));
  });

  it.each([0, 1, 37])('passes the Kolmogorov-Smirnov test at 0.1 % (seed %i)', (seed) => {
    const sorted = normals(seed).sort();
    let distance = 0;
    sorted.forEach((value, i) => {
      const cdf = normalCdf(value);
      distance = Math.max(distance, Math.abs(cdf - i / COUNT), Math.abs(cdf - (i + 1) / COUNT));
    });
    expect(distance).toBeLessThan(1.95 / Math.sqrt(COUNT));
  });

  it('is uncorrelated between neighbours, lanes, seeds and streams', () => {
    const limit = 4 / Math.sqrt(COUNT);
    const values = normals(5);
    for (const lag of [1, 2, 3, 4]) {
      expect(Math.abs(correlation(values.subarray(0, COUNT - lag), values.subarray(lag)))).toBeLessThan(limit);
    }
    expect(Math.abs(correlation(values, normals(6)))).toBeLessThan(limit);
    expect(Math.abs(correlation(values, normals(5, 1)))).toBeLessThan(limit);
  });

  it('gives any part of a stream without what came before', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(40), fc.nat(30), (seed, offset, length) => {
        const part = new Float32Array(length);
        gaussian(seed, offset, part);
        expect(part).toEqual(normals(seed, 0, 80).subarray(offset, offset + length));
      }),
    );
  });

  // sha256 of 100,000 values as little-endian float32, from a version that summed the series in plain loops
  it.each([
    [0, 0, 0, 'ae6f46007d36508a9886de292ac8fe396168484fc33369e94b8ca80f5c38f3b3'],
    [37, 4704, 0, 'a31a365f7a1ea23512912980497e6c17f649076587a6ac1d591b8442dd18c3e1'],
    [2 ** 40 + 5, 3, 7, '0432b0810efefa15d71117af0b0079d685a65a855d71dd859180693d64d8e83d'],
    [2 ** 53 - 1, 2 ** 45 + 1, 2 ** 32 - 1, '4c5791694e24757ad42cbad3f818e0071319d2498e3677af36a7832124ac849d'],
  ])('gives the same bits for ever (seed %i, offset %i, stream %i)', (seed, offset, stream, digest) => {
    const out = new Float32Array(100_000);
    gaussian(seed, offset, out, stream);
    expect(createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex')).toBe(digest);
  });

  it('is finite far into a stream', () => {
    const out = new Float32Array(1000);
    gaussian(1, 2 ** 45 + 1, out);
    expect(out.every((value) => Math.abs(value) < 6.8)).toBe(true);
  });

  it.each([
    [-1, 0],
    [0.5, 0],
    [0, -4],
    [0, 1.5],
  ])('refuses seed %s with offset %s', (seed, offset) => {
    expect(() => gaussian(seed, offset, new Float32Array(1))).toThrow(InputError);
  });
});
