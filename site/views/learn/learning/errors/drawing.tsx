/** Answers on a line, the two errors of every guess above them, and the guess that makes each smallest. */
import type { JSX, TargetedPointerEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { readable } from '../../../forward/state/numbers.ts';
import { type ErrorName, errorOf, meanOf, medianOf } from './losses.ts';

interface DrawingProps {
  answers: readonly number[];
  /** A press or a drag along the line; undefined: nothing can be moved. */
  onMove?: ((value: number) => void) | undefined;
}

/** The line goes from -REACH to REACH. */
export const REACH = 2;
const [WIDTH, HEIGHT, FLOOR, TOP, SIDES] = [320, 232, 168, 20, 10];
const POINTS = 161;
const STACK = 6;

const right = (value: number) => SIDES + ((value + REACH) / (2 * REACH)) * (WIDTH - 2 * SIDES);

export function Drawing({ answers, onMove }: DrawingProps): JSX.Element {
  const held = useRef(false);
  const [mean, median] = [meanOf(answers), medianOf(answers)];
  const curve = (name: ErrorName) => {
    const values = Array.from({ length: POINTS }, (_, i) => {
      const guess = -REACH + (i * 2 * REACH) / (POINTS - 1);
      return [guess, errorOf(name, answers, guess)] as const;
    });
    const most = Math.max(...values.map(([, error]) => error));
    const place = ([guess, error]: readonly [number, number], i: number) =>
      `${i ? 'L' : 'M'}${right(guess).toFixed(1)} ${(FLOOR - (error / most) * (FLOOR - TOP)).toFixed(1)}`;
    return { path: values.map(place).join(''), down: (error: number) => FLOOR - (error / most) * (FLOOR - TOP) };
  };
  const [l2, l1] = [curve('l2'), curve('l1')];
  const seen = new Map<number, number>();
  const told = ({ clientX, currentTarget }: TargetedPointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const value = ((((clientX - left) / width) * WIDTH - SIDES) / (WIDTH - 2 * SIDES)) * 2 * REACH - REACH;
    onMove?.(Math.round(Math.min(Math.max(value, -REACH), REACH) * 20) / 20);
  };
  return (
    <svg
      class={onMove ? 'learn-chart learn-errors-drawing learn-errors-moves' : 'learn-chart learn-errors-drawing'}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${answers.length} answers, their mean ${readable(mean, 2)} and their median ${readable(median, 2)}`}
      onPointerDown={(event) => {
        if (!onMove) return;
        held.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        told(event);
      }}
      onPointerMove={(event) => held.current && told(event)}
      onPointerUp={() => {
        held.current = false;
      }}
      onPointerCancel={() => {
        held.current = false;
      }}
    >
      <path class="learn-chart-axis" d={`M${SIDES} ${FLOOR}H${WIDTH - SIDES}`} />
      {[-2, -1, 0, 1, 2].map((tick) => (
        <text key={tick} x={right(tick)} y={FLOOR + 46} text-anchor="middle">
          {String(tick).replace('-', '−')}
        </text>
      ))}
      <text x={WIDTH / 2} y={HEIGHT - 4} text-anchor="middle">
        the guess, and the answers
      </text>
      <path class="learn-chart-line" d={l2.path} />
      <path class="learn-chart-line learn-errors-l1" d={l1.path} />
      <path class="learn-errors-mean" d={`M${right(mean)} ${l2.down(errorOf('l2', answers, mean))}V${FLOOR + 28}`} />
      <path
        class="learn-errors-median"
        d={`M${right(median)} ${l1.down(errorOf('l1', answers, median))}V${FLOOR + 28}`}
      />
      {answers.map((answer, i) => {
        const level = seen.get(answer) ?? 0;
        seen.set(answer, level + 1);
        const place = { cx: right(answer) + Math.floor(level / STACK) * 6, cy: FLOOR + 6 + (level % STACK) * 4.6 };
        const moves = onMove && i === answers.length - 1;
        return (
          <circle key={i} class={moves ? 'learn-errors-moved' : 'learn-errors-answer'} {...place} r={moves ? 7 : 3} />
        );
      })}
    </svg>
  );
}
