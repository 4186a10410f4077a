/** L1 or L2: what each error makes of answers that do not agree. */
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Chart, Ticks } from '../../../components/chart.tsx';
import { Slider } from '../../../components/field.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { Cite } from '../parts.tsx';

export type ErrorName = 'l1' | 'l2';

/** The mean over all answers. */
function errorOf(name: ErrorName, answers: readonly number[], guess: number): number {
  const sizes = answers.map((answer) => Math.abs(answer - guess));
  return sizes.reduce((sum, size) => sum + (name === 'l1' ? size : size * size), 0) / answers.length;
}

/** Makes L2 smallest. */
export const meanOf = (answers: readonly number[]): number =>
  answers.reduce((sum, answer) => sum + answer, 0) / answers.length;

/** Makes L1 smallest; of an even count the middle of the two in the middle, between which L1 is flat. */
function medianOf(answers: readonly number[]): number {
  const sorted = [...answers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** Answers that agree, and one that does not. */
const withOutlier = (outlier: number): number[] => [-0.35, -0.2, -0.1, 0, 0.05, 0.15, 0.3, 0.4, outlier];

export function Errors() {
  const [outlier, setOutlier] = useState(0.6);
  const answers = withOutlier(outlier);
  const [mean, median] = [meanOf(answers), medianOf(answers)];
  return (
    <Card title="Which error: L2 or L1?" class="grid gap-16">
      <p>
        The same noisy pixel can come from several pictures, so several answers are right, each at times. The network
        has to say one number. L2 takes the mean of the squares, and is smallest at the mean of the answers. L1 takes
        the mean of the distances, and is smallest at their median.
      </p>
      <div class="learn-row learn-errors-row">
        <div class="grid gap-8">
          <Drawing answers={answers} onMove={setOutlier} />
          <p class="learn-lines small">
            <span class="learn-errors-key-l2">L2, smallest at the mean</span>
            <span class="learn-errors-key-l1">L1, smallest at the median</span>
          </p>
        </div>
        <div class="grid gap-16 learn-errors-side">
          <Slider
            label="The outlier"
            value={outlier}
            min={-REACH}
            max={REACH}
            step={0.05}
            format={(value) => readable(value, 2)}
            hint="Or drag it in the figure."
            onInput={setOutlier}
          />
          <p class="learn-verdict" aria-live="polite">
            Mean {readable(mean, 2)}, median {readable(median, 2)}. The mean goes along with the outlier. The median
            does not care how far away it is.
          </p>
        </div>
      </div>
      <p>
        The lecture’s notebook takes L1. The authors of DDPM (<Cite of="ho2020" />) take L2, as the training loop above
        does. So does this page, and <code>pipeline train</code> unless it is told <code>--loss l1</code>, as the preset{' '}
        <code>tutorial</code> is. The reason: a step of sampling needs the mean of what the picture may have been, and
        only L2 learns it. Of answers in two camps the mean says how many are in each, and the median knows only the
        larger camp, so L1 forgets what is rare. Where the answers lie evenly around their middle, both learn the same,
        so hands come out with L1 too.
      </p>
    </Card>
  );
}

interface DrawingProps {
  /** The last one can be moved. */
  answers: readonly number[];
  /** A press or a drag along the line. */
  onMove(value: number): void;
}

/** The line goes from -REACH to REACH. */
const REACH = 2;
const POINTS = 161;

function Drawing({ answers, onMove }: DrawingProps) {
  const [mean, median] = [meanOf(answers), medianOf(answers)];
  /** As shares of the largest: one error is no more of the same unit than the other. */
  const curve = (name: ErrorName) => {
    const values = Array.from({ length: POINTS }, (_, i) => {
      const guess = -REACH + (i * 2 * REACH) / (POINTS - 1);
      return [guess, errorOf(name, answers, guess)] as const;
    });
    const most = Math.max(...values.map(([, error]) => error));
    const share = (guess: number) => errorOf(name, answers, guess) / most;
    return { points: values.map(([guess, error]) => [guess, error / most] as const), share };
  };
  const [l2, l1] = [curve('l2'), curve('l1')];
  return (
    <Chart
      class="learn-chart"
      label={`${answers.length} answers, their mean ${readable(mean, 2)} and their median ${readable(median, 2)}`}
      size={[320, 232]}
      sides={[20, 10, 64, 10]}
      x={{ from: -REACH, to: REACH }}
      y={{ from: 0, to: 1 }}
      onPick={(value) => onMove(Math.round(value * 20) / 20)}
    >
      {(at) => (
        <>
          <path class="chart-axis" d="M10 168H310" />
          <Ticks values={[-2, -1, 0, 1, 2]} at={at} y={214} />
          <text x={160} y={228} text-anchor="middle">
            the guess, and the answers
          </text>
          <path class="chart-line" d={at.line(l2.points)} />
          <path class="chart-line chart-second" d={at.line(l1.points)} />
          <path class="learn-errors-mean" d={`M${at.right(mean)} ${at.down(l2.share(mean))}V196`} />
          <path class="learn-errors-mean chart-second" d={`M${at.right(median)} ${at.down(l1.share(median))}V196`} />
          {answers.map((answer, i) => {
            const moves = i === answers.length - 1;
            return (
              <circle
                key={i}
                class={moves ? 'chart-dot learn-errors-moved' : 'learn-errors-answer'}
                cx={at.right(answer)}
                cy={174}
                r={moves ? 7 : 3}
              />
            );
          })}
        </>
      )}
    </Chart>
  );
}
