/**
 * Convolutions. Images are stored NCHW and filters OIHW, which is what ONNX wants: nothing is transposed on the way.
 * The gradients have no ONNX operator: see convolution-gradient.ts.
 */
import * as tf from '@tensorflow/tfjs';
import { type Attribute, type GraphBuilder, sizeOf } from '../graph.ts';
import { full, inOrder, NCHW, OIHW, type Value } from '../layout.ts';
import { filterGradient, inputGradient } from './convolution-gradient.ts';
import { combine, scalar } from './elementwise.ts';
import type { KernelAttributes, KernelTable } from './row.ts';

/** Geometry of a convolution, in ONNX's terms. */
export interface Geometry {
  /** [kH, kW] */
  kernel: readonly [number, number];
  strides: readonly [number, number];
  dilations: readonly [number, number];
  /** [top, left, bottom, right] */
  pads: readonly [number, number, number, number];
}

export const convAttributes = (
  { kernel, strides, dilations, pads }: Geometry,
  group = 1,
): Record<string, Attribute> => ({
  kernel_shape: { ints: kernel },
  strides: { ints: strides },
  dilations: { ints: dilations },
  pads: { ints: pads },
  group: { int: group },
});

type Shape4 = [number, number, number, number];

function geometry(
  shape: readonly number[],
  filter: readonly number[],
  attrs: KernelAttributes,
  depthwise = false,
): Geometry {
  const format = attrs.dataFormat ?? 'NHWC';
  if (format !== 'NHWC') throw new Error(`Convolutions are traced in NHWC, received dataFormat ${format}.`);
  const info = tf.backend_util.computeConv2DInfo(
    shape as Shape4,
    filter as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
  );
  const { top, left, bottom, right } = info.padInfo;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  };
}

/** Logical NHWC shape of a convolution's output. */
function outputShape(x: readonly number[], channels: number, { kernel, strides, dilations, pads }: Geometry): number[] {
  const size = (axis: 0 | 1) =>
    Math.floor(
      (x[axis + 1]! + pads[axis]! + pads[axis + 2]! - dilations[axis] * (kernel[axis] - 1) - 1) / strides[axis],
    ) + 1;
  return [x[0]!, size(0), size(1), channels];
}

export const image = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, NCHW));
export const filter = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, OIHW));

/** An image value of logical NHWC `shape`. */
export const imageValue = (name: string, shape: readonly number[]): Value => ({
  name,
  dtype: 'float32',
  shape,
  order: NCHW,
  dims: NCHW.map((axis) => shape[axis]!),
});

/** Looks through a zero Pad of the spatial axes: ONNX's convolutions pad by themselves. The Pad is then dead code. */
function unpadded(b: GraphBuilder, x: Value, g: Geometry): { x: Value; g: Geometry } {
  const node = b.graph.nodes.find((candidate) => candidate.outputs[0] === x.name);
  if (node?.op !== 'Pad') return { x, g };
  const pads = Array.from(b.graph.constants.get(node.inputs[1]!)!.data as BigInt64Array, Number);
  const value = b.graph.constants.get(node.inputs[2]!)!.data[0];
  if (value !== 0 || pads[0] || pads[1] || pads[4] || pads[5]) return { x, g };
  const { dims } = b.graph.types.get(node.inputs[0]!)!;
  const source = imageValue(node.inputs[0]!, [dims[0]!, dims[2]!, dims[3]!, dims[1]!]);
  const outer = [pads[2]!, pads[3]!, pads[6]!, pads[7]!];
  return { x: source, g: { ...g, pads: g.pads.map((pad, i) => pad + outer[i]!) as unknown as Geometry['pads'] } };
}

function poolGeometry(shape: readonly number[], attrs: KernelAttributes): Geometry {
  const [kH, kW = kH] = [attrs.filterSize].flat() as [number, number?];
  return geometry(shape, [kH, kW, shape[3]!, shape[3]!], attrs);
}

/** One over the number of pixels under each window, those of the padding left out: [1, 1, H', W'], or [] where all are equal. */
function shares(b: GraphBuilder, x: readonly number[], { kernel, strides, pads }: Geometry, out: Value): Value {
  const counts = ([0, 1] as const).map((axis) =>
    Array.from({ length: out.shape[axis + 1]! }, (_, i) => {
      const start = i * strides[axis] - pads[axis]!;
      return Math.min(start + kernel[axis], x[axis + 1]!) - Math.max(start, 0);
    }),
  ) as [number[], number[]];
  const data = Float32Array.from(counts[0].flatMap((rows) => counts[1].map((columns) => 1 / (rows * columns))));
  if (data.every((share) => share === data[0])) return scalar(b, data[0]!);
  const shape = [1, out.shape[1]!, out.shape[2]!, 1];
  const layout = imageValue('', shape);
  return { ...layout, name: b.constant(data, layout.dims, 'float32') };
}

function pool(b: GraphBuilder, op: string, x: Value, attrs: KernelAttributes): Value {
  const g = poolGeometry(x.shape, attrs);
  const source = image(b, x);
  const shape = outputShape(x.shape, x.shape[3]!, g);
  const { group: _, dilations: __, ...attributes } = convAttributes(g);
  const out = imageValue('', shape);
  return { ...out, name: b.emit(op, [source.name], out, { attributes }) };
}

export const convolution: KernelTable = {
  Conv2D: (b, { x, filter: w }, attrs) => {
    const { x: source, g } = unpadded(b, image(b, x!), geometry(x!.shape, w!.shape, attrs));
    const out = imageValue('', outputShape(source.shape, w!.shape[3]!, g));
    return { ...out, name: b.emit('Conv', [source.name, filter(b, w!).name], out, { attributes: convAttributes(g) }) };
  },
  DepthwiseConv2dNative: (b, { x, filter: w }, attrs) => {
    const [kH, kW, channels, multiplier] = w!.shape as Shape4;
    const g = geometry(x!.shape, w!.shape, attrs, true);
    const out = imageValue('', outputShape(x!.shape, channels * multiplier, g));
    // [kH, kW, C, M] stored as [C, M, kH, kW] is ONNX's [C * M, 1, kH, kW].
    const stored = full(b, inOrder(b, w!, [2, 3, 0, 1]));
    const dims = [channels * multiplier, 1, kH, kW];
    const weights = b.graph.constants.has(stored.name)
      ? b.constant(b.graph.constants.get(stored.name)!.data, dims, 'float32', stored.name)
      : b.emit('Reshape', [stored.name, b.shape(dims)], { dtype: 'float32', dims });
    return {
      ...out,
      name: b.emit('Conv', [image(b, x!).name, weights], out, { attributes: convAttributes(g, channels) }),
    };
  },
  Conv2DBackpropInput: (b, { dy, filter: w }, attrs) => {
    const g = geometry(attrs.inputShape, w!.shape, attrs);
    return inputGradient(b, image(b, dy!), filter(b, w!), attrs.inputShape, g);
  },
  Conv2DBackpropFilter: (b, { x, dy }, attrs) => {
    const { x: source, g } = unpadded(b, image(b, x!), geometry(x!.shape, attrs.filterShape, attrs));
    const dims = OIHW.map((axis) => attrs.filterShape[axis]);
    const name = filterGradient(b, source, image(b, dy!), attrs.filterShape, g);
    return { name, dtype: 'float32', shape: attrs.filterShape, order: OIHW, dims };
  },
  AvgPool: (b, { x }, attrs) => pool(b, 'AveragePool', x!, attrs),
  MaxPool: (b, { x }, attrs) => pool(b, 'MaxPool', x!, attrs),
  AvgPoolGrad: (b, { dy, input }, attrs) => {
    // Each output hands an equal share back to the inputs under its window: a depthwise transposed convolution with ones.
    const channels = input!.shape[3]!;
    const g = poolGeometry(input!.shape, attrs);
    const share = combine(b, 'Mul', [dy!, shares(b, input!.shape, g, dy!)], 'float32');
    const ones = new Float32Array(channels * sizeOf(g.kernel)).fill(1);
    const weights = b.constant(ones, [channels, 1, ...g.kernel], 'float32');
    const out = imageValue('', input!.shape);
    // What the strides leave over at the far end is the output padding.
    const rest = (axis: 0 | 1) =>
      input!.shape[axis + 1]! -
      ((dy!.shape[axis + 1]! - 1) * g.strides[axis] + g.kernel[axis] - g.pads[axis]! - g.pads[axis + 2]!);
    const attributes = { ...convAttributes(g, channels), output_padding: { ints: [rest(0), rest(1)] } };
    return { ...out, name: b.emit('ConvTranspose', [image(b, share).name, weights], out, { attributes }) };
  },
};
