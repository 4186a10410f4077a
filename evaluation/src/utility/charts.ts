/** The charts of a measurement: what each arm reaches, and what synthetic images change, by the number of real images. */
import type { Html } from '../report/html.ts';
import { seriesStyle } from '../report/marks.ts';
import { chart, type PlotLibrary } from '../report/plot.ts';
import { type ArmFigures, type Gain, MEASURE } from './types.ts';
import { between, formatFigure, signed } from './verdict.ts';

/** In the order of their marks. */
export const ARMS = ['real', 'both', 'synthetic'] as const;
export const ARM_WORDS = { real: 'real', both: 'real and synthetic', synthetic: 'synthetic alone' } as const;

/** Units between the marks of arms at one number of images. */
const APART = 14;

const FRAME = { marginLeft: 56, marginBottom: 40, marginTop: 14 } as const;

const axesOf = (Plot: PlotLibrary, format: (value: number) => string) => [
  Plot.gridY({ ticks: 5, stroke: 'var(--line)', strokeOpacity: 1 }),
  Plot.axisX({ tickSize: 0, label: 'real images', labelArrow: 'none', fill: 'var(--muted)' }),
  Plot.axisY({ ticks: 5, tickSize: 0, label: null, tickFormat: format, fill: 'var(--muted)' }),
];

/** The three arms. @param alone synthetic images alone: the same at every number */
export function armChart(gains: readonly Gain[], alone: ArmFigures | undefined): Promise<Html> {
  const rows = gains.flatMap(({ count, real, both }) =>
    ARMS.flatMap((arm, i) => {
      const figures = { real, both, synthetic: alone }[arm];
      if (!figures) return [];
      const [low, high] = figures.interval ?? [figures.value, figures.value];
      return [{ i, count: String(count), value: figures.value, low, high }];
    }),
  );
  const told = gains.map(
    ({ count, real, both }) =>
      `${count} real images: ${formatFigure(real.value)}, with synthetic ones ${formatFigure(both.value)}`,
  );
  return chart((Plot) => ({
    ...FRAME,
    label: `${MEASURE.name}. ${told.join('; ')}${alone ? `; synthetic alone ${formatFigure(alone.value)}` : ''}.`,
    x: { type: 'point', domain: gains.map(({ count }) => String(count)), padding: 0.6 },
    y: { nice: true },
    marks: [
      ...axesOf(Plot, formatFigure),
      ...ARMS.flatMap((_, i) => {
        const own = rows.filter((row) => row.i === i);
        const { symbol, colour } = seriesStyle(i);
        const at = { x: 'count', dx: (i - 1) * APART };
        return [
          Plot.ruleX(own, { ...at, y1: 'low', y2: 'high', stroke: colour, strokeWidth: 3, strokeOpacity: 0.55 }),
          Plot.dot(own, { ...at, y: 'value', symbol, stroke: colour, fill: 'var(--card)', r: 4.5, strokeWidth: 2 }),
        ];
      }),
    ],
  }));
}

/** The differences, with both intervals: over seeds broad, over test images thin. */
export function gainChart(gains: readonly Gain[]): Promise<Html> {
  const rows = gains.map(({ count, difference: { value, interval = [value, value] }, acrossImages }) => {
    const across = acrossImages ?? [value, value];
    return { count: String(count), value, low: interval[0], high: interval[1], least: across[0], most: across[1] };
  });
  const told = rows.map(
    ({ count, value, low, high }) => `${count} real images: ${signed(value)} (${between([low, high])})`,
  );
  return chart((Plot) => ({
    ...FRAME,
    label: `With synthetic images less without. ${told.join('; ')}.`,
    x: { type: 'point', domain: rows.map(({ count }) => count), padding: 0.6 },
    y: { nice: true, zero: true },
    marks: [
      ...axesOf(Plot, signed),
      Plot.ruleY([0], { stroke: 'var(--muted)', strokeWidth: 1.5 }),
      Plot.ruleX(rows, { x: 'count', y1: 'least', y2: 'most', stroke: 'var(--accent)', strokeWidth: 1 }),
      Plot.ruleX(rows, {
        x: 'count',
        y1: 'low',
        y2: 'high',
        stroke: 'var(--accent)',
        strokeWidth: 4,
        strokeOpacity: 0.5,
      }),
      Plot.dot(rows, { x: 'count', y: 'value', fill: 'var(--accent)', r: 4.5 }),
    ],
  }));
}
