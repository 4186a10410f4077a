/** The part of a report on a sweep: the same model with other samplers, steps and guidance. */
import { logTicks } from '@onnoise/runtime-node';
import { formatFigure, type Measure } from '@onnoise/scheduler/model';
import { axes, formatTick } from './charts.ts';
import { type Html, html } from './html.ts';
import { seriesKey, seriesStyle } from './marks.ts';
import { CHART_WIDTH, chart } from './plot.ts';
import { estimateCell } from './sections.ts';
import { sideBySide } from './side-by-side.ts';
import type { SweepRow } from './types.ts';
import { count, describeSettings, duration } from './words.ts';

/** Measures that are drawn where they are there. */
const DRAWN: readonly string[] = ['frechet', 'class_accuracy', 'mask_dice'];

export async function sweepSection(rows: readonly SweepRow[]): Promise<Html | undefined> {
  const shown = rows[0]?.measures ?? [];
  if (rows.length === 0) return undefined;
  const drawn = shown.filter(({ id }) => DRAWN.includes(id));
  return html`<section aria-labelledby="sweep">
<h2 id="sweep">Sweep</h2>
<p>The same model with other settings, ${count(rows[0]!.settings.count)} pictures each.</p>
<div class="figures">
${await Promise.all((drawn.length > 0 ? drawn : shown.slice(0, 1)).map((measure) => sweepChart(rows, measure)))}</div>
<div class="scroll" tabindex="0" role="region" aria-label="Table of the sweep">
<table class="wide">
<caption>All settings, with intervals of 95 %</caption>
<thead><tr><th scope="col">Settings</th><th scope="col" class="n">Calls a picture</th><th scope="col" class="n">Time a picture</th>${shown.map(({ name }) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ({ settings, measures, secondsAPicture }) =>
    html`<tr><th scope="row">${describeSettings(settings)}</th><td class="n">${count(settings.calls)}</td><td class="n">${duration(secondsAPicture)}</td>${shown.map(({ id }) => cellOf(measures, id))}</tr>
`,
)}</tbody>
</table>
</div>
</section>`;
}

function cellOf(measures: readonly Measure[], id: string): Html {
  const measure = measures.find((each) => each.id === id);
  return measure ? estimateCell(measure, measure.model) : html`<td class="n">–</td>`;
}

/** The axis is logarithmic where the greatest value is so many times the least. */
const WIDE = 8;
const MARGINS = { left: 44, right: 16 };
/** Room at both ends for points that stand beside the last calls. */
const INSET = 30;

interface Point {
  line: string;
  calls: number;
  /** Place on the axis: near `calls`. */
  x: number;
  value: number;
  low: number;
  high: number;
}

/** A line for each sampler and guidance: a measure against network calls, which cost the time. */
async function sweepChart(rows: readonly SweepRow[], { id, name, better, real }: Measure): Promise<Html> {
  const unplaced = rows
    .flatMap(({ settings, measures }): Omit<Point, 'x'>[] => {
      const measure = measures.find((each) => each.id === id);
      if (measure === undefined) return [];
      const { value, interval: [low, high] = [value, value] } = measure.model;
      return [{ line: lineOf(settings), calls: settings.calls, value, low, high }];
    })
    .sort((a, b) => a.calls - b.calls);
  const { domain, places } = sideBySide(
    unplaced.map(({ calls }) => calls),
    CHART_WIDTH - MARGINS.left - MARGINS.right - 2 * INSET,
    INSET,
  );
  const points = unplaced.map((point, i): Point => ({ ...point, x: places[i]! }));
  const lines = [...new Set(points.map(({ line }) => line))];
  const style = ({ line }: Point) => seriesStyle(lines.indexOf(line));
  const colour = (point: Point) => style(point).colour;
  const values = [...points.flatMap(({ low, high }) => [low, high]), real.value];
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const log = least > 0 && greatest / least > WIDE;
  const ends = [least / 1.2, greatest * 1.2] as const;
  const calls = [...new Set(points.map((point) => point.calls))];
  const drawn = await chart((Plot) => ({
    label: `${name} against network calls a picture: ${points.map((point) => `${point.line}, ${point.calls} ${point.calls === 1 ? 'call' : 'calls'}, ${formatTick(point.value)}`).join('; ')}. Real images have ${formatTick(real.value)}.`,
    height: 280,
    marginLeft: MARGINS.left,
    marginTop: 14,
    marginRight: MARGINS.right,
    marginBottom: 42,
    insetLeft: INSET,
    insetRight: INSET,
    x: { type: 'log', domain, label: 'network calls a picture' },
    y: { ...(log ? { type: 'log', domain: ends } : { zero: better === 'lower', nice: true }), label: null },
    marks: [
      ...axes(Plot, {
        x: apart(calls),
        y: log ? logTicks(...ends, 4) : 4,
        told: (value) => formatFigure({ id }, value),
      }),
      Plot.ruleY([real.value], { stroke: 'var(--second)', strokeWidth: 2, strokeDasharray: '5 4' }),
      Plot.ruleX(points, { x: 'x', y1: 'low', y2: 'high', stroke: colour, strokeWidth: 3, strokeOpacity: 0.5 }),
      Plot.lineY(points, { x: 'x', y: 'value', z: 'line', stroke: colour, strokeWidth: 1.5 }),
      Plot.dot(points, {
        x: 'x',
        y: 'value',
        symbol: (point: Point) => style(point).symbol,
        stroke: colour,
        fill: 'var(--card)',
        strokeWidth: 2,
        r: 4.5,
      }),
    ],
  }));
  const shared = calls.length < points.length;
  return html`<figure><figcaption><strong>${name}</strong> of the pictures; dashes: real images${shared && '; equal numbers of calls stand side by side'}</figcaption>
${seriesKey(lines)}${drawn}</figure>
`;
}

const lineOf = (settings: SweepRow['settings']): string => describeSettings(settings).replace(/, [\d,]+ steps?\b/, '');

/** Ticks with room between them on a logarithmic axis. */
function apart(values: readonly number[]): number[] {
  const ticks: number[] = [];
  for (const value of values.toSorted((a, b) => a - b)) {
    if (ticks.length === 0 || value >= 1.35 * ticks.at(-1)!) ticks.push(value);
  }
  return ticks;
}
