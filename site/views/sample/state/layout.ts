/**
 * The layout of pictures: the grid on the page, and the downloaded sheet. Pure arithmetic on bytes.
 */
import { shownChannels } from '@onnoise/scheduler/model';
import { type ImageShape, sizeOf } from '../../../state/picture.ts';

/** Uncompressed picture, [height, width, channels]. */
export interface Pixels {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  channels: 1 | 3;
}

/** In pixels, or what its sides are to each other. */
export interface Extent {
  width: number;
  height: number;
}

/** Columns of a grid of `count` squares in a box: large cells, and few empty places. */
export function gridColumns(count: number, width: number, height: number): number {
  let best = 1;
  let bestScore = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const empty = rows * columns - count;
    const score = Math.min(width / columns, height / rows) * (1 - empty / (rows * columns));
    if (score > bestScore + 1e-9) [best, bestScore] = [columns, score];
  }
  return best;
}

/** A picture in CSS pixels: a whole number of device pixels per picture pixel, at least 1. */
export function crispSize(available: Extent, picture: Extent, ratio: number): Extent {
  const along = (side: keyof Extent) => Math.floor((available[side] * ratio) / picture[side]);
  const scale = Math.max(1, Math.min(along('width'), along('height')));
  return { width: (scale * picture.width) / ratio, height: (scale * picture.height) / ratio };
}

interface Grid {
  columns: number;
  rows: number;
  /** Of a picture, CSS pixels. */
  cell: Extent;
  /** Between cells, CSS pixels. */
  gap: number;
}

/** Space between cells, CSS pixels: the least, for choosing the columns, and the most, if there is room. */
const LEAST_GAP = 6;
const MOST_GAP = 12;

/** Of the longer side. */
const longer = ({ width, height }: Extent) => Math.max(width, height);

/**
 * The grid on the page: the largest crisp cells; among those, the fewest empty places; among those, the widest. Where
 * their longer side would be less than `least`, they are as large as the width allows instead, and the grid grows down.
 * @param picture in pixels.
 * @param ratio device pixels per CSS pixel.
 */
export function crispGrid(
  count: number,
  box: { width: number; height: number; ratio: number },
  picture: Extent,
  least = 0,
): Grid {
  let best: Grid = { columns: 1, rows: count, cell: { width: 0, height: 0 }, gap: LEAST_GAP };
  let bestScore = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const width = (box.width - (columns - 1) * LEAST_GAP) / columns;
    const height = (box.height - (rows - 1) * LEAST_GAP) / rows;
    const cell = crispSize({ width, height }, picture, box.ratio);
    const fits = cell.width <= width && cell.height <= height;
    const score = fits ? longer(cell) * (1 - (rows * columns - count) / (rows * columns)) : 0;
    if (score < bestScore || (score === 0 && columns > 1)) continue;
    const spare = columns > 1 ? (box.width - columns * cell.width) / (columns - 1) : LEAST_GAP;
    best = { columns, rows, cell, gap: Math.floor(Math.max(LEAST_GAP, Math.min(MOST_GAP, spare))) };
    bestScore = score;
  }
  return longer(best.cell) < least ? largeGrid(count, box.width, picture, least) : best;
}

/** As few rows as cells of `least` allow, all about as long. */
function largeGrid(count: number, available: number, picture: Extent, least: number): Grid {
  const narrowest = (least * picture.width) / longer(picture);
  const most = Math.max(1, Math.min(count, Math.floor((available + LEAST_GAP) / (narrowest + LEAST_GAP))));
  const rows = Math.ceil(count / most);
  const columns = Math.ceil(count / rows);
  const width = Math.floor((available - (columns - 1) * LEAST_GAP) / columns);
  const height = (width * picture.height) / picture.width;
  return { columns, rows, cell: { width, height }, gap: LEAST_GAP };
}

/** The bytes of picture `index` of a batch. */
export function picture(batch: Uint8ClampedArray, shape: ImageShape, index: number): Uint8ClampedArray {
  const size = sizeOf(shape);
  return batch.subarray(index * size, (index + 1) * size);
}

interface SheetOptions {
  columns: number;
  /** Side of the square that a pixel becomes. */
  scale: number;
  /** Background around and between pictures, in pixels of the sheet. */
  gap: number;
  /** Gray level of the background, 0 to 255. */
  background: number;
}

/** A batch [N, C, H, W] in rows, left to right and top to bottom. */
export function sheet(batch: Uint8ClampedArray, shape: ImageShape, options: SheetOptions): Pixels {
  const [channels, height, width] = shape;
  const { columns, scale, gap, background } = options;
  const count = batch.length / (channels * height * width);
  const across = Math.min(columns, count);
  const sheetWidth = across * (width * scale + gap) + gap;
  const sheetHeight = Math.ceil(count / columns) * (height * scale + gap) + gap;
  const shown = shownChannels(channels);
  const data = new Uint8Array(sheetWidth * sheetHeight * shown.length).fill(background);
  for (let n = 0; n < count; n++) {
    const left = gap + (n % columns) * (width * scale + gap);
    const top = gap + Math.floor(n / columns) * (height * scale + gap);
    for (const [c, channel] of shown.entries()) {
      const plane = (n * channels + channel) * height * width;
      for (let y = 0; y < height * scale; y++) {
        const row = plane + Math.floor(y / scale) * width;
        let target = ((top + y) * sheetWidth + left) * shown.length + c;
        for (let x = 0; x < width * scale; x++, target += shown.length)
          data[target] = batch[row + Math.floor(x / scale)]!;
      }
    }
  }
  return { data, width: sheetWidth, height: sheetHeight, channels: shown.length as 1 | 3 };
}

/** Two pictures of one height side by side, `gap` pixels of `background` between them. */
export function beside(left: Pixels, right: Pixels, gap: number, background: number): Pixels {
  const { height, channels } = left;
  const width = left.width + gap + right.width;
  const data = new Uint8Array(width * height * channels).fill(background);
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    data.set(left.data.subarray(y * left.width * channels, (y + 1) * left.width * channels), row);
    const start = row + (left.width + gap) * channels;
    data.set(right.data.subarray(y * right.width * channels, (y + 1) * right.width * channels), start);
  }
  return { data, width, height, channels };
}

/** How the pictures of a panel are laid out. index.html needs it before the view's code is there: first-view/body.ts. */

/** CSS pixels, for three and four rows of cells of 84, which is three times a picture of 28. */
const HEIGHT = 3 * 84 + 2 * 6;
const TALL = 4 * 84 + 3 * 6;
const MANY = 12;
/** Of the longer side. Smaller pictures say nothing, on a phone either. */
const LEAST = 72;

/**
 * @param picture in pixels.
 * @param total pictures of which `count` are shown. Default: all.
 */
export function panelGrid(
  count: number,
  picture: Extent,
  box: { width: number; ratio: number },
  total: number = count,
): Grid {
  const height = total > MANY ? TALL : HEIGHT;
  return crispGrid(count, { ...box, height }, picture, count > MANY ? 0 : LEAST);
}
