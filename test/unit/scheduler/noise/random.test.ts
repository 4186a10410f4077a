import { InputError, philoxStream, randomInts, shuffle, uniform } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const seeds = fc.oneof(fc.nat(1000), fc.maxSafeNat());

describe('philoxStream', () => {
  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    expect(() => philoxStream(seed)).toThrow(InputError);
  });

  it('tells apart seeds that share their lower 32 bits, streams and blocks', () => {
    const first = (seed: number, stream: number, index: number) => {
      const out = new Uint32Array(4);
      philoxStream(seed, stream)(index, out);
      return out.join();
    };
    const all = [first(1, 0, 0), first(1 + 2 ** 32, 0, 0), first(1, 1, 0), first(1, 0, 1), first(1, 0, 1 + 2 ** 32)];
    expect(new Set(all).size).toBe(5);
  });
});

describe('uniform', () => {
  it('stays between 0 and 1, with the moments of the uniform distribution', () => {
    const values = new Float64Array(100_000);
    uniform(3, 0, 0, values);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    expect(values.every((v) => v > 0 && v < 1)).toBe(true);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / values.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
  });

  it('gives any part of a stream without what came before', () => {
    fc.assert(
      fc.property(seeds, fc.nat(30), fc.nat(20), (seed, offset, length) => {
        const whole = new Float64Array(60);
        const part = new Float64Array(length);
        uniform(seed, 5, 0, whole);
        uniform(seed, 5, offset, part);
        expect([...part]).toEqual([...whole.subarray(offset, offset + length)]);
      }),
    );
  });
});

describe('randomInts', () => {
  it('draws every integer below the bound equally often', () => {
    const bound = 10;
    const draws = new Int32Array(100_000);
    randomInts(11, 2, 0, bound, draws);
    const counts = new Array<number>(bound).fill(0);
    for (const draw of draws) counts[draw]!++;
    const expected = draws.length / bound;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001
  });

  it('stays below any bound', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 31 }), (seed, bound) => {
        const draws = new Int32Array(50);
        randomInts(seed, 0, 0, bound, draws);
        expect(draws.every((draw) => draw >= 0 && draw < bound)).toBe(true);
      }),
    );
  });

  it.each([0, -1, 1.5, 2 ** 31 + 1])('refuses the bound %s', (bound) => {
    expect(() => randomInts(0, 0, 0, bound, new Int32Array(1))).toThrow(InputError);
  });
});

describe('shuffle', () => {
  it('permutes', () => {
    fc.assert(
      fc.property(seeds, fc.nat(200), (seed, length) => {
        const numbers = Array.from({ length }, (_, i) => i);
        expect(shuffle([...numbers], seed, 1).sort((a, b) => a - b)).toEqual(numbers);
      }),
    );
  });

  it('reaches each of the 24 orders of four equally often, the same for the same seed', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 24_000; seed++) {
      const order = shuffle(['a', 'b', 'c', 'd'], seed, 0).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
      if (seed < 100) expect(shuffle(['a', 'b', 'c', 'd'], seed, 0).join('')).toBe(order);
    }
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.size).toBe(24);
    expect(chiSquared).toBeLessThan(49.7); // 23 degrees of freedom, p = 0.001
  });
});
