/**
 * Pictures as the views take them: [C, H, W], float32 in [-1, 1]. No DOM here: the readers of files and
 * cameras hand over RGBA bytes.
 */
import { type ImageShape, sizeOf, toBytes } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

/**
 * Pictures as floats in [-1, 1], as bytes, and as the browser paints them. The whole page uses these conversions. Bytes
 * turned into floats and back stay the same.
 */
export { paint } from '@onnoise/runtime-web/paint';
export { type ImageShape, sizeOf, toBytes };

export function fromBytes(bytes: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < values.length; i++) values[i] = bytes[i]! / 127.5 - 1;
  return values;
}

export interface Picture {
  /** For screen readers: "digit 7", "your picture". */
  name: string;
  shape: ImageShape;
  /** [C, H, W] in [-1, 1] */
  x0: Float32Array;
}

export interface Rgba {
  /** [H, W, 4] */
  data: ArrayLike<number>;
  width: number;
  height: number;
}

/** One of the real digits: gray bytes, one after the other. */
export function digitPicture(bytes: Uint8Array, index: number, width: number, height: number, name: string): Picture {
  const size = width * height;
  const own = bytes.subarray(index * size, (index + 1) * size);
  if (own.length !== size) {
    throw new InputError(
      `Cannot read digit ${index}: the file must hold ${(index + 1) * size} bytes, received ${bytes.length}.`,
    );
  }
  return { name, shape: [1, height, width], x0: fromBytes(own) };
}

/**
 * A picture in a shape: the largest part in the middle that has its proportions, averaged down (each new pixel is the mean of the
 * area it covers) and laid on white where it is transparent. One channel is luma (ITU-R BT.601).
 *
 * @returns [C, H, W] in [-1, 1]
 * @throws InputError for a model whose pictures are neither gray nor RGB
 */
export function fitPicture(image: Rgba, [channels, height, width]: ImageShape): Float32Array<ArrayBuffer> {
  if (channels !== 1 && channels !== 3) {
    throw new InputError(
      `Cannot use the picture: it must have the channels of the model, ${channels}, and a picture is gray or RGB.`,
    );
  }
  const part = middlePart(image, width / height);
  const rgb = average(image, coverage(part.x, part.width, width), coverage(part.y, part.height, height));
  if (channels === 3) return fromBytes(rgb);
  const plane = height * width;
  const luma = new Float64Array(plane);
  for (let i = 0; i < plane; i++) luma[i] = 0.299 * rgb[i]! + 0.587 * rgb[plane + i]! + 0.114 * rgb[2 * plane + i]!;
  return fromBytes(luma);
}

/** The whole picture in the cells of `laidOut`, each the mean of what it covers, on white. */
export function scaledPicture(image: Rgba, side: number): Rgba {
  const { left, top, cell, columns, rows } = laidOut(image, side);
  const along = (start: number, { before, count }: Cells) =>
    covered(start, count, (i) => [(i - before) * cell, (i - before + 1) * cell]);
  const planes = toBytes(fromBytes(average(image, along(left, columns), along(top, rows))));
  const plane = columns.count * rows.count;
  const data = Uint8ClampedArray.from({ length: 4 * plane }, (_, i) =>
    i % 4 === 3 ? 255 : planes[(i % 4) * plane + (i >> 2)]!,
  );
  return { data, width: columns.count, height: rows.count };
}

/** @returns [3, H, W], 0 to 255 */
function average({ data, width: stride }: Rgba, across: Coverage, down: Coverage): Float64Array {
  const [width, height] = [across.starts.length - 1, down.starts.length - 1];
  const plane = width * height;
  const rgb = new Float64Array(3 * plane);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to++) {
      let [red, green, blue] = [0, 0, 0];
      for (let j = down.starts[y]!; j < down.starts[y + 1]!; j++) {
        for (let i = across.starts[x]!; i < across.starts[x + 1]!; i++) {
          const at = (down.pixels[j]! * stride + across.pixels[i]!) * 4;
          const weight = down.weights[j]! * across.weights[i]!;
          const share = data[at + 3]! / 255;
          const white = 255 * (1 - share);
          red += weight * (data[at]! * share + white);
          green += weight * (data[at + 1]! * share + white);
          blue += weight * (data[at + 2]! * share + white);
        }
      }
      rgb[to] = red;
      rgb[plane + to] = green;
      rgb[2 * plane + to] = blue;
    }
  }
  return rgb;
}

/** The largest part in the middle whose width is `ratio` times its height, in pixels. */
function middlePart({ width, height }: Pick<Rgba, 'width' | 'height'>, ratio: number) {
  const across = Math.max(1, Math.min(width, Math.round(height * ratio)));
  const down = Math.max(1, Math.min(height, Math.round(width / ratio)));
  return { x: Math.floor((width - across) / 2), y: Math.floor((height - down) / 2), width: across, height: down };
}

interface Cells {
  /** Those before the middle square. */
  before: number;
  count: number;
}

/** A whole picture in square cells, of which its middle square has `side` in each direction. */
interface Layout {
  /** Where the middle square begins. */
  left: number;
  top: number;
  /** Pixels that a cell has of the picture in each direction. */
  cell: number;
  columns: Cells;
  rows: Cells;
}

/**
 * As many whole cells as there is room for around the middle square, which stays in the middle: what is cut out of them later is as
 * if cut out of the picture itself.
 * @param side a power of two, or the middle square's own
 */
export function laidOut({ width, height }: Pick<Rgba, 'width' | 'height'>, side: number): Layout {
  const square = Math.min(width, height);
  const cell = square / side;
  const first = (length: number) => Math.floor((length - square) / 2);
  const cells = (length: number) => {
    const before = Math.floor(first(length) / cell);
    const after = Math.min(before + 1, Math.floor((length - square - first(length)) / cell));
    return { before, count: side + before + after };
  };
  return { left: first(width), top: first(height), cell, columns: cells(width), rows: cells(height) };
}

/** For each cell: the pixels that it covers, with weights that sum to 1. Those of all cells lie one after the other. */
interface Coverage {
  /** Where those of a cell begin; one more than there are cells. */
  starts: Int32Array;
  pixels: Int32Array;
  weights: Float64Array;
}

/** `to` cells laid over `from` pixels that begin at `first`. */
function coverage(first: number, from: number, to: number): Coverage {
  const width = from / to;
  return covered(first, to, (i) => [i * width, Math.min((i + 1) * width, from)]);
}

/** @param ends of a cell, in pixels from `first` on */
function covered(first: number, count: number, ends: (cell: number) => readonly [number, number]): Coverage {
  const starts = new Int32Array(count + 1);
  const [pixels, weights]: [number[], number[]] = [[], []];
  for (let cell = 0; cell < count; cell++) {
    const [start, end] = ends(cell);
    for (let p = Math.floor(start); p < Math.ceil(end); p++) {
      pixels.push(first + p);
      weights.push((Math.min(p + 1, end) - Math.max(p, start)) / (end - start));
    }
    starts[cell + 1] = pixels.length;
  }
  return { starts, pixels: Int32Array.from(pixels), weights: Float64Array.from(weights) };
}
