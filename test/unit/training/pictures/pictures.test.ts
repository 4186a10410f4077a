import { describe, expect, it } from 'vitest';
import { lossChart, smooth } from '#training/pictures/loss-chart.ts';
import { sheetColumns } from '#training/pictures/preview.ts';
import type { StepMetrics } from '#training/saved/metrics.ts';

const line = (step: number, loss: number) => ({ step, loss }) as StepMetrics;
const noise = (i: number) => Math.sin(i * i);

describe('smooth', () => {
  it('leaves what falls evenly on a logarithmic axis as it is, to both ends', () => {
    const falling = Array.from({ length: 60 }, (_, i) => Math.exp(-i / 9));
    expect(smooth(falling)).toEqual(falling.map((value) => expect.closeTo(value, 9)));
  });

  it('takes most of the noise away, at both ends too', () => {
    const rough = Array.from({ length: 400 }, (_, i) => Math.exp(0.3 * noise(i)));
    const away = (values: readonly number[]) => Math.max(...values.map((value) => Math.abs(Math.log(value))));
    const even = smooth(rough);
    expect(away(rough)).toBeGreaterThan(0.29);
    expect(away(even.slice(12, -12))).toBeLessThan(0.12);
    expect(away(even)).toBeLessThan(0.25);
  });

  it('takes one value, and a loss of 0', () => {
    expect(smooth([0.5])).toEqual([expect.closeTo(0.5, 12)]);
    expect(smooth([1, 0, 1]).every(Number.isFinite)).toBe(true);
  });
});

describe('lossChart', () => {
  it('draws a short run as it is, and a long one pale under a smoothed line', () => {
    const metrics = (count: number) => Array.from({ length: count }, (_, i) => line(i + 1, 1 + 0.1 * noise(i)));
    const shown = (count: number) =>
      lossChart(metrics(count), [{ step: count, loss: 1 }]).series.map(({ name, pale = false }) => [name, pale]);
    expect(shown(5)).toEqual([
      ['training', false],
      ['held out', false],
    ]);
    expect(shown(5000)).toEqual([
      ['training', true],
      ['smoothed', false],
      ['held out', false],
    ]);
    expect(lossChart(metrics(5000), []).series[0]!.x.length).toBeLessThanOrEqual(400);
  });
});

describe('sheetColumns', () => {
  it('gives every column one class, as near to a square as that allows', () => {
    for (const [count, classes, columns] of [
      [16, 2, 4],
      [16, 3, 3],
      [16, 10, 10],
      [64, 3, 9],
      [16, null, 4],
      [16, 40, 4],
    ] as const) {
      expect(sheetColumns(count, classes)).toBe(columns);
    }
  });
});
