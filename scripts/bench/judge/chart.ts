/** The distance against the network's calls, a line for each way of sampling. */
import { writeFile } from 'node:fs/promises';
import { lineChart, type Series } from '@onnoise/runtime-node';
import { wayOf } from './cases.ts';
import type { Result } from './table.ts';

/** Where the chart ends: lines beyond are flat. */
const MOST_CALLS = 50;

/**
 * @param path of the PNG
 * @param ways the lines to draw, as cases without their steps: `ddim`, `ddim eta=0.5`
 * @param real the distance of real digits
 */
export async function writeChart(
  path: string,
  title: string,
  results: readonly Result[],
  ways: readonly string[],
  real: number,
) {
  const shown = results.filter(({ calls }) => calls <= MOST_CALLS);
  const lines = ways.map((way): Series => {
    const points = shown.filter((result) => wayOf(result.case) === way).sort((a, b) => a.calls - b.calls);
    return { name: way, x: points.map(({ calls }) => calls), y: points.map(({ distance }) => distance) };
  });
  const ends = [Math.min(...shown.map(({ calls }) => calls)), MOST_CALLS];
  await writeFile(
    path,
    await lineChart({
      title,
      xLabel: 'calls of the network',
      yLabel: 'distance from real digits',
      series: [...lines.filter(({ x }) => x.length > 1), { name: 'real digits', x: ends, y: [real, real] }],
      logY: true,
    }),
  );
}
