/** Two losses in one chart. */
import type { JSX } from 'preact';
import { LineChart } from '../line-chart.tsx';
import type { Run } from './runs.ts';

const pointsOf = ({ losses, meanOf }: Run) => losses.map((loss, i) => [(i + 1) * meanOf, loss] as const);

export function LossChart({ before, after, name }: { before: Run; after: Run; name: string }): JSX.Element {
  const points = pointsOf(after);
  const end = points.at(-1)!;
  const old = pointsOf(before);
  return (
    <LineChart
      label={`Loss: ${end[1]} with ${name}, ${old.at(-1)![1]} without`}
      points={points}
      other={old}
      x={{ name: 'rounds', max: end[0] }}
      y="loss (dashed: the tutorial’s network)"
    />
  );
}
