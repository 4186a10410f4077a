/** The loss of a run as a line chart; long runs are averaged into a few hundred points. */
import type { LineChart } from '@onnoise/runtime-node';
import type { Metrics, ValidationMetrics } from './metrics.ts';

const points = 400;

export function lossChart(metrics: readonly Metrics[], validation: readonly ValidationMetrics[]): LineChart {
  const width = Math.max(1, Math.ceil(metrics.length / points));
  const x: number[] = [];
  const y: number[] = [];
  for (let first = 0; first < metrics.length; first += width) {
    const bin = metrics.slice(first, first + width);
    x.push(bin.at(-1)!.step);
    y.push(bin.reduce((sum, { loss }) => sum + loss, 0) / bin.length);
  }
  const held = { name: 'held out', x: validation.map(({ step }) => step), y: validation.map(({ loss }) => loss) };
  return {
    ...{ title: 'Loss', xLabel: 'step', logY: true },
    series: [{ name: 'training', x, y }, ...(validation.length > 0 ? [held] : [])],
  };
}
