/** Kernels that move elements by a rule: strided slices, mirrored borders, and space to batch and back. */

import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import { full, identityOrder, relabel, sameList, storedAxis, type Value } from '../../graph/layout.ts';
import { movement, reshape } from './movement.ts';
import { empty } from './operators.ts';
import type { KernelTable } from './row.ts';

/** Before the first element, going backwards. */
const START = -(2 ** 31);

/** `size` elements of each axis from `begin` on, `strides` apart. */
function take(
  b: GraphBuilder,
  x: Value,
  begin: readonly number[],
  size: readonly number[],
  strides: readonly number[],
): Value {
  const source = full(b, x);
  const cut = identityOrder(source.shape.length).filter((i) => size[i] !== source.shape[i] || strides[i] !== 1);
  if (cut.length === 0) return source;
  const end = (axis: number) => {
    const at = begin[axis]! + size[axis]! * strides[axis]!;
    return at < 0 ? START : at;
  };
  const dims = source.order.map((axis) => size[axis]!);
  const lists = [(axis: number) => begin[axis]!, end, (axis: number) => storedAxis(source, axis)];
  const inputs = [...lists.map((of) => b.shape(cut.map(of))), b.shape(cut.map((axis) => strides[axis]!))];
  return { ...source, shape: size, dims, name: b.emit('Slice', [source.name, ...inputs], { dtype: x.dtype, dims }) };
}

/** The elements that a mirrored border of an axis holds: the outermost one twice. */
function symmetric(size: number, [before, after]: readonly [number, number]): number[] {
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (at < 0) return -at - 1;
    return at < size ? at : 2 * size - at - 1;
  });
}

/** The elements of a logical axis at `indices`. */
function picked(b: GraphBuilder, x: Value, axis: number, indices: readonly number[]): Value {
  const stored = storedAxis(x, axis);
  const dims = x.dims.map((dim, i) => (i === stored ? indices.length : dim));
  const index = b.constant(Int32Array.from(indices), [indices.length], 'int32');
  const attributes = { axis: { int: stored } };
  const name = b.emit('Gather', [x.name, index], { dtype: x.dtype, dims }, { attributes });
  return { ...x, name, dims, shape: x.shape.map((dim, i) => (i === axis ? indices.length : dim)) };
}

export const rearranging: KernelTable = {
  StridedSlice: (b, { x }, attrs) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const info = tf.slice_util.sliceInfo(
      [...x!.shape],
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    if (sizeOf(info.finalShape) === 0) return empty(b, x!.dtype, info.finalShape);
    const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
    return reshape(b, take(b, x!, info.begin, size, info.strides), info.finalShape);
  },
  MirrorPad: (b, { x }, { paddings, mode }) => {
    const source = full(b, x!);
    const shape = source.shape.map((size, axis) => paddings[axis][0] + size + paddings[axis][1]);
    if (mode === 'reflect' && source.dtype !== 'bool') {
      const dims = source.order.map((axis) => shape[axis]!);
      const pads = [0, 1].flatMap((side) => source.order.map((axis) => paddings[axis][side]));
      const attributes = { mode: { string: 'reflect' } };
      const type = { dtype: source.dtype, dims };
      return { ...source, shape, dims, name: b.emit('Pad', [source.name, b.shape(pads)], type, { attributes }) };
    }
    let value = source;
    for (const [axis, size] of source.shape.entries()) {
      const border = paddings[axis] as [number, number];
      if (sameList(border, [0, 0])) continue;
      value = picked(b, value, axis, mode === 'reflect' ? reflected(size, border) : symmetric(size, border));
    }
    return value;
  },
  SpaceToBatchND: (b, { x }, { blockShape, paddings }) => {
    const all = x!.shape.map((_, axis) => paddings[axis - 1] ?? [0, 0]);
    const padded = movement.PadV2!(b, { x: x! }, { paddings: all, constantValue: 0 }) as Value;
    const count = sizeOf(blockShape);
    const shape = [...padded.shape];
    const split = reshape(b, padded, tf.backend_util.getReshaped(shape, blockShape, count, false));
    const moved = relabel(split, tf.backend_util.getPermuted(split.shape.length, blockShape.length, false));
    return reshape(b, moved, tf.backend_util.getReshapedPermuted(shape, blockShape, count, false));
  },
  BatchToSpaceND: (b, { x }, { blockShape, crops }) => {
    const count = sizeOf(blockShape);
    const shape = [...x!.shape];
    const split = reshape(b, x!, tf.backend_util.getReshaped(shape, blockShape, count));
    const moved = relabel(split, tf.backend_util.getPermuted(split.shape.length, blockShape.length));
    const whole = tf.backend_util.getReshapedPermuted(shape, blockShape, count);
    const begin = tf.backend_util.getSliceBeginCoords(crops, blockShape.length);
    const size = tf.backend_util.getSliceSize(whole, crops, blockShape.length);
    return movement.Slice!(b, { x: reshape(b, moved, whole) }, { begin, size });
  },
  FlipLeftRight: (b, { image }) => movement.Reverse!(b, { x: image! }, { dims: [2] }),
};

/** As `symmetric`, the outermost element once. */
function reflected(size: number, [before, after]: readonly [number, number]): number[] {
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = Math.abs(i - before);
    return at < size ? at : 2 * (size - 1) - at;
  });
}
