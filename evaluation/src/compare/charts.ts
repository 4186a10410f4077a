/** The charts of a comparison: losses as lines, measures as points with intervals. */
import { logTicks } from '@onnoise/runtime-node/charts';
import { formatFigure, formatValue, type Measure } from '@onnoise/scheduler/evaluation';
import { averageLosses, smooth } from '@onnoise/training/pictures';
import { axes, STRIP, stripAxis } from '../report/charts.ts';
import type { Html } from '../report/html.ts';
import { seriesStyle } from '../report/marks.ts';
import { chart } from '../report/plot.ts';
import type { Side } from './folders.ts';

/** What a loss is drawn against. */
export type Along = 'step' | 'minutes';

interface Point {
  side: number;
  x: number;
  loss: number;
}

/** The smoothed loss of each run as a line, that on held-out images as points. */
export function lossLines(sides: readonly Side[], along: Along): Promise<Html> {
  const lines = sides.map((side, number) => trainingPoints(side, number, along));
  const held = sides.flatMap((side, number) => heldOutPoints(side, number, along));
  const points = lines.flat();
  const losses = [...points, ...held].map(({ loss }) => loss).filter((loss) => loss > 0);
  const [least, greatest] = losses.length === 0 ? [0.1, 1] : [Math.min(...losses), Math.max(...losses)];
  const ends = [least / 1.05, greatest * 1.05] as const;
  const colour = ({ side }: Point) => seriesStyle(side).colour;
  return chart((Plot) => ({
    label: `Loss by ${along}: ${lines.flatMap((line, i) => (line.length === 0 ? [] : [`${sides[i]!.name} ends at ${formatValue(line.at(-1)!.loss)}`])).join(', ')}.`,
    height: 280,
    marginLeft: 50,
    marginTop: 12,
    marginBottom: 40,
    x: { label: along, zero: true },
    y: { type: 'log', domain: ends, label: null },
    marks: [
      ...axes(Plot, { x: 5, y: logTicks(...ends, 5) }),
      Plot.lineY(points, { x: 'x', y: 'loss', z: 'side', stroke: colour, strokeWidth: 1.8 }),
      Plot.dot(held, {
        x: 'x',
        y: 'loss',
        symbol: ({ side }: Point) => seriesStyle(side).symbol,
        stroke: colour,
        fill: 'var(--card)',
        r: 3.5,
        strokeWidth: 1.5,
      }),
    ],
  }));
}

function trainingPoints({ metrics }: Side, side: number, along: Along): Point[] {
  const points = averageLosses(metrics);
  const losses = smooth(points.map(({ loss }) => loss));
  return points.map(({ step, seconds }, i) => ({ side, x: along === 'step' ? step : seconds / 60, loss: losses[i]! }));
}

/** A held-out loss has the time of its training step. */
function heldOutPoints({ metrics, validation }: Side, side: number, along: Along): Point[] {
  const seconds = new Map(metrics.map((line) => [line.step, line.seconds]));
  return validation.flatMap(({ step, loss }): Point[] => {
    if (along === 'step') return [{ side, x: step, loss }];
    const at = seconds.get(step);
    return at === undefined ? [] : [{ side, x: at / 60, loss }];
  });
}

/** One measure of several sides, one below the other, each with its own anchor of real images. */
export function measureRows(rows: readonly { side: number; name: string; measure: Measure }[]): Promise<Html> {
  const [first] = rows;
  const { better } = first!.measure;
  const drawn = rows.map(({ side, measure: { model, real } }) => {
    const [low, high] = model.interval ?? [model.value, model.value];
    return { side, value: model.value, low, high, real: real.value };
  });
  const values = drawn.flatMap(({ low, high, real }) => [low, high, real]);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const log = better === 'lower' && least > 0 && greatest / least > 12;
  const ends = [least / 1.3, greatest * 1.3] as const;
  const ticks = log ? logTicks(...ends, 3) : 4;
  const colour = ({ side }: { side: number }) => seriesStyle(side).colour;
  return chart((Plot) => ({
    label: rows
      .map(
        ({ name, measure }) =>
          `${name} ${formatFigure(measure, measure.model.value)}, real images ${formatFigure(measure, measure.real.value)}`,
      )
      .join('; '),
    ...STRIP,
    height: 30 + 18 * rows.length,
    x: { ...(log ? { type: 'log', domain: ends } : { nice: true }), label: null },
    y: { type: 'band', domain: drawn.map(({ side }) => side), axis: null },
    marks: [
      ...stripAxis(Plot, first!.measure, ticks),
      Plot.tickX(drawn, { x: 'real', y: 'side', stroke: 'var(--muted)', strokeWidth: 2 }),
      Plot.ruleY(drawn, { x1: 'low', x2: 'high', y: 'side', stroke: colour, strokeWidth: 3, strokeOpacity: 0.5 }),
      Plot.dot(drawn, {
        x: 'value',
        y: 'side',
        symbol: ({ side }: { side: number }) => seriesStyle(side).symbol,
        stroke: colour,
        fill: 'var(--card)',
        strokeWidth: 2,
        r: 4.5,
      }),
    ],
  }));
}
