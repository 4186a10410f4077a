/** The charts of a report. Marks differ in form as well as in colour. */
import { logTicks } from '@onnoise/runtime-node/charts';
import { formatFigure, formatInterval, formatShare, formatValue, type Measure } from '@onnoise/scheduler/evaluation';
import type { Compared, SensitivityRow } from '../memorisation/types.ts';
import type { Html } from './html.ts';
import { chart, type PlotLibrary } from './plot.ts';
import type { ClassShares } from './types.ts';

/** A distance's axis is logarithmic where the greatest value is so many times the least. */
const WIDE = 12;
/** The frame of a measure's values on one axis. */
export const STRIP = { width: 300, marginTop: 4, marginLeft: 12, marginRight: 16, marginBottom: 22 } as const;
/** Most classes that a chart has room for. */
export const MOST_CLASSES = 40;
const LONGEST_NAME = 14;

/** A measure's three values on one axis, with their intervals. */
export function measureStrip(measure: Measure): Promise<Html> {
  const sets = [
    { ...measure.noise, symbol: 'times', colour: 'var(--muted)', row: 2 },
    { ...measure.real, symbol: 'diamond', colour: 'var(--second)', row: 1 },
    { ...measure.model, symbol: 'circle', colour: 'var(--accent)', row: 0 },
  ] as const;
  const values = sets.flatMap(({ value, interval = [value, value] }) => [value, ...interval]);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const { ticks, scale } = stripScale(measure, least, greatest);
  return chart((Plot) => ({
    label: `${measure.name}: pictures ${told(measure, 'model')}, real images ${told(measure, 'real')}, noise ${told(measure, 'noise')}.`,
    ...STRIP,
    height: 84,
    x: { ...scale, label: null },
    y: { type: 'band', domain: [0, 1, 2], axis: null },
    marks: [
      ...stripAxis(Plot, measure, ticks),
      Plot.ruleY(
        sets.filter(({ interval }) => interval !== undefined),
        {
          x1: ({ interval }) => interval[0],
          x2: ({ interval }) => interval[1],
          y: 'row',
          stroke: 'colour',
          strokeWidth: 3,
          strokeOpacity: 0.55,
        },
      ),
      Plot.dot(sets, { x: 'value', y: 'row', symbol: 'symbol', stroke: 'colour', fill: fillOf, r: 5, strokeWidth: 2 }),
    ],
  }));
}

/** That axis, with a grid. @param ticks themselves, or about how many */
export const stripAxis = (Plot: PlotLibrary, measure: Measure, ticks: number | readonly number[]) => [
  Plot.gridX({ ticks, stroke: 'var(--line)', strokeOpacity: 1 }),
  Plot.axisX({ ticks, text: (value: number) => formatFigure(measure, value), tickSize: 0, fill: 'var(--muted)' }),
];

/**
 * Distances from little to much have a logarithmic axis, so that noise does not push model and real images together. Where
 * chance takes one to 0 or below, the axis is linear up to the power of ten that they reach, and logarithmic beyond.
 */
function stripScale({ better, model, real }: Measure, least: number, greatest: number) {
  if (better === 'lower' && least > 0 && greatest / least > WIDE) {
    const ends = [least / 1.3, greatest * 1.3] as const;
    return { ticks: logTicks(...ends, 3), scale: { type: 'log', domain: ends } } as const;
  }
  const near = Math.max(...[model, real].flatMap(({ value, interval = [value, value] }) => [value, ...interval]));
  if (better === 'lower' && least <= 0 && near > 0 && greatest / near > WIDE) {
    const constant = 10 ** Math.floor(Math.log10(near));
    const tens = Math.floor(Math.log10((greatest * 1.3) / constant));
    const beyond = Array.from({ length: tens + 1 }, (_, i) => constant * 10 ** i);
    const below = least < -constant / 2 ? [-constant] : [];
    const domain = [least * 1.3, greatest * 1.3];
    return { ticks: [...below, 0, ...beyond], scale: { type: 'symlog', constant, domain } } as const;
  }
  return { ticks: 4, scale: { nice: true } } as const;
}

/** A cross has no inside; the circle is full. */
const fillOf = ({ symbol, colour }: { symbol: string; colour: string }) =>
  symbol === 'circle' ? colour : 'var(--card)';

function told(measure: Measure, set: 'model' | 'real' | 'noise'): string {
  const interval = formatInterval(measure, measure[set]);
  return `${formatFigure(measure, measure[set].value)}${interval === undefined ? '' : ` (${interval})`}`;
}

/** Of each class, the pictures that are right, beside held-out images. */
export function rightBars(classes: readonly ClassShares[]): Promise<Html> {
  const rows = classes.filter((each) => each.right !== undefined).map(named);
  return chart((Plot) => ({
    ...classFrame(rows, `Share of pictures that show the class asked for: ${list(rows, 'right')}.`),
    x: { domain: [0, 100], label: null },
    marks: [
      ...classAxes(Plot, rows),
      Plot.barX(rows, { x: ({ right }) => 100 * right, y: 'key', fill: 'var(--accent)', insetTop: 2, insetBottom: 2 }),
      Plot.tickX(
        rows.filter(({ realRight }) => realRight !== undefined),
        { x: ({ realRight }) => 100 * realRight, y: 'key', stroke: 'var(--third)', strokeWidth: 3 },
      ),
    ],
  }));
}

/** Of each class, the share asked for and the share seen. */
export function classShares(classes: readonly ClassShares[]): Promise<Html> {
  const rows = classes.map(named);
  return chart((Plot) => ({
    ...classFrame(rows, `Share of all pictures taken for each class: ${list(rows, 'seen')}.`),
    x: { label: null, zero: true, nice: true },
    marks: [
      ...classAxes(Plot, rows),
      Plot.ruleY(rows, {
        y: 'key',
        x1: ({ asked }) => 100 * asked,
        x2: ({ seen }) => 100 * seen,
        stroke: 'var(--muted)',
        strokeWidth: 1.5,
      }),
      Plot.dot(rows, {
        x: ({ asked }) => 100 * asked,
        y: 'key',
        symbol: 'diamond',
        stroke: 'var(--second)',
        fill: 'var(--card)',
        r: 5,
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: ({ seen }) => 100 * seen, y: 'key', fill: 'var(--accent)', r: 4 }),
    ],
  }));
}

type Named = ClassShares & { key: number };
const named = (each: ClassShares, key: number): Named => ({ ...each, key });

function classFrame(rows: readonly Named[], label: string) {
  return {
    label,
    height: 36 + 22 * rows.length,
    marginLeft: 16 + 7 * Math.max(2, ...rows.map(({ name }) => shorten(name).length)),
    marginRight: 20,
    marginTop: 4,
    marginBottom: 24,
    y: { type: 'band', domain: rows.map(({ key }) => key) },
  } as const;
}

const classAxes = (Plot: PlotLibrary, rows: readonly Named[]) => [
  Plot.gridX({ ticks: 5, stroke: 'var(--line)', strokeOpacity: 1 }),
  Plot.axisX({ ticks: 5, tickSize: 0, tickFormat: inPercent, fill: 'var(--muted)' }),
  Plot.axisY({ tickSize: 0, label: null, tickFormat: (row: number) => shorten(rows[row]!.name) }),
];

const shorten = (name: string) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

const list = (rows: readonly Named[], key: 'right' | 'seen') =>
  rows.map((row) => `${row.name} ${formatShare(row[key]!)}`).join(', ');

/** Two histograms over the same bars: pictures filled, held-out images as an outline; with a threshold where there is one. */
export function histogram({ samples, heldOut, edges }: Compared, name: string, threshold?: number): Promise<Html> {
  const shares = (bars: readonly number[]) => {
    const total = bars.reduce((sum, bar) => sum + bar, 0) || 1;
    return bars.map((bar, i) => ({ from: edges[i]!, to: edges[i + 1]!, share: (100 * bar) / total }));
  };
  const outline = shares(heldOut.bars).flatMap(({ from, to, share }) => [
    { x: from, share },
    { x: to, share },
  ]);
  const middle = (summary: Compared['samples']) => formatValue(summary.quantiles[1]);
  return chart((Plot) => ({
    label: `${name} to the nearest training image: half of the pictures lie below ${middle(samples)}, half of the held-out images below ${middle(heldOut)}${
      threshold === undefined ? '' : `; the threshold is ${formatValue(threshold)}`
    }.`,
    marginLeft: 50,
    marginTop: 18,
    marginBottom: 40,
    x: { label: name },
    y: { label: null, nice: true },
    marks: [
      ...axes(Plot, { x: 5, told: inPercent }),
      Plot.rectY(shares(samples.bars), { x1: 'from', x2: 'to', y: 'share', fill: 'var(--accent)', fillOpacity: 0.5 }),
      Plot.lineY(outline, { x: 'x', y: 'share', stroke: 'var(--second)', strokeWidth: 2 }),
      ...(threshold === undefined ? [] : [thresholdRule(Plot, threshold)]),
    ],
  }));
}

const thresholdRule = (Plot: PlotLibrary, threshold: number) =>
  Plot.ruleX([threshold], { stroke: 'var(--third)', strokeWidth: 2, strokeDasharray: '5 4' });

/** How surely so many copies would be called out. */
export function sensitivityCurve(rows: readonly SensitivityRow[]): Promise<Html> {
  return chart((Plot) => ({
    label: `Chance that copies are found: ${rows.map(({ copies, found }) => `${copies}: ${formatShare(found)}`).join(', ')}.`,
    marginLeft: 50,
    marginTop: 14,
    marginBottom: 40,
    x: { type: 'symlog', label: 'copies among the pictures' },
    y: { domain: [0, 100], label: null },
    marks: [
      ...axes(Plot, { x: copyTicks(rows), told: inPercent }),
      Plot.ruleY([95], { stroke: 'var(--third)', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.lineY(rows, { x: 'copies', y: percent, stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.dot(rows, { x: 'copies', y: percent, fill: 'var(--accent)', r: 4 }),
    ],
  }));
}

const percent = ({ found }: SensitivityRow) => 100 * found;

/** The numbers of copies that have room at the axis: well beyond the one before. */
function copyTicks(rows: readonly SensitivityRow[]): number[] {
  const ticks: number[] = [];
  for (const { copies } of rows) {
    if (ticks.length === 0 || copies >= 1.6 * ticks.at(-1)! + 0.5) ticks.push(copies);
  }
  return ticks;
}

/** Thin axes with a grid behind the values. @param x the ticks, or about how many; `told` writes the values of y */
export function axes(Plot: PlotLibrary, { x, y = 4, told = formatTick }: Axes) {
  return [
    Plot.gridY({ ticks: y, stroke: 'var(--line)', strokeOpacity: 1 }),
    Plot.axisX({
      ticks: x,
      text: formatTick,
      tickSize: 3,
      fill: 'var(--muted)',
      labelArrow: 'none',
      labelAnchor: 'center',
    }),
    Plot.axisY({
      ticks: y,
      text: told,
      tickSize: 0,
      fill: 'var(--muted)',
    }),
  ];
}

interface Axes {
  x: number | number[];
  y?: number | number[];
  told?: (value: number) => string;
}

const inPercent = (value: number): string => `${formatTick(value)} %`;

/** A number at an axis. */
const formatTick = (value: number): string => formatValue(value);
