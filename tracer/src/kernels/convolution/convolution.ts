/**
 * Convolutions. Images are stored NCHW and filters OIHW, which is what ONNX wants: nothing is transposed on the way.
 * The gradients have no ONNX operator: see convolution-gradient.ts.
 */

import type { GraphBuilder } from '../../graph/graph.ts';
import { full, inOrder, NCHW, OHWI, OIHW, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import type { KernelTable } from '../tensors/row.ts';
import { blockedFilterGradient, suitsBlocks } from './blocked-filter-gradient.ts';
import { filterGradient } from './filter-gradient.ts';
import { convAttributes, type Geometry, geometry, imageValue, outputShape } from './geometry.ts';
import { inputGradient } from './input-gradient.ts';
import { hasFewPixels, productConvolution, productFilterGradient, productInputGradient } from './product.ts';
import { suitsWinograd, winogradConvolution, winogradFilterGradient, winogradInputGradient } from './winograd.ts';

export const image = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, NCHW));
const filter = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, OIHW));

/** A filter that is no constant of the graph: one that is being trained. */
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

/** `dy` cut to the logical NHWC `shape` of the output. Where `dy` is larger, tfjs reads its top left corner. */
function cropped(b: GraphBuilder, op: string, dy: Value, shape: readonly number[]): Value {
  if (dy.shape[1] === shape[1] && dy.shape[2] === shape[2]) return dy;
  if (dy.shape[1]! < shape[1]! || dy.shape[2]! < shape[2]!) {
    throw new TraceError(
      `Cannot trace ${op}: what it goes back from must be at least [${shape.slice(1, 3)}], received [${dy.shape.slice(1, 3)}].`,
    );
  }
  const out = imageValue('', shape);
  const inputs = [dy.name, b.shape([0, 0]), b.shape(shape.slice(1, 3)), b.shape([2, 3])];
  return { ...out, name: b.emit('Slice', inputs, { dtype: dy.dtype, dims: out.dims }) };
}

export const convolution: KernelTable = {
  Conv2D: (b, { x, filter: w }, attrs) => {
    const { x: source, g } = unpadded(b, image(b, x!), geometry('conv2d', x!.shape, w!.shape, attrs));
    const shape = outputShape(source.shape, w!.shape[3]!, g);
    const trained = isTrained(b, w!);
    if (trained && suitsWinograd(b, shape, w!.shape, g)) return winogradConvolution(b, source, w!, shape);
    const weights = filter(b, w!);
    if (trained && b.products && hasFewPixels(shape, w!.shape)) return productConvolution(b, source, weights, shape, g);
    const out = imageValue('', shape);
    return { ...out, name: b.emit('Conv', [source.name, weights.name], out, { attributes: convAttributes(g) }) };
  },
  DepthwiseConv2dNative: (b, { x, filter: w }, attrs) => {
    const [kH, kW, channels, multiplier] = w!.shape as [number, number, number, number];
    const g = geometry('depthwiseConv2d', x!.shape, w!.shape, attrs);
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
    const g = geometry('conv2dTranspose', attrs.inputShape, w!.shape, attrs);
    const output = cropped(b, 'conv2dTranspose', image(b, dy!), outputShape(attrs.inputShape, w!.shape[3]!, g));
    const trained = isTrained(b, w!);
    if (trained && suitsWinograd(b, output.shape, w!.shape, g)) {
      return winogradInputGradient(b, output, w!, attrs.inputShape);
    }
    const few = trained && b.products && hasFewPixels(output.shape, w!.shape);
    return (few ? productInputGradient : inputGradient)(b, output, filter(b, w!), attrs.inputShape, g);
  },
  Conv2DBackpropFilter: (b, { x, dy }, attrs) => {
    const op = 'the gradient of conv2d';
    const inner = geometry(op, x!.shape, attrs.filterShape, attrs);
    const output = cropped(b, op, image(b, dy!), outputShape(x!.shape, attrs.filterShape[3], inner));
    const { x: source, g } = unpadded(b, image(b, x!), inner);
    const dims = OIHW.map((axis) => attrs.filterShape[axis]);
    if (suitsWinograd(b, output.shape, attrs.filterShape, g)) {
      return winogradFilterGradient(b, source, output, attrs.filterShape);
    }
    const few = b.products && hasFewPixels(output.shape, attrs.filterShape);
    if (!few && suitsBlocks(b, source, dims, g)) {
      const rows = blockedFilterGradient(b, source, output, dims, g);
      return {
        name: rows,
        dtype: 'float32',
        shape: attrs.filterShape,
        order: OHWI,
        dims: OHWI.map((axis) => attrs.filterShape[axis]),
      };
    }
    const gradient = few ? productFilterGradient : filterGradient;
    const name = gradient(b, source, output, dims, g);
    return { name, dtype: 'float32', shape: attrs.filterShape, order: OIHW, dims };
  },
};
