import { describe, expect, it } from 'vitest';
import { areaUnderRoc, measureAuroc } from '#pipeline/anomaly/auroc.ts';

const of = (...values: number[]) => Float64Array.from(values);

describe('areaUnderRoc', () => {
  it('is the share of pairs in the right order, ties by half', () => {
    // The example of scikit-learn's roc_auc_score: labels 0, 0, 1, 1 and scores 0.1, 0.4, 0.35, 0.8 give 0.75.
    expect(areaUnderRoc(of(0.1, 0.4), of(0.35, 0.8))).toBe(0.75);
    expect(areaUnderRoc(of(1, 2, 3), of(2, 2, 5))).toBeCloseTo((1.5 + 1.5 + 3) / 9, 12);
    expect(areaUnderRoc(of(3, 4), of(1, 2))).toBe(0);
    expect(areaUnderRoc(of(1, 1), of(1))).toBe(0.5);
  });
});

describe('measureAuroc', () => {
  const scores = Array.from({ length: 100 }, (_, i) => Math.sin(i * 12.9898) + (i % 2));
  const abnormal = scores.map((_, i) => i % 2 === 1);

  it('has an interval around the value, the same for the same seed', () => {
    const { value, interval } = measureAuroc(scores, abnormal, 3);
    expect(interval[0]).toBeLessThan(value);
    expect(interval[1]).toBeGreaterThan(value);
    expect(measureAuroc(scores, abnormal, 3)).toEqual({ value, interval });
    // About four standard errors by Hanley and McNeil's formula.
    const [q1, q2] = [value / (2 - value), (2 * value ** 2) / (1 + value)];
    const variance = (value * (1 - value) + 49 * (q1 - value ** 2) + 49 * (q2 - value ** 2)) / 2500;
    expect((interval[1] - interval[0]) / (3.92 * Math.sqrt(variance))).toBeCloseTo(1, 0);
  });

  it('is 1 without doubt where no score overlaps', () => {
    expect(measureAuroc([1, 2, 8, 9], [false, false, true, true], 0)).toEqual({ value: 1, interval: [1, 1] });
  });
});
