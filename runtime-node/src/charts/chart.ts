/**
 * Line charts as PNG: an SVG of plain paths, rendered by sharp. No fonts are used, so the picture is the same everywhere.
 */
import { InputError } from '@onnoise/scheduler/rules';
import { INK, round, strokes, textPath, textWidth } from './letters.ts';

export interface Series {
  /** For the legend, which leaves out those without. */
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Drawn thin and pale in the colour of the next series, its smoothed form. Default: false. */
  pale?: boolean;
}

export interface LineChart {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  series: readonly Series[];
  /** Pixels. Default: 800 x 450. */
  width?: number;
  height?: number;
  /** Logarithmic axes; values that are not positive are left out. Default: false. */
  logX?: boolean;
  logY?: boolean;
}

const COLOURS = ['#1f6fb4', '#d95f02', '#1b9e77', '#7570b3', '#e7298a', '#66a61e', '#a6761d', '#555555'];

/**
 * Draws the series as lines over common axes. Points that are not finite are left out and break the line.
 * @returns a PNG file, RGB.
 * @throws InputError if there is no series, or one has different numbers of x and y.
 */
export async function lineChart(chart: LineChart): Promise<Buffer> {
  const svg = lineChartSvg(chart);
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).png({ compressionLevel: 9 }).toBuffer();
}

/** The SVG behind {@link lineChart}. */
export function lineChartSvg(chart: LineChart): string {
  const { title = '', xLabel = '', yLabel = '', series, width = 800, height = 450, logX = false, logY = false } = chart;
  if (series.length === 0) throw new InputError('Cannot draw a chart: series must be at least 1, received 0.');
  for (const { name, x, y } of series) {
    if (x.length !== y.length) {
      throw new InputError(
        `Cannot draw a chart: ${name} must have one x for each y, received ${x.length} and ${y.length}.`,
      );
    }
  }
  const scaleX = (value: number) => (logX ? Math.log10(value) : value);
  const scaleY = (value: number) => (logY ? Math.log10(value) : value);
  const lines = series.map(({ x, y }) => Array.from(x, (value, i) => [scaleX(value), scaleY(y[i]!)] as const));
  const finite = lines.flat().filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const [x0, x1] = extent(finite.map(([x]) => x));
  const [y0, y1] = extent(finite.map(([, y]) => y));

  const box = { left: 70, top: title === '' ? 20 : 46, right: width - 20, bottom: height - 50 };
  const atX = (x: number) => round(box.left + ((x - x0) / (x1 - x0)) * (box.right - box.left));
  const atY = (y: number) => round(box.bottom - ((y - y0) / (y1 - y0)) * (box.bottom - box.top));
  const grid: string[] = [];
  const texts: string[] = [];
  for (const tick of logX ? logTicks(10 ** x0, 10 ** x1, 7) : ticks(x0, x1, 7)) {
    const label = format(tick);
    const x = atX(scaleX(tick));
    grid.push(`M${x} ${box.top}V${box.bottom}`);
    texts.push(textPath(label, x - textWidth(label, 9) / 2, box.bottom + 8, 9));
  }
  for (const tick of logY ? logTicks(10 ** y0, 10 ** y1, 6) : ticks(y0, y1, 6)) {
    const label = format(tick);
    const y = atY(scaleY(tick));
    grid.push(`M${box.left} ${y}H${box.right}`);
    texts.push(textPath(label, box.left - 8 - textWidth(label, 9), y - 4.5, 9));
  }
  texts.push(textPath(xLabel, (box.left + box.right - textWidth(xLabel, 10)) / 2, height - 20, 10));
  const middle = (box.top + box.bottom + textWidth(yLabel, 10)) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<path d="${grid.join('')}" stroke="#dddddd" fill="none"/>`,
    `<path d="M${box.left} ${box.top}V${box.bottom}H${box.right}" stroke="${INK}" fill="none"/>`,
    ...lines.map((points, i) => {
      const pen = series[i]!.pale ? 'stroke-opacity="0.35" stroke-width="1"' : 'stroke-width="1.8"';
      return `<path d="${linePath(points, atX, atY)}" stroke="${colourOf(series, i)}" ${pen} stroke-linejoin="round" stroke-linecap="round" fill="none"/>`;
    }),
    ...legend(series, box.right, box.top),
    ...strokes(texts.join(''), 1.1),
    ...strokes(textPath(title, box.left, 18, 13), 1.6),
    ...(yLabel === ''
      ? []
      : [`<g transform="translate(12 ${round(middle)}) rotate(-90)">${strokes(textPath(yLabel, 0, 0, 10), 1.1)}</g>`]),
    '</svg>',
  ].join('\n');
}

/** Ticks at 1, 2 or 5 times a power of ten, about `wanted` of them, within [from, to]. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * Ticks of a logarithmic axis within [from, to], both positive: at 1, 2 and 5 times the powers of ten; only at the
 * powers if those are more than `wanted`; as on a linear axis if they are too few.
 */
export function logTicks(from: number, to: number, wanted: number): number[] {
  const powers = Array.from(
    { length: Math.floor(Math.log10(to) + 1e-9) - Math.floor(Math.log10(from)) + 1 },
    (_, i) => Math.floor(Math.log10(from)) + i,
  );
  const within = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
      .filter((tick) => tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9));
  const all = within([1, 2, 5]);
  if (all.length < 3) return ticks(from, to, wanted).filter((tick) => tick > 0);
  if (all.length <= wanted + 2) return all;
  const whole = within([1]);
  const every = Math.ceil(whole.length / (wanted + 2));
  return whole.filter((_, i) => i % every === 0);
}

/** A pale series has the colour of the next one; pale ones take no colour of their own. */
function colourOf(series: readonly Series[], i: number): string {
  return COLOURS[series.slice(0, i).filter(({ pale }) => !pale).length % COLOURS.length]!;
}

function linePath(
  points: readonly (readonly [number, number])[],
  atX: (x: number) => number,
  atY: (y: number) => number,
): string {
  let path = '';
  let pen = false;
  points.forEach(([x, y], i) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = false;
      return;
    }
    path += `${pen ? 'L' : 'M'}${atX(x)} ${atY(y)}`;
    const next = points[i + 1];
    if (!pen && !(next && Number.isFinite(next[0]) && Number.isFinite(next[1]))) path += 'h0'; // a lone point is a dot
    pen = true;
  });
  return path;
}

function legend(series: readonly Series[], right: number, top: number): string[] {
  const named = series.filter(({ name }) => name !== '');
  if (series.length < 2 || named.length === 0) return [];
  const widest = Math.max(...named.map(({ name }) => textWidth(name, 9)));
  const left = right - widest - 36;
  const ground = `<rect x="${round(left - 6)}" y="${top + 2}" width="${round(right - left + 6)}" height="${named.length * 18 + 6}" fill="#ffffff" fill-opacity="0.8"/>`;
  const rows = named.flatMap((each, i) => {
    const y = top + 14 + i * 18;
    const { name, pale } = each;
    return [
      `<path d="M${round(left)} ${y}h20" stroke="${colourOf(series, series.indexOf(each))}" stroke-width="2.5"${pale ? ' stroke-opacity="0.35"' : ''}/>`,
      ...strokes(textPath(name, left + 28, y - 4.5, 9), 1.1),
    ];
  });
  return [ground, ...rows];
}

/** Least and greatest value, widened to a proper range if they are equal or missing. */
function extent(values: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  if (least > greatest) return [0, 1];
  if (least === greatest) {
    const room = Math.abs(least) / 2 || 0.5;
    return [least - room, greatest + room];
  }
  return [least, greatest];
}

function format(value: number): string {
  return String(Number(value.toPrecision(3)));
}
