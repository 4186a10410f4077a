/** What the plots share: thin axes in the page's colours, two lines, and a mark at the current t. */
import '#site/state/language.ts';
import uPlot from 'uplot';
import { powerOfTen } from '../state/numbers.ts';
import type { Paint, PlotOptions } from './plot.tsx';

const FONT = '12px ui-sans-serif, system-ui, sans-serif';

export interface SchedulePlot {
  /** Powers of ten on the y axis. */
  log: boolean;
  /** The top of the y axis, if it is fixed. */
  top?: number;
  /** t, 0 to T. */
  time(): number;
}

/** x is t, series 1 is linear and series 2 cosine, told apart by colour and by dashes. */
export function scheduleOptions(paint: Paint, { log, top, time }: SchedulePlot): PlotOptions {
  return {
    ...FRAME,
    scales: {
      x: { time: false, range: (_, min, max) => [Math.min(min, 1), max] },
      y: log
        ? { distr: 3, range: (_, min, max) => decades(min, max) }
        : { range: (_, __, max) => [0, top ?? max * 1.06] },
    },
    axes: [
      axis(paint, { space: 56, size: 28, values: (_, splits) => splits.map(String) }),
      axis(paint, log ? powersOfTen : { space: 34, size: 48, values: (_, splits) => splits.map((v) => short(v)) }),
    ],
    series: [
      {},
      { stroke: paint('linear'), width: 2, pxAlign: 0, points: { show: false } },
      { stroke: paint('cosine'), width: 2, dash: [7, 4], pxAlign: 0, points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawMark(plot, paint, time())] },
  };
}

export const FRAME = {
  legend: { show: false },
  cursor: { show: false },
  padding: [10, 18, 0, 0] as [number, number, number, number],
};

export function axis(paint: Paint, more: uPlot.Axis): uPlot.Axis {
  return {
    font: FONT,
    stroke: paint('muted'),
    grid: { stroke: paint('line'), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

/** A tick of a linear axis: no more digits than it needs. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '\u2212');
}

const powersOfTen: uPlot.Axis = {
  size: 48,
  splits: (_, __, min, max) => {
    const low = Math.ceil(Math.log10(min) - 1e-9);
    const high = Math.floor(Math.log10(max) + 1e-9);
    const stride = Math.max(1, Math.ceil((high - low) / 5));
    const splits: number[] = [];
    for (let power = Math.ceil(low / stride) * stride; power <= high; power += stride) splits.push(10 ** power);
    return splits;
  },
  filter: (_, splits) => splits,
  values: (_, splits) => splits.map((v) => powerOfTen(Math.round(Math.log10(v)))),
};

/** Whole decades around the data, not below 10^-9, where there is nothing to see. */
function decades(min: number, max: number): [number, number] {
  const low = Math.max(Math.floor(Math.log10(min) + 1e-6), -9);
  return [10 ** low, 10 ** Math.ceil(Math.log10(max) - 1e-6)];
}

/** A line at t and a dot on each curve. */
function drawMark(plot: uPlot, paint: Paint, t: number): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const x = plot.valToPos(Math.max(t, 1), 'x', true);
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineWidth = ratio;
  ctx.strokeStyle = paint('ink')();
  ctx.globalAlpha = 0.55;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.globalAlpha = 1;
  if (t > 0) {
    for (const [series, name] of [
      [1, 'linear'],
      [2, 'cosine'],
    ] as const) {
      const value = plot.data[series]![t - 1]!;
      const y = plot.valToPos(Math.max(value, plot.scales.y!.min!), 'y', true);
      ctx.beginPath();
      ctx.arc(x, y, 4.5 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = paint(name)();
      ctx.fill();
      ctx.lineWidth = 2 * ratio;
      ctx.strokeStyle = paint('paper')();
      ctx.stroke();
    }
  }
  ctx.restore();
}
