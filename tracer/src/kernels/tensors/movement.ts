/**
 * Kernels that move elements: reshape, transpose, concat, slice, split, pad, tile.
 * Transpose only relabels; the others map their axes to the stored order.
 */

import * as tf from '@tensorflow/tfjs';
import { type GraphBuilder, sizeOf } from '../../graph/graph.ts';
import {
  full,
  identityOrder,
  inOrder,
  logical,
  NCHW,
  plain,
  relabel,
  sameList,
  storedAs,
  storedAxis,
  type Value,
} from '../../graph/layout.ts';
import { TraceError } from '../../graph/trace-error.ts';
import { cast, combine, constant, scalar, where } from './operators.ts';
import type { KernelTable } from './row.ts';

/**
 * Splits two shapes of equal size into runs of axes with equal products, axes of size 1 left out:
 * [B, H, W, C] and [B, HW, G, C/G] give B:B, H W:HW, C:G C/G.
 */
function axisGroups(from: readonly number[], to: readonly number[]): { from: number[]; to: number[] }[] | undefined {
  const a = identityOrder(from.length).filter((axis) => from[axis] !== 1);
  const c = identityOrder(to.length).filter((axis) => to[axis] !== 1);
  const groups: { from: number[]; to: number[] }[] = [];
  while (a.length > 0 || c.length > 0) {
    const group = { from: a.splice(0, 1), to: c.splice(0, 1) };
    if (group.from.length === 0 || group.to.length === 0) return undefined;
    for (;;) {
      const p = sizeOf(group.from.map((axis) => from[axis]!));
      const q = sizeOf(group.to.map((axis) => to[axis]!));
      if (p === q) break;
      const next = p < q ? a.shift() : c.shift();
      if (next === undefined) return undefined;
      (p < q ? group.from : group.to).push(next);
    }
    groups.push(group);
  }
  return groups;
}

export function reshape(b: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (sameList(x.shape, shape)) return x;
  const groups = axisGroups(x.shape, shape);
  const keepsOrder =
    groups?.every(({ from }) => {
      const stored = from.map((axis) => storedAxis(x, axis));
      const written = from.every((axis) => x.dims[storedAxis(x, axis)] === x.shape[axis]);
      const unwritten = from.every((axis) => x.dims[storedAxis(x, axis)] === 1);
      return (written && between(x, stored)) || unwritten;
    }) ?? false;
  if (!groups || !keepsOrder) {
    const source = logical(b, x);
    return plain(storedAs(b, source.name, source.dtype, shape), source.dtype, shape);
  }
  // The groups in the order in which they are stored, then the axes of size 1.
  const sorted = [...groups].sort((g, h) => storedAxis(x, g.from[0]!) - storedAxis(x, h.from[0]!));
  const order = sorted.flatMap(({ to }) => to);
  const dims = sorted.flatMap(({ from, to }) =>
    to.map((axis) => (x.dims[storedAxis(x, from[0]!)] === 1 ? 1 : shape[axis]!)),
  );
  for (const axis of identityOrder(shape.length).filter((a) => !order.includes(a))) {
    order.push(axis);
    dims.push(1);
  }
  return { name: storedAs(b, x.name, x.dtype, dims), dtype: x.dtype, shape, order, dims };
}

/** Are these stored axes one rising run, with nothing but axes of size 1 between? */
function between(x: Value, stored: readonly number[]): boolean {
  return stored.every((axis, i) => {
    if (i === 0) return true;
    const previous = stored[i - 1]!;
    return axis > previous && x.dims.slice(previous + 1, axis).every((dim) => dim === 1);
  });
}

/** Lists brought to the stored order of the first of full size. */
function sameOrder(b: GraphBuilder, values: readonly Value[]): Value[] {
  const lead = values.reduce((best, value) => (sizeOf(value.dims) > sizeOf(best.dims) ? value : best));
  return values.map((value) => full(b, inOrder(b, value, lead.order)));
}

function slice(b: GraphBuilder, x: Value, begin: readonly number[], size: readonly number[]): Value {
  const source = full(b, x);
  const cut = identityOrder(source.shape.length).filter((axis) => size[axis] !== source.shape[axis]);
  if (cut.length === 0) return source;
  const dims = source.order.map((axis) => size[axis]!);
  const inputs = [
    source.name,
    b.shape(cut.map((axis) => begin[axis]!)),
    b.shape(cut.map((axis) => begin[axis]! + size[axis]!)),
    b.shape(cut.map((axis) => storedAxis(source, axis))),
  ];
  return { ...source, shape: size, dims, name: b.emit('Slice', inputs, { dtype: x.dtype, dims }) };
}

export const movement: KernelTable = {
  Reshape: (b, { x }, { shape }) => {
    return reshape(b, x!, tf.util.inferFromImplicitShape(shape, sizeOf(x!.shape)));
  },
  ExpandDims: (b, { input }, { dim }) => {
    const shape = [...input!.shape];
    const rank = shape.length;
    if (dim < -(rank + 1) || dim > rank) {
      throw new TraceError(`Cannot trace expandDims: its axis must be in ${-(rank + 1)} to ${rank}, received ${dim}.`);
    }
    shape.splice(dim < 0 ? rank + 1 + dim : dim, 0, 1);
    return reshape(b, input!, shape);
  },
  Transpose: (_, { x }, { perm }) => relabel(x!, perm),
  Concat: (b, inputs, { axis }) => {
    const all = Object.values(inputs);
    const along = axis < 0 ? axis + all[0]!.shape.length : axis;
    tf.backend_util.assertParamsConsistent(
      all.map(({ shape }) => [...shape]),
      along,
    );
    const filled = all.filter(({ shape }) => sizeOf(shape) > 0);
    // The result has the dtype of the first, as on tfjs' cpu backend.
    const values = sameOrder(
      b,
      filled.map((value) => cast(b, value, all[0]!.dtype)),
    );
    const first = values[0]!;
    if (values.length === 1) return first;
    const total = values.reduce((sum, value) => sum + value.shape[along]!, 0);
    const shape = first.shape.map((size, i) => (i === along ? total : size));
    const dims = first.order.map((i) => shape[i]!);
    const attributes = { axis: { int: storedAxis(first, along) } };
    return {
      ...first,
      shape,
      dims,
      name: b.emit(
        'Concat',
        values.map((value) => value.name),
        { dtype: first.dtype, dims },
        { attributes },
      ),
    };
  },
  Pack: (b, inputs, { axis }) => {
    const values = Object.values(inputs);
    const shape = [...values[0]!.shape];
    const { dtype } = values[0]!;
    const odd = values.find((value) => value.dtype !== dtype || !sameList(value.shape, shape));
    if (odd) {
      throw new TraceError(
        `Cannot trace stack: its tensors must be alike, received ${dtype}[${shape}] and ${odd.dtype}[${odd.shape}].`,
      );
    }
    const along = axis < 0 ? axis + shape.length + 1 : axis;
    shape.splice(along, 0, 1);
    const expanded = values.map((value) => reshape(b, value, shape));
    return movement.Concat!(b, Object.fromEntries(expanded.entries()), { axis: along });
  },
  Unpack: (b, { value }, { axis }) => {
    const x = value!;
    const along = axis < 0 ? axis + x.shape.length : axis;
    const shape = x.shape.filter((_, i) => i !== along);
    const size = x.shape.map((dim, i) => (i === along ? 1 : dim));
    return Array.from({ length: x.shape[along]! }, (_, i) =>
      reshape(
        b,
        slice(
          b,
          x,
          size.map((_, j) => (j === along ? i : 0)),
          size,
        ),
        shape,
      ),
    );
  },
  Slice: (b, { x }, { begin, size }) => {
    const [from, sizes] = tf.slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x as never, from, sizes);
    return slice(b, x!, from, sizes);
  },
  SplitV: (b, { x }, { numOrSizeSplits, axis }) => {
    const source = full(b, x!);
    const along = axis < 0 ? axis + source.shape.length : axis;
    const sizes = tf.backend_util.prepareSplitSize(source as never, numOrSizeSplits, along);
    const parts = sizes.map((size) => {
      const shape = source.shape.map((dim, i) => (i === along ? size : dim));
      return { shape, dims: source.order.map((i) => shape[i]!) };
    });
    const types = parts.map(({ dims }) => ({ dtype: source.dtype, dims }));
    const attributes = { axis: { int: storedAxis(source, along) } };
    const names = b.emitMany('Split', [source.name, b.shape(sizes)], types, { attributes });
    return parts.map((part, i) => ({ ...source, ...part, name: names[i]! }));
  },
  PadV2: (b, { x }, { paddings, constantValue }) => {
    const source = full(b, x!);
    const shape = source.shape.map((dim, i) => dim + paddings[i][0] + paddings[i][1]);
    const dims = source.order.map((axis) => shape[axis]!);
    const pads = [...source.order.map((axis) => paddings[axis][0]), ...source.order.map((axis) => paddings[axis][1])];
    const value = b.scalar(constantValue, source.dtype as 'float32' | 'int32' | 'bool');
    return {
      ...source,
      shape,
      dims,
      name: b.emit('Pad', [source.name, b.shape(pads), value], { dtype: source.dtype, dims }),
    };
  },
  Tile: (b, { x }, { reps }) => {
    const shape = x!.shape.map((dim, i) => dim * reps[i]);
    // Repeating an axis of size 1 is a broadcast: it need not be written out.
    const broadcast = { ...x!, shape: x!.shape.map((dim, i) => (dim === 1 ? reps[i] : dim)) };
    if (x!.shape.every((dim, i) => dim === 1 || reps[i] === 1)) return broadcast;
    const source = full(b, x!);
    const dims = source.order.map((axis) => shape[axis]!);
    const repeats = b.shape(source.order.map((axis) => reps[axis]));
    return { ...source, shape, dims, name: b.emit('Tile', [source.name, repeats], { dtype: source.dtype, dims }) };
  },
  DepthToSpace: (b, { x }, { blockSize: side, dataFormat }) => {
    if (dataFormat !== 'NHWC') {
      throw new TraceError(`Cannot trace DepthToSpace: its dataFormat must be NHWC, received ${dataFormat}.`);
    }
    const [n, h, w, deep] = x!.shape as [number, number, number, number];
    const channels = deep / side ** 2;
    const shape = [n, h * side, w * side, channels];
    const source = full(b, inOrder(b, x!, NCHW));
    const dims = NCHW.map((axis) => shape[axis]!);
    const attributes = { blocksize: { int: side } };
    const name = b.emit('DepthToSpace', [source.name], { dtype: 'float32', dims }, { attributes });
    return { name, dtype: 'float32', shape, order: NCHW, dims };
  },
  Reverse: (b, { x }, { dims: axes }) => {
    const source = full(b, x!);
    const wanted = tf.util.parseAxisParam(axes, [...source.shape]);
    const along = wanted.map((axis) => storedAxis(source, axis));
    const many = (value: number) => b.shape(along.map(() => value));
    const inputs = [source.name, many(-1), many(-(2 ** 31)), b.shape(along), many(-1)];
    return { ...source, name: b.emit('Slice', inputs, source) };
  },
  // Not ONNX's OneHot: there a negative index counts from the end, in tfjs it is no class.
  OneHot: (b, { indices }, { dtype = 'int32', depth, onValue, offValue }) => {
    const column = reshape(b, cast(b, indices!, 'int32'), [...indices!.shape, 1]);
    const classes = Int32Array.from({ length: depth }, (_, i) => i);
    const hit = combine(b, 'Equal', [column, constant(b, classes, [depth], 'int32')], 'bool');
    if (onValue === 1 && offValue === 0) return cast(b, hit, dtype);
    return where(b, hit, scalar(b, onValue, dtype), scalar(b, offValue, dtype));
  },
  // The gradient of gather: rows of x added up by segment, as a product with the one-hot matrix of the segment numbers.
  // Always float32, as in tfjs.
  UnsortedSegmentSum: (b, { x, segmentIds }, { numSegments }) => {
    const rows = x!.shape[0]!;
    const rest = x!.shape.slice(1);
    const flat = reshape(b, logical(b, cast(b, x!, 'float32')), [rows, sizeOf(rest)]);
    const hits = movement.OneHot!(
      b,
      { indices: segmentIds! },
      { dtype: 'float32', depth: numSegments, onValue: 1, offValue: 0 },
    ) as Value;
    const oneHot = logical(b, hits);
    const dims = [numSegments, sizeOf(rest)];
    const attributes = { transA: { int: 1 } };
    const sum = plain(
      b.emit('Gemm', [oneHot.name, flat.name], { dtype: 'float32', dims }, { attributes }),
      'float32',
      dims,
    );
    return reshape(b, sum, [numSegments, ...rest]);
  },
};
