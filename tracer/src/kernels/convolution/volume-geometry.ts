/** The geometry of windows in any number of dimensions, in ONNX's terms: for volumes, stored [N, C, D, H, W]. */

import * as tf from '@tensorflow/tfjs';
import type { Attribute, DType, GraphBuilder } from '../../graph/graph.ts';
import { full, inOrder, type Value } from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import type { KernelAttributes } from '../tensors/row.ts';

/** One number for each of depth, height and width. */
export interface VolumeGeometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** Sizes of the output. */
  readonly out: readonly number[];
}

type Five = [number, number, number, number, number];

/** Stored order of a logical NDHWC volume. */
const NCDHW = [0, 4, 1, 2, 3] as const;
/** Stored order of a logical DHWIO filter. */
export const OIDHW = [4, 3, 0, 1, 2] as const;

/** The window of a 3-D convolution of a logical NDHWC `shape` with a filter of logical DHWIO shape. */
export function convolutionGeometry(shape: readonly number[], filter: readonly number[], attrs: KernelAttributes) {
  const { strides, dilations = 1, pad } = attrs;
  return geometryOf(
    'conv3d',
    shape,
    tf.backend_util.computeConv3DInfo(shape as Five, filter as Five, strides, dilations, pad),
  );
}

/** The window of a 3-D pooling kernel. */
export function poolingGeometry(op: string, shape: readonly number[], attrs: KernelAttributes): VolumeGeometry {
  const { filterSize, strides, pad, dimRoundingMode, dataFormat } = attrs;
  if (dataFormat === 'NCDHW') throw new TraceError(`Cannot trace ${op}: its dataFormat must be NDHWC, received NCDHW.`);
  const info = tf.backend_util.computePool3DInfo(shape as Five, filterSize, strides, 1, pad, dimRoundingMode);
  return geometryOf(op, shape, info);
}

function geometryOf(op: string, shape: readonly number[], info: tf.backend_util.Conv3DInfo): VolumeGeometry {
  const { front, back, top, bottom, left, right } = info.padInfo;
  const given = [back, bottom, right];
  const g = {
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    begin: [front, top, left],
    out: [info.outDepth, info.outHeight, info.outWidth],
  };
  // ONNX rounds sizes down; where tfjs does not, the last window reaches further.
  const end = g.out.map((out, axis) => {
    const window = g.dilations[axis]! * (g.kernel[axis]! - 1) + 1;
    const inner = shape[axis + 1]! + g.begin[axis]! - window;
    if (Math.floor((inner + given[axis]!) / g.strides[axis]!) + 1 === out) return given[axis]!;
    const reach = (out - 1) * g.strides[axis]! - inner;
    if (reach >= 0) return reach;
    throw new TraceError(
      `Cannot trace ${op}: its pad must be 'same' or 'valid' for windows of ${g.kernel.join('x')}, received a number.`,
    );
  });
  return { ...g, end };
}

export const windowAttributes = (g: VolumeGeometry): Record<string, Attribute> => ({
  kernel_shape: { ints: g.kernel },
  strides: { ints: g.strides },
  pads: { ints: [...g.begin, ...g.end] },
});

/** What the strides leave over at the far end of an input of logical NDHWC `shape`: a transposed convolution adds it. */
export const outputPadding = (g: VolumeGeometry, shape: readonly number[]): Attribute => ({
  ints: g.kernel.map((size, axis) => {
    const reach = (g.out[axis]! - 1) * g.strides[axis]! + g.dilations[axis]! * (size - 1) + 1;
    return shape[axis + 1]! - (reach - g.begin[axis]! - g.end[axis]!);
  }),
});

export const volume = (b: GraphBuilder, x: Value): Value => full(b, inOrder(b, x, NCDHW));

/** A volume value of logical NDHWC `shape`, stored NCDHW. */
export const volumeValue = (name: string, shape: readonly number[], dtype: DType = 'float32'): Value => ({
  name,
  dtype,
  shape,
  order: NCDHW,
  dims: NCDHW.map((axis) => shape[axis]!),
});
