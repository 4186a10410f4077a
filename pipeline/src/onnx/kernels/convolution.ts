/**
 * Convolutions. Images are stored NCHW and filters OIHW, which is what ONNX wants: nothing is transposed on the way.
 * The gradients have no ONNX operator: see convolution-gradient.ts.
 */
import { type GraphBuilder, sizeOf } from '../graph.ts';
import { full, inOrder, NCHW, OIHW, type Value } from '../layout.ts';
import { convAttributes, type Geometry, geometry, imageValue, outputShape } from './convolution-geometry.ts';
import { inputGradient } from './convolution-gradient.ts';
import {
  hasFewPixels,
  productConvolution,
  productFilterGradient,
  productInputGradient,
} from './convolution-product.ts';
import { filterGradient } from './filter-gradient.ts';
import type { KernelAttributes, KernelTable } from './row.ts';

export const image = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, NCHW));
export const filter = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, OIHW));

/** A filter that is an input of the graph, not a constant of it: one that is being trained. */
const isTrained = (b: GraphBuilder, weights: Value): boolean => !b.graph.constants.has(weights.name);

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
    const shape = outputShape(source.shape, w!.shape[3]!, g);
    const weights = filter(b, w!);
    if (isTrained(b, weights) && hasFewPixels(shape, w!.shape)) return productConvolution(b, source, weights, shape, g);
    const out = imageValue('', shape);
    return { ...out, name: b.emit('Conv', [source.name, weights.name], out, { attributes: convAttributes(g) }) };
  },
  DepthwiseConv2dNative: (b, { x, filter: w }, attrs) => {
    const [kH, kW, channels, multiplier] = w!.shape as [number, number, number, number];
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
    const weights = filter(b, w!);
    const few = isTrained(b, weights) && hasFewPixels(dy!.shape, w!.shape);
    return (few ? productInputGradient : inputGradient)(b, image(b, dy!), weights, attrs.inputShape, g);
  },
  Conv2DBackpropFilter: (b, { x, dy }, attrs) => {
    const { x: source, g } = unpadded(b, image(b, x!), geometry(x!.shape, attrs.filterShape, attrs));
    const dims = OIHW.map((axis) => attrs.filterShape[axis]);
    const gradient = hasFewPixels(dy!.shape, attrs.filterShape) ? productFilterGradient : filterGradient;
    const name = gradient(b, source, image(b, dy!), dims, g);
    return { name, dtype: 'float32', shape: attrs.filterShape, order: OIHW, dims };
  },
  AvgPool: (b, { x }, attrs) => pool(b, 'AveragePool', x!, attrs),
  MaxPool: (b, { x }, attrs) => pool(b, 'MaxPool', x!, attrs),
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
