/**
 * Where the maximum of each window of an image is, and the gradient that goes back there. ONNX's MaxPool gives the first
 * place of the maximum, as tfjs does.
 */
import { type Attribute, type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import type { Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { image } from '../convolution/convolution.ts';
import { convAttributes, type Geometry, imageValue, outputShape } from '../convolution/geometry.ts';
import { cast, combine, constant, withoutNaN } from '../tensors/operators.ts';
import type { KernelTable } from '../tensors/row.ts';
import { poolGeometry } from './pooling.ts';

/** Maxima, and their places among the elements of `x` as it is stored. */
function maxima(b: GraphBuilder, x: string, dims: readonly number[], attributes: Record<string, Attribute>) {
  const types = [
    { dtype: 'float32', dims },
    { dtype: 'int64', dims },
  ] as const;
  return b.emitMany('MaxPool', [x], types, { attributes }) as [string, string];
}

/** More than the lowest float, below which onnxruntime finds no maximum: a window of -Infinity then has a place. */
const LEAST = -3e38;

/** dy added up where the maxima of `x` are. Both are stored channels first. */
export function unpooled(b: GraphBuilder, x: Value, dy: Value, attributes: Record<string, Attribute>): Value {
  const floor = b.emit('Max', [x.name, b.scalar(LEAST)], x);
  const [, places] = maxima(b, floor, dy.dims, attributes);
  const flat = (name: string, dtype: 'float32' | 'int64', size: number) =>
    b.emit('Reshape', [name, b.shape([size])], { dtype, dims: [size] });
  const size = sizeOf(x.dims);
  const type = { dtype: 'float32', dims: [size] } as const;
  const zeros = b.emit('Expand', [b.scalar(0), b.shape([size])], type);
  const count = sizeOf(dy.dims);
  const inputs = [zeros, flat(places, 'int64', count), flat(dy.name, 'float32', count)];
  const options = { attributes: { axis: { int: 0 }, reduction: { string: 'add' } } };
  const sums = b.emit('ScatterElements', inputs, type, options);
  return { ...x, name: b.emit('Reshape', [sums, b.shape(x.dims)], { dtype: 'float32', dims: x.dims }) };
}

function requireNarrowPads(op: string, g: Geometry): void {
  const wide = g.pads.find((pad, i) => pad >= g.kernel[i % 2]!);
  if (wide === undefined) return;
  throw new TraceError(
    `Cannot trace ${op}: its pad must be smaller than its window of ${g.kernel.join('x')}, received ${wide}; pad before it.`,
  );
}

const attributesOf = (g: Geometry): Record<string, Attribute> => {
  const { group: _, dilations: __, ...attributes } = convAttributes(g);
  return attributes;
};

export const maxPoolGradient: KernelTable = {
  MaxPoolGrad: (b, { dy, input }, attrs) => {
    const g = poolGeometry('the gradient of maxPool', input!.shape, attrs);
    requireNarrowPads('the gradient of maxPool', g);
    return unpooled(b, image(b, input!), image(b, dy!), attributesOf(g));
  },
  MaxPoolWithArgmax: (b, { x }, attrs) => {
    const g = poolGeometry('maxPoolWithArgmax', x!.shape, attrs);
    requireNarrowPads('maxPoolWithArgmax', g);
    const [, height, width, channels] = x!.shape as [number, number, number, number];
    const out = imageValue('', outputShape(x!.shape, channels, g));
    // A NaN is no maximum in tfjs.
    const numbers = withoutNaN(b, image(b, cast(b, x!, 'float32')), Number.NEGATIVE_INFINITY);
    const [largest, places] = maxima(b, numbers.name, out.dims, attributesOf(g));
    // ONNX counts through [N, C, H, W], tfjs through [N, H, W, C] or one [H, W, C].
    const whole = (value: number) => constant(b, BigInt64Array.of(BigInt(value)), [], 'int64');
    const place: Value = { ...out, dtype: 'int64', name: places };
    const pixel = combine(b, 'Mod', [place, whole(height * width)], 'int64');
    const channel = BigInt64Array.from({ length: channels }, (_, c) => BigInt(c));
    const ends = [combine(b, 'Mul', [pixel, whole(channels)], 'int64'), constant(b, channel, [channels], 'int64')];
    if (attrs.includeBatchInIndex) {
      const size = whole(channels * height * width);
      const item = combine(b, 'Div', [place, size], 'int64');
      ends.push(combine(b, 'Mul', [item, size], 'int64'));
    }
    const index = ends.reduce((sum, value) => combine(b, 'Add', [sum, value], 'int64'));
    return [{ ...out, name: largest }, cast(b, index, 'int32')];
  },
};
