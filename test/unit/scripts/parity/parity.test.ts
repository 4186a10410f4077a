import { describe, expect, it } from 'vitest';
import type { Measure } from '#evaluation/sets/types.ts';
import { compareCurves } from '../../../../scripts/bench/parity/curves.ts';
import { differenceOf } from '../../../../scripts/bench/parity/difference.ts';
import { curveTable, measureTable, type SeedResult } from '../../../../scripts/bench/parity/table.ts';

const curve = (losses: readonly number[], gradNorm = 1) => losses.map((loss, i) => ({ step: i + 1, loss, gradNorm }));

describe('compareCurves', () => {
  it('tells how near the first steps are, where the curves part, and where they end', () => {
    const torch = curve(Array.from({ length: 20 }, () => 0.5));
    const ours = torch.map((line) => ({ ...line, loss: line.loss * (line.step < 12 ? 1 + 1e-7 * line.step : 1.02) }));
    ours[0]!.gradNorm = 1 + 3e-6;
    const found = compareCurves(ours, torch);
    expect(found.first).toBeCloseTo(3e-6, 9);
    expect(found.ten).toBeCloseTo(1e-6, 9);
    expect(found.apart).toBe(12);
    expect(found.ours).toBeCloseTo(0.51, 12);
    expect(found.torch).toBe(0.5);
  });

  it('finds none where the curves stay together, and refuses curves of other lengths', () => {
    expect(compareCurves(curve([1, 2]), curve([1, 2])).apart).toBeUndefined();
    expect(() => compareCurves(curve([1, 2]), curve([1]))).toThrow('2 and 1 steps');
    expect(() => compareCurves([], [])).toThrow('0 and 0 steps');
  });
});

describe('differenceOf', () => {
  it("has the interval of Student's test for two samples", () => {
    // scipy.stats.ttest_ind([9.2, 9.9, 8.8], [10.1, 9.4, 11.3]).confidence_interval() of scipy 1.17.1.
    const { value, interval } = differenceOf([9.2, 9.9, 8.8], [10.1, 9.4, 11.3]);
    expect(value).toBeCloseTo(-0.9666666667, 9);
    expect(interval![0]).toBeCloseTo(-2.7469, 3);
    expect(interval![1]).toBeCloseTo(0.8135, 3);
  });

  it('has no interval of single values', () => {
    expect(differenceOf([1], [3])).toEqual({ value: -2, interval: undefined });
  });
});

describe('the tables', () => {
  const measure = (value: number): Measure => ({
    id: 'frechet',
    name: 'Frechet distance',
    better: 'lower',
    model: { value },
    real: { value: 5.6 },
    noise: { value: 301.4 },
  });
  const results = (ours: number[], torch: number[]): SeedResult[] =>
    ours.map((value, seed) => ({
      seed,
      curves: { first: 1.2e-7, ten: 4e-7, apart: seed === 0 ? undefined : 40, ours: 0.1, torch: 0.2 },
      sampled: 3e-5,
      ours: [measure(value)],
      torch: [measure(torch[seed]!)],
    }));

  it('have a line for every seed and one for every measure, beside its anchors', () => {
    const both = results([9, 10, 11], [9.5, 10.5, 10]);
    expect(curveTable('digits', both).split('\n').slice(2)).toEqual([
      '| digits | 0 | 1.2e-7 | 4.0e-7 | never | 0.10000 | 0.20000 | 3.0e-5 |',
      '| digits | 1 | 1.2e-7 | 4.0e-7 | from step 40 | 0.10000 | 0.20000 | 3.0e-5 |',
      '| digits | 2 | 1.2e-7 | 4.0e-7 | from step 40 | 0.10000 | 0.20000 | 3.0e-5 |',
    ]);
    const [head, rule, line, ...more] = measureTable('digits', both).split('\n');
    expect(more).toEqual([]);
    expect(head!.split('|').length).toBe(line!.split('|').length);
    expect(rule!.split('|').length).toBe(line!.split('|').length);
    expect(line).toBe(
      '| digits | Frechet distance | 5.6 | 301 | 10 (9, 10, 11) | 10 (9.5, 10.5, 10) | 0 (-1.79 to 1.79) | yes |',
    );
  });

  it('say so where the sides are not level, and where one seed cannot tell', () => {
    expect(measureTable('digits', results([1, 1.1, 0.9], [9, 9.1, 8.9]))).toMatch(/\| no \|$/);
    expect(measureTable('digits', results([1], [9]))).toMatch(/\| -8 \| - \|$/);
  });
});
