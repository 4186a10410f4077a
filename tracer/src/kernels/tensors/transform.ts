/** Kernels that read an image at other places: tf.image.transform and tf.image.rotateWithOffset. */
import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../../graph/graph.ts';
import { full, logical, plain, type Value } from '../../graph/layout.ts';
import { movement, reshape } from './movement.ts';
import { apply, cast, combine, constant, scalar, where } from './operators.ts';
import type { KernelTable } from './row.ts';

type Quad = [number, number, number, number];

const float = (b: GraphBuilder, op: string, ...values: Value[]): Value => combine(b, op, values, 'float32');
const sum = (b: GraphBuilder, ...values: Value[]): Value => values.reduce((x, y) => float(b, 'Add', x, y));
const product = (b: GraphBuilder, x: Value, y: Value): Value => float(b, 'Mul', x, y);
const add = (b: GraphBuilder, x: Value, y: number): Value => float(b, 'Add', x, scalar(b, y));
const times = (b: GraphBuilder, x: Value, y: number): Value => float(b, 'Mul', x, scalar(b, y));
const is = (b: GraphBuilder, op: string, x: Value, y: number): Value => combine(b, op, [x, scalar(b, y)], 'bool');
const clamp = (b: GraphBuilder, x: Value, high: number): Value =>
  float(b, 'Min', float(b, 'Max', x, scalar(b, 0)), scalar(b, high));
/** Towards zero, of a number that is at least 0. */
const whole = (b: GraphBuilder, x: Value): Value => apply(b, 'Floor', x);

/** A place outside an axis of `size` elements as one inside, the way a fill mode has it. As in tfjs' cpu backend. */
function mapped(b: GraphBuilder, at: Value, size: number, mode: string): Value {
  if (mode === 'nearest') return clamp(b, at, size - 1);
  if (mode !== 'reflect' && mode !== 'wrap') return at;
  if (size === 1) return clamp(b, at, 0);
  const below = is(b, 'Less', at, 0);
  const above = is(b, 'Greater', at, size - 1);
  const distance = apply(b, 'Abs', at);
  if (mode === 'wrap') {
    const turns = whole(b, times(b, distance, 1 / (size - 1)));
    const up = sum(b, at, times(b, add(b, turns, 1), size));
    const down = float(b, 'Sub', at, times(b, turns, size));
    return clamp(b, where(b, below, up, where(b, above, down, at)), size - 1);
  }
  const turns = times(b, whole(b, times(b, distance, 1 / (2 * size))), 2 * size);
  const low = sum(b, at, turns);
  const up = where(b, is(b, 'Less', low, -size), add(b, low, 2 * size), add(b, apply(b, 'Neg', low), -1));
  const high = float(b, 'Sub', at, turns);
  const down = where(b, is(b, 'Less', high, size), high, add(b, apply(b, 'Neg', high), 2 * size - 1));
  return clamp(b, where(b, below, up, where(b, above, down, at)), size - 1);
}

/** Reads pixels of images [N, H, W, C] at rows y and columns x, [N or 1, P]: [N, P, C], `fill` outside. */
function reader(b: GraphBuilder, images: Value, fill: Value) {
  const [batch, height, width, channels] = images.shape as Quad;
  const pixels = logical(b, reshape(b, images, [batch, height * width, channels]));
  return (y: Value, x: Value): Value => {
    const outside = [is(b, 'Less', y, 0), is(b, 'Less', x, 0), is(b, 'Greater', y, height - 1)]
      .concat(is(b, 'Greater', x, width - 1))
      .reduce((p, q) => combine(b, 'Or', [p, q], 'bool'));
    const flat = sum(b, times(b, clamp(b, y, height - 1), width), clamp(b, x, width - 1));
    const count = flat.shape[1]!;
    const column = logical(b, reshape(b, cast(b, flat, 'int64'), [flat.shape[0]!, count, 1]));
    const index = full(b, { ...column, shape: [batch, count, 1] });
    const shape = [batch, count, channels];
    const attributes = { batch_dims: { int: 1 } };
    const type = { dtype: images.dtype, dims: shape };
    const name = b.emit('GatherND', [pixels.name, index.name], type, { attributes });
    return where(b, reshape(b, outside, [flat.shape[0]!, count, 1]), fill, plain(name, images.dtype, shape));
  };
}

/** The pixel between four others. */
function between(b: GraphBuilder, read: (y: Value, x: Value) => Value, y: Value, x: Value): Value {
  const [top, left] = [apply(b, 'Floor', y), apply(b, 'Floor', x)];
  const [bottom, right] = [add(b, top, 1), add(b, left, 1)];
  const share = (p: Value, q: Value) => {
    const part = float(b, 'Sub', p, q);
    return reshape(b, part, [...part.shape, 1]);
  };
  const row = (at: Value) =>
    sum(b, product(b, share(right, x), read(at, left)), product(b, share(x, left), read(at, right)));
  return sum(b, product(b, share(bottom, y), row(top)), product(b, share(y, top), row(bottom)));
}

export const transforms: KernelTable = {
  // tfjs' cpu backend transforms the first image only; its other backends transform all, as here.
  Transform: (b, { image, transforms }, { interpolation, fillMode, fillValue, outputShape }) => {
    const [batch, height, width, channels] = image!.shape as Quad;
    const [high, wide] = (outputShape ?? [height, width]) as [number, number];
    const x = constant(
      b,
      Float32Array.from({ length: high * wide }, (_, i) => i % wide),
      [1, high * wide],
      'float32',
    );
    const y = constant(
      b,
      Float32Array.from({ length: high * wide }, (_, i) => Math.floor(i / wide)),
      [1, high * wide],
      'float32',
    );
    const count = transforms!.shape[0]!;
    const entry = (i: number) => movement.Slice!(b, { x: transforms! }, { begin: [0, i], size: [count, 1] }) as Value;
    const along = (i: number, rest: Value) => sum(b, product(b, entry(i), x), product(b, entry(i + 1), y), rest);
    const projection = along(6, scalar(b, 1));
    const nowhere = is(b, 'Equal', projection, 0);
    const divisor = where(b, nowhere, scalar(b, 1), projection);
    const place = (i: number, size: number) =>
      mapped(b, float(b, 'Div', along(i, entry(i + 2)), divisor), size, fillMode);
    const [atX, atY] = [place(0, width), place(3, height)];
    const source = cast(b, image!, 'float32');
    const read = reader(b, source, scalar(b, fillValue));
    const round = (at: Value) => apply(b, 'Floor', add(b, at, 0.5));
    const found = interpolation === 'nearest' ? read(round(atY), round(atX)) : between(b, read, atY, atX);
    const pixels = where(b, reshape(b, nowhere, [...nowhere.shape, 1]), scalar(b, fillValue), found);
    return cast(b, reshape(b, pixels, [batch, high, wide, channels]), image!.dtype);
  },
  RotateWithOffset: (b, { image }, { radians, fillValue, center }) => {
    const [batch, height, width, channels] = image!.shape as Quad;
    const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
    const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
    const size = height * width;
    // Known now: the pixel that each pixel is read from, or none.
    const sources = Array.from({ length: size }, (_, i) => {
      const [x, y] = [(i % width) - centerX, Math.floor(i / width) - centerY];
      const [fromX, fromY] = [Math.round(x * cos - y * sin + centerX), Math.round(x * sin + y * cos + centerY)];
      return fromX >= 0 && fromX < width && fromY >= 0 && fromY < height ? fromY * width + fromX : undefined;
    });
    const rows = reshape(b, image!, [batch, size, channels]);
    const index = constant(
      b,
      Int32Array.from(sources, (at) => at ?? 0),
      [size],
      'int32',
    );
    const source = logical(b, rows);
    const type = { dtype: source.dtype, dims: source.shape };
    const name = b.emit('Gather', [source.name, index.name], type, { attributes: { axis: { int: 1 } } });
    const missing = Uint8Array.from(sources, (at) => (at === undefined ? 1 : 0));
    const outside = constant(b, missing, [1, size, 1], 'bool');
    // A colour has no opacity: that of a pixel outside is full.
    const colour = [fillValue].flat() as number[];
    const fills = Float32Array.from({ length: channels }, (_, c) =>
      colour.length === 1 ? colour[0]! : (colour[c] ?? 255),
    );
    const fill = cast(b, constant(b, fills, [channels], 'float32'), source.dtype);
    return reshape(b, where(b, outside, fill, { ...source, name }), image!.shape);
  },
};
