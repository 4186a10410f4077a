/** The loss of a run as a line chart: long runs are averaged into a few hundred points, with a smoothed line. */
import type { LineChart } from '@onnoise/runtime-node/charts';
import type { StepMetrics, ValidationMetrics } from '../saved/metrics.ts';

const POINTS = 400;
/** Points on either side that the smoothed line uses, and the fewest points that get such a line. */
const REACH = 12;
const ENOUGH = 40;

export function lossChart(metrics: readonly StepMetrics[], validation: readonly ValidationMetrics[]): LineChart {
  const points = averageLosses(metrics);
  const x = points.map(({ step }) => step);
  const y = points.map(({ loss }) => loss);
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

/** At most a few hundred points: neighbouring steps are averaged, and told as the last of them. */
export function averageLosses(metrics: readonly StepMetrics[]): Pick<StepMetrics, 'step' | 'seconds' | 'loss'>[] {
  const width = Math.max(1, Math.ceil(metrics.length / POINTS));
  return Array.from({ length: Math.ceil(metrics.length / width) }, (_, i) => {
    const bin = metrics.slice(i * width, (i + 1) * width);
    const { step, seconds } = bin.at(-1)!;
    return { step, seconds, loss: mean(bin.map(({ loss }) => loss)) };
  });
}

/**
 * Fits, at each point, a least-squares line through the logarithms of the points around it, at most `REACH` on either
 * side. At both ends that is neither pulled towards the middle, as a mean would be, nor as rough as the values.
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
