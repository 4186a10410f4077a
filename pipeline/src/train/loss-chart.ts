/** The loss of a run as a line chart: long runs are averaged into a few hundred points, and a smoothed line goes through them. */
import type { LineChart } from '@onnoise/runtime-node';
import type { StepMetrics, ValidationMetrics } from './metrics.ts';

const POINTS = 400;
/** Points on either side that the smoothed line averages, and the points from which on there is one. */
const REACH = 12;
const ENOUGH = 40;

export function lossChart(metrics: readonly StepMetrics[], validation: readonly ValidationMetrics[]): LineChart {
  const width = Math.max(1, Math.ceil(metrics.length / POINTS));
  const x: number[] = [];
  const y: number[] = [];
  for (let first = 0; first < metrics.length; first += width) {
    const bin = metrics.slice(first, first + width);
    x.push(bin.at(-1)!.step);
    y.push(mean(bin.map(({ loss }) => loss)));
  }
  const measured = { name: 'training', x, y };
  const smoothed = { name: 'smoothed', x, y: smooth(y) };
  const held = { name: 'held out', x: validation.map(({ step }) => step), y: validation.map(({ loss }) => loss) };
  return {
    title: 'Loss',
    xLabel: 'step',
    logY: true,
    series: [
      ...(x.length < ENOUGH ? [measured] : [{ ...measured, pale: true }, smoothed]),
      ...(validation.length > 0 ? [held] : []),
    ],
  };
}

/**
 * At each point the line of least squares through the logarithms of those around it, at most `reach` on either side: at both
 * ends it is neither drawn towards the middle, as a mean would be, nor as rough as the values.
 */
export function smooth(values: readonly number[]): number[] {
  const logs = values.map((value) => Math.log(Math.max(value, Number.MIN_VALUE)));
  return logs.map((_, i) => {
    const first = Math.max(0, i - REACH);
    const near = logs.slice(first, i + REACH + 1);
    const centre = (near.length - 1) / 2;
    const height = mean(near);
    const rise = near.reduce((sum, value, k) => sum + (k - centre) * (value - height), 0);
    const spread = near.reduce((sum, _, k) => sum + (k - centre) ** 2, 0);
    return Math.exp(height + (spread === 0 ? 0 : rise / spread) * (i - first - centre));
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
