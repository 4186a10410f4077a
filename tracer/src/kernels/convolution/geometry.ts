/** The geometry of convolutions, in ONNX's terms. */

import * as tf from '@tensorflow/tfjs';
import type { Attribute } from '../../graph/graph.ts';
import { NCHW, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import type { KernelAttributes } from '../tensors/row.ts';

export interface Geometry {
  /** [kH, kW] */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** [top, left, bottom, right] */
  readonly pads: readonly [number, number, number, number];
}

type Shape4 = [number, number, number, number];

/**
 * @param op what tfjs calls it
 * @param shape logical NHWC shape of the image
 * @param filter logical HWIO shape of the filter
 * @param attrs the attributes of a tfjs convolution or pooling kernel
 */
export function geometry(
  op: string,
  shape: readonly number[],
  filter: readonly number[],
  attrs: KernelAttributes,
): Geometry {
  const format = attrs.dataFormat ?? 'NHWC';
  if (format !== 'NHWC') throw new TraceError(`Cannot trace ${op}: its dataFormat must be NHWC, received ${format}.`);
  const info = tf.backend_util.computeConv2DInfo(
    shape as Shape4,
    filter as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    op === 'depthwiseConv2d',
  );
  const { top, left, bottom, right } = info.padInfo;
  const g = {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  } as const;
  const ends = ([0, 1] as const).map((axis) =>
    endPad(op, shape[axis + 1]!, [info.outHeight, info.outWidth][axis]!, g, axis),
  );
  return { ...g, pads: [top, left, ends[0]!, ends[1]!] };
}

/**
 * The padding at the end of an axis that gives an output of size `out`. ONNX rounds sizes down; where tfjs does not
 * (dimRoundingMode), the last window reaches further.
 */
function endPad(op: string, size: number, out: number, g: Geometry, axis: 0 | 1): number {
  if (outputSize(size, g, axis) === out) return g.pads[axis + 2]!;
  const { kernel, strides, dilations, pads } = g;
  const reach = (out - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - size - pads[axis]!;
  if (reach >= 0) return reach;
  // With a pad of one number, tfjs takes the height's window and stride for the width, too.
  throw new TraceError(
    `Cannot trace ${op}: its pad must be a list, 'same' or 'valid' for windows of ${kernel.join('x')} ` +
      `and strides of ${strides.join('x')}, received a number.`,
  );
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

/** Size of an output axis: 0 is height, 1 is width. */
export const outputSize = (size: number, { kernel, strides, dilations, pads }: Geometry, axis: 0 | 1): number =>
  Math.floor((size + pads[axis]! + pads[axis + 2]! - dilations[axis] * (kernel[axis] - 1) - 1) / strides[axis]) + 1;

/** Logical NHWC shape of an output. */
export const outputShape = (x: readonly number[], channels: number, g: Geometry): number[] => [
  x[0]!,
  outputSize(x[1]!, g, 0),
  outputSize(x[2]!, g, 1),
  channels,
];

/** An image value of logical NHWC `shape`, stored NCHW. */
export const imageValue = (name: string, shape: readonly number[]): Value => ({
  name,
  dtype: 'float32',
  shape,
  order: NCHW,
  dims: NCHW.map((axis) => shape[axis]!),
});
