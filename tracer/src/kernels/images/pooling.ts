/** Pooling over windows of an image. */

import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { sameList, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { image } from '../convolution/convolution.ts';
import { convAttributes, type Geometry, geometry, imageValue, outputShape } from '../convolution/geometry.ts';
import type { KernelAttributes, KernelTable } from '../tensors/row.ts';

export function poolGeometry(op: string, shape: readonly number[], attrs: KernelAttributes): Geometry {
  const [kH, kW = kH] = [attrs.filterSize].flat() as [number, number?];
  return geometry(op, shape, [kH, kW, shape[3]!, shape[3]!], attrs);
}

function pool(b: GraphBuilder, op: 'avgPool' | 'maxPool', x: Value, attrs: KernelAttributes): Value {
  const g = poolGeometry(op, x.shape, attrs);
  const source = image(b, x);
  const shape = outputShape(x.shape, x.shape[3]!, g);
  // As tfjs has it, whatever the strides.
  if (sizeOf(g.kernel) === 1 && sameList(shape, x.shape)) return source;
  const out = imageValue('', shape);
  // onnxruntime pools with no padding as wide as the window.
  if (g.pads.some((pad, i) => pad >= g.kernel[i % 2]!)) {
    return { ...out, name: (op === 'maxPool' ? widelyPaddedMaximum : widelyPaddedMean)(b, source, out, g) };
  }
  const { group: _, dilations: __, ...attributes } = convAttributes(g);
  const name = b.emit(op === 'maxPool' ? 'MaxPool' : 'AveragePool', [source.name], out, { attributes });
  return { ...out, name };
}

/**
 * Padding is less than any number: a window of padding alone gives -Infinity, where onnxruntime gives the lowest float.
 */
function widelyPaddedMaximum(b: GraphBuilder, x: Value, out: Value, g: Geometry): string {
  const [top, left, bottom, right] = g.pads;
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const dims = [batch, channels, height + top + bottom, width + left + right];
  const border = [x.name, b.shape([0, 0, top, left, 0, 0, bottom, right]), b.scalar(Number.NEGATIVE_INFINITY)];
  const padded = b.emit('Pad', border, { dtype: 'float32', dims });
  const attributes = { kernel_shape: { ints: g.kernel }, strides: { ints: g.strides } };
  const largest = b.emit('MaxPool', [padded], out, { attributes });
  const least = perWindow(b, x, out, g, (pixels) => (pixels === 0 ? Number.NEGATIVE_INFINITY : 0));
  return b.emit('Add', [largest, least], out);
}

/** Padding does not count: the sum (a convolution with ones) over the number of pixels. NaN where a window has none. */
function widelyPaddedMean(b: GraphBuilder, x: Value, out: Value, g: Geometry): string {
  const channels = x.dims[1]!;
  const ones = new Float32Array(channels * sizeOf(g.kernel)).fill(1);
  const weights = b.constant(ones, [channels, 1, ...g.kernel], 'float32');
  const sum = b.emit('Conv', [x.name, weights], out, { attributes: convAttributes(g, channels) });
  return b.emit('Mul', [sum, perWindow(b, x, out, g, (pixels) => 1 / pixels)], out);
}

/** A constant of one number per window, made from how many pixels of the image lie in it. */
function perWindow(b: GraphBuilder, x: Value, out: Value, g: Geometry, value: (pixels: number) => number): string {
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    Array.from({ length: out.dims[axis + 2]! }, (_, i) => {
      const start = i * g.strides[axis] - g.pads[axis]!;
      return Math.max(0, Math.min(x.dims[axis + 2]!, start + g.kernel[axis]) - Math.max(0, start));
    }),
  ) as [number[], number[]];
  const values = rows.flatMap((r) => columns.map((c) => value(r * c)));
  return b.constant(Float32Array.from(values), [1, 1, rows.length, columns.length], 'float32');
}

export const pooling: KernelTable = {
  AvgPool: (b, { x }, attrs) => pool(b, 'avgPool', x!, attrs),
  MaxPool: (b, { x }, attrs) => pool(b, 'maxPool', x!, attrs),
  AvgPoolGrad: (b, { dy, input }, attrs) => {
    // Each output hands an equal share back to the inputs under its window: a depthwise transposed convolution.
    const channels = input!.shape[3]!;
    const g = poolGeometry('avgPool', input!.shape, attrs);
    // With padding, tfjs' cpu backend averages over the pixels of the image, but divides its gradient by the whole
    // window.
    if (g.pads.some((pad) => pad !== 0)) {
      throw new TraceError(
        'Cannot trace the gradient of avgPool: its pad must add nothing, as tfjs has this gradient wrong; ' +
          'write it as a depthwiseConv2d with equal weights.',
      );
    }
    const share = new Float32Array(channels * sizeOf(g.kernel)).fill(1 / sizeOf(g.kernel));
    const weights = b.constant(share, [channels, 1, ...g.kernel], 'float32');
    const out = imageValue('', input!.shape);
    // What the strides leave over at the far end is the output padding.
    const rest = (axis: 0 | 1) =>
      input!.shape[axis + 1]! - ((dy!.shape[axis + 1]! - 1) * g.strides[axis] + g.kernel[axis]);
    const attributes = { ...convAttributes(g, channels), output_padding: { ints: [rest(0), rest(1)] } };
    return { ...out, name: b.emit('ConvTranspose', [image(b, dy!).name, weights], out, { attributes }) };
  },
};
