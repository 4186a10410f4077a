/** Pooling over windows of an image. */
import { type GraphBuilder, sizeOf } from '../graph.ts';
import { sameList, type Value } from '../layout.ts';
import { image } from './convolution.ts';
import { convAttributes, type Geometry, geometry, imageValue, outputShape } from './convolution-geometry.ts';
import type { KernelAttributes, KernelTable } from './row.ts';

function poolGeometry(shape: readonly number[], attrs: KernelAttributes): Geometry {
  const [kH, kW = kH] = [attrs.filterSize].flat() as [number, number?];
  return geometry(shape, [kH, kW, shape[3]!, shape[3]!], attrs);
}

/** `pad` is what the border counts as: less than anything to a maximum, nothing to an average. */
function pool(b: GraphBuilder, op: string, x: Value, attrs: KernelAttributes, pad: number): Value {
  const g = poolGeometry(x.shape, attrs);
  const source = image(b, x);
  const shape = outputShape(x.shape, x.shape[3]!, g);
  // As tfjs has it, whatever the strides.
  if (sizeOf(g.kernel) === 1 && sameList(shape, x.shape)) return source;
  const { group: _, dilations: __, ...attributes } = convAttributes(g);
  const out = imageValue('', shape);
  // onnxruntime takes no padding as wide as the window.
  if (g.pads.every((size, i) => size < g.kernel[i % 2]!)) {
    return { ...out, name: b.emit(op, [source.name], out, { attributes }) };
  }
  const [top, left, bottom, right] = g.pads;
  const [batch, channels, height, width] = source.dims as [number, number, number, number];
  const dims = [batch, channels, height + top + bottom, width + left + right];
  const border = [source.name, b.shape([0, 0, top, left, 0, 0, bottom, right]), b.scalar(pad)];
  const padded = b.emit('Pad', border, { dtype: 'float32', dims });
  const unpadded = { ...attributes, pads: { ints: [0, 0, 0, 0] } };
  const name = b.emit(op, [padded], out, { attributes: unpadded });
  if (op === 'MaxPool') return { ...out, name };
  const share = b.constant(shares(g, [height, width], shape), [1, 1, shape[1]!, shape[2]!], 'float32');
  return { ...out, name: b.emit('Mul', [name, share], out) };
}

/** By how much the mean over a window grows when only the pixels of the image count: NaN where there are none, as 0 * Infinity. */
function shares(g: Geometry, size: readonly [number, number], shape: readonly number[]): Float32Array {
  const [rows, columns] = ([0, 1] as const).map((axis) =>
    Array.from({ length: shape[axis + 1]! }, (_, i) => {
      const start = i * g.strides[axis] - g.pads[axis]!;
      return Math.max(0, Math.min(size[axis], start + g.kernel[axis]) - Math.max(0, start));
    }),
  ) as [number[], number[]];
  return Float32Array.from(rows.flatMap((r) => columns.map((c) => sizeOf(g.kernel) / (r * c))));
}

export const pooling: KernelTable = {
  AvgPool: (b, { x }, attrs) => pool(b, 'AveragePool', x!, attrs, 0),
  MaxPool: (b, { x }, attrs) => pool(b, 'MaxPool', x!, attrs, Number.NEGATIVE_INFINITY),
  AvgPoolGrad: (b, { dy, input }, attrs) => {
    // Each output hands an equal share back to the inputs under its window: a depthwise transposed convolution.
    const channels = input!.shape[3]!;
    const g = poolGeometry(input!.shape, attrs);
    // With padding, tfjs' cpu backend averages over the pixels of the image, but divides its gradient by the whole window.
    if (g.pads.some((pad) => pad !== 0)) {
      throw new Error(
        'Cannot trace the gradient of avgPool: its pad must add nothing, as tfjs has this gradient wrong.',
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
