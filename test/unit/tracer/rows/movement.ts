import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, type Operand, pads, row } from './row.ts';

const OPERANDS = [float, int, bool] as const;

/** A movement treats all dtypes alike, so every case has floats and only the last has the others. */
const move = (
  kernel: string,
  cases: readonly (readonly [title: string, shape: readonly number[], fn: (x: tf.Tensor) => tf.Tensor | tf.Tensor[]])[],
): KernelRow[] =>
  OPERANDS.flatMap((operand, i) =>
    (i === 0 ? cases : cases.slice(-1)).map(([title, shape, fn]) => {
      const x: Operand = operand(shape);
      return row(kernel, `${x.dtype ?? 'float32'}[${shape}] ${title}`, [x], fn);
    }),
  );

const RESHAPES: readonly { from: readonly number[]; to: readonly number[] }[] = [
  { from: [], to: [1, 1] },
  { from: [1], to: [] },
  { from: [6], to: [2, 3] },
  { from: [2, 3], to: [-1] },
  { from: [2, 3], to: [3, 2] },
  { from: [2, 3, 4], to: [2, 12] },
  { from: [2, 3, 4], to: [6, 4] },
  { from: [2, 1, 3], to: [2, 3] },
  { from: [2, 3], to: [1, 2, 1, 3, 1] },
  { from: [2, 4, 4, 6], to: [2, 16, 6] },
  { from: [2, 16, 6], to: [2, 4, 4, 6] },
  { from: [2, 4, 4, 6], to: [2, 16, 3, 2] },
  { from: [2, 16, 3, 2], to: [2, 4, 4, 6] },
  { from: [1, 4, 4, 6], to: [16, 6] },
  { from: [2, 2, 3, 4], to: [2, 24] },
  { from: [2, 2, 3, 4], to: [4, 3, 4] },
  { from: [2, 4, 4, 6], to: [2, 2, 2, 4, 6] },
  { from: [2, 3, 1, 4], to: [2, -1, 2, 2] },
];

const TRANSPOSES: readonly { shape: readonly number[]; perm?: number[] }[] = [
  { shape: [2, 3] },
  { shape: [2, 3, 4], perm: [1, 2, 0] },
  { shape: [2, 1, 4], perm: [2, 0, 1] },
  { shape: [2, 3, 4, 5], perm: [0, 3, 1, 2] },
  { shape: [2, 3, 4, 5], perm: [0, 2, 3, 1] },
  { shape: [2, 3, 1, 2, 2], perm: [4, 0, 3, 1, 2] },
];

const PADS: readonly { shape: readonly number[]; paddings: [number, number][] }[] = [
  { shape: [3], paddings: pads([1, 2]) },
  { shape: [2, 3], paddings: pads([0, 0], [2, 1]) },
  { shape: [2, 3, 4], paddings: pads([1, 0], [0, 0], [0, 2]) },
  { shape: [2, 3, 4, 2], paddings: pads([0, 0], [1, 1], [1, 2], [0, 0]) },
  { shape: [2, 2, 1, 2, 1], paddings: pads([0, 0], [1, 1], [0, 0], [1, 0], [0, 3]) },
];

const TILES: readonly { shape: readonly number[]; reps: number[] }[] = [
  { shape: [3], reps: [2] },
  { shape: [1], reps: [4] },
  { shape: [2, 3], reps: [1, 1] },
  { shape: [2, 3], reps: [3, 2] },
  { shape: [1, 3], reps: [4, 1] },
  { shape: [1, 3], reps: [4, 2] },
  { shape: [2, 1, 3], reps: [1, 5, 1] },
  { shape: [2, 3, 1, 2], reps: [2, 1, 3, 1] },
];

const parts = (
  shape: readonly number[],
  n: number | number[],
  axis: number,
): [string, readonly number[], (x: tf.Tensor) => tf.Tensor[]] => [
  `into ${n} along ${axis}`,
  shape,
  (x) => tf.split(x, n, axis),
];

const concat = (axis: number, ...shapes: (readonly number[])[]): KernelRow[] =>
  OPERANDS.map((operand) =>
    row(
      'Concat',
      `${operand([]).dtype ?? 'float32'} ${shapes.map((s) => `[${s}]`).join(' ')} along ${axis}`,
      shapes.map((s) => operand(s)),
      (...x) => tf.concat(x, axis),
    ),
  );

export const movement: KernelRow[] = [
  ...move(
    'Reshape',
    RESHAPES.map(({ from, to }) => [`to [${to}]`, from, (x) => tf.reshape(x, [...to])]),
  ),
  ...move('ExpandDims', [
    ['at 0', [], (x) => tf.expandDims(x, 0)],
    ['at 1', [2, 3], (x) => tf.expandDims(x, 1)],
    ['at -1', [2, 3, 4], (x) => tf.expandDims(x, -1)],
    ['at -3', [2, 3, 4], (x) => tf.expandDims(x, -3)],
  ]),
  ...move(
    'Transpose',
    TRANSPOSES.map(({ shape, perm }) => [`by ${perm ?? 'default'}`, shape, (x) => tf.transpose(x, perm)]),
  ),
  ...concat(0, [2], [3]),
  ...concat(-1, [2, 3], [2, 1]),
  ...concat(1, [2, 3, 4], [2, 1, 4], [2, 2, 4]),
  ...concat(3, [2, 4, 4, 3], [2, 4, 4, 5]),
  ...concat(0, [1, 4, 4, 3], [2, 4, 4, 3]),
  ...concat(-4, [2, 3, 1, 2, 2], [2, 1, 1, 2, 2]),
  row('DepthToSpace', 'by 2', [float([2, 3, 2, 8])], (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC')),
  row('DepthToSpace', 'by 3, to one channel', [float([1, 2, 2, 9])], (x) =>
    tf.depthToSpace(x as tf.Tensor4D, 3, 'NHWC'),
  ),
  row('Concat', 'of one value twice', [float([2, 3])], (x) => tf.concat([x, x], 1)),
  row('Concat', 'of nothing', [float([0, 3]), float([0, 3])], (a, b) => tf.concat([a, b], 1)),
  row('Concat', 'of nothing and something', [float([0, 3]), float([2, 3])], (a, b) => tf.concat([a, b], 0)),
  row('Concat', 'of float32 after int32', [int([2, 3]), float([2, 3])], (a, b) => tf.concat([a, b], 1)),
  row('Reshape', 'of nothing', [float([0, 3])], (x) => tf.reshape(x, [3, 0, 2])),
  row('Reshape', 'of nothing, squeezed', [float([0, 1, 3])], (x) => tf.squeeze(x)),
  ...[0, 1, 2].map((axis) =>
    row('ExpandDims', `of nothing at ${axis}`, [float([0, 3])], (x) => tf.expandDims(x, axis)),
  ),
  row('Transpose', 'of nothing', [int([0, 3])], (x) => tf.transpose(x)),
  row('Slice', 'to nothing', [float([2, 3])], (x) => tf.slice(x, [1, 0], [0, 3])),
  row('Tile', 'to nothing', [float([2, 3])], (x) => tf.tile(x, [0, 1])),
  row('Sum', 'of nothing', [float([0, 3])], (x) => tf.sum(x, 0)),
  row('BatchMatMul', 'over nothing', [float([2, 0]), float([0, 3])], (a, b) => tf.matMul(a, b)),
  row('Concat', 'with an empty value', [float([2, 3])], (x) => tf.concat([x, tf.zeros([0, 3]), x], 0)),
  row('Pack', 'at 0', [float([2, 3]), float([2, 3])], (a, b) => tf.stack([a, b])),
  row('Pack', 'at -1', [float([2, 3]), float([2, 3]), float([2, 3])], (...x) => tf.stack(x, -1)),
  row('Pack', 'of int32 at 1', [int([2, 3, 4]), int([2, 3, 4])], (a, b) => tf.stack([a, b], 1)),
  row('Pack', 'of scalars', [float([]), float([])], (a, b) => tf.stack([a, b])),
  ...move('Unpack', [
    ['at 0', [3], (x) => tf.unstack(x)],
    ['at -1', [2, 3], (x) => tf.unstack(x, -1)],
    ['at 1', [2, 3, 4], (x) => tf.unstack(x, 1)],
  ]),
  ...move('Slice', [
    ['a run', [7], (x) => tf.slice(x, 2, 3)],
    ['to the end', [4, 5], (x) => tf.slice(x, [1, 2])],
    ['with size -1', [4, 5], (x) => tf.slice(x, [1, 2], [-1, 2])],
    ['of fewer axes', [4, 5, 3], (x) => tf.slice(x, [2], [1])],
    ['everything', [2, 3], (x) => tf.slice(x, [0, 0], [2, 3])],
    ['channels', [2, 4, 4, 6], (x) => tf.slice(x, [0, 0, 0, 2], [-1, -1, -1, 3])],
    ['a patch', [2, 5, 4, 3], (x) => tf.slice(x, [0, 1, 1, 0], [2, 3, 2, 3])],
  ]),
  ...move('SplitV', [
    parts([6], 3, 0),
    parts([2, 6], [1, 2, 3], -1),
    parts([4, 3, 2], 2, 0),
    parts([2, 4, 4, 6], [2, 4], 3),
    parts([2, 4, 4, 6], 3, -1),
    ['with size -1', [2, 6], (x) => tf.split(x, [2, -1, 1], 1)],
  ]),
  ...PADS.map(({ shape, paddings }) =>
    row('PadV2', `float32[${shape}] by ${JSON.stringify(paddings)}`, [float(shape)], (x) => tf.pad(x, paddings, 0.5)),
  ),
  row('PadV2', 'int32', [int([2, 3])], (x) => tf.pad(x, pads([1, 0], [0, 2]), 7)),
  row('PadV2', 'bool', [bool([2, 3])], (x) => tf.pad(x, pads([1, 0], [0, 2]))),
  ...move(
    'Tile',
    TILES.map(({ shape, reps }) => [`by ${reps}`, shape, (x) => tf.tile(x, reps)]),
  ),
  ...move('Tile', [
    ['broadcast to [2,3]', [], (x) => tf.broadcastTo(x, [2, 3])],
    ['broadcast to [2,4,3]', [4, 1], (x) => tf.broadcastTo(x, [2, 4, 3])],
    ['broadcast to [2,4,4,3]', [2, 1, 1, 3], (x) => tf.broadcastTo(x, [2, 4, 4, 3])],
  ]),
  ...move('Reverse', [
    ['all', [2, 3], (x) => tf.reverse(x)],
    ['along -1', [2, 3, 4], (x) => tf.reverse(x, -1)],
    ['along 0 and 2', [2, 3, 4, 2], (x) => tf.reverse(x, [0, 2])],
  ]),
  ...(
    [
      [[5], [3], 0],
      [[5, 2], [3], 0],
      [[2, 5], [4], -1],
      [[5, 2], [2, 2], 0],
      [[2, 5, 3], [2, 2], 1],
      [[5, 3], [], 0],
    ] as const
  ).flatMap(([shape, index, axis]) =>
    OPERANDS.map((operand) => {
      const x = operand(shape);
      const title = `${x.dtype ?? 'float32'}[${shape}] at [${index}] along ${axis}`;
      return row('GatherV2', title, [x, int(index, [0, 4])], (t, i) => tf.gather(t, i, axis));
    }),
  ),
  ...([[], [4], [2, 3]] as const).flatMap((shape) => [
    row('OneHot', `int32[${shape}]`, [int(shape, [0, 4])], (i) => tf.oneHot(i, 5)),
    row('OneHot', `int32[${shape}] as float32`, [int(shape, [0, 4])], (i) => tf.oneHot(i, 5, 1, 0, 'float32')),
    row('OneHot', `int32[${shape}] of 0.9 and 0.1`, [int(shape, [0, 4])], (i) => tf.oneHot(i, 5, 0.9, 0.1, 'float32')),
  ]),
  row('OneHot', 'outside of the classes', [int([9], [-3, 7])], (i) => tf.oneHot(i, 5)),
  ...([[5], [5, 3], [5, 2, 3]] as const).flatMap((shape) =>
    [float(shape), int(shape)].map((operand) =>
      row('UnsortedSegmentSum', `${operand.dtype ?? 'float32'}[${shape}]`, [operand, int([5], [0, 3])], (x, ids) =>
        tf.unsortedSegmentSum(x, ids, 4),
      ),
    ),
  ),
  row('UnsortedSegmentSum', 'outside of the segments', [float([6, 2]), int([6], [-2, 5])], (x, ids) =>
    tf.unsortedSegmentSum(x, ids, 3),
  ),
  row('Fill', 'added to', [float([2, 3])], (x) => tf.add(x, tf.fill([2, 3], 1.5))),
  row('Fill', 'int32', [int([2, 3])], (x) => tf.add(x, tf.fill([3], 2, 'int32'))),
  row('Range', 'added to', [float([5])], (x) => tf.add(x, tf.range(0, 5))),
  row('LinSpace', 'added to', [float([5])], (x) => tf.add(x, tf.linspace(0, 1, 5))),
  row('Fill', 'alone', [float([1])], () => tf.fill([2, 3], 1.5)),
  row('Fill', 'bool', [bool([2, 3])], (x) => tf.logicalAnd(x, tf.fill([2, 3], 1, 'bool'))),
  ...OPERANDS.flatMap((operand) => [
    row('ZerosLike', operand([]).dtype ?? 'float32', [operand([2, 3])], (x) => tf.concat([x, tf.zerosLike(x)])),
    row('OnesLike', operand([]).dtype ?? 'float32', [operand([2, 3])], (x) => tf.concat([x, tf.onesLike(x)])),
  ]),
];
