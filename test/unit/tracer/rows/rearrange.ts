import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, pads, row } from './row.ts';

/** The masks are those of tf.stridedSlice, in its order. */
const SLICES = [
  { begin: [0, 1, 0], end: [4, 5, 3], strides: [2, 2, 1], masks: [] },
  { begin: [3, 4, 2], end: [0, 0, -4], strides: [-1, -2, -1], masks: [] },
  { begin: [-1, 0, 0], end: [-5, 5, 3], strides: [-1, 1, 2], masks: [] },
  { begin: [1, 1, 1], end: [2, 2, 2], strides: [1, 1, 1], masks: [0b010, 0b100] },
  { begin: [0, 0, 1], end: [0, 0, 3], strides: [1, 1, 1], masks: [0b011, 0b011, 0, 0, 0] },
  { begin: [0, 1], end: [0, 3], strides: [1, 1], masks: [0, 0, 0b01] },
  { begin: [2, 0, 1], end: [3, 0, 2], strides: [1, 1, 1], masks: [0, 0, 0, 0b010, 0b101] },
  { begin: [-1, -2, 0], end: [4, 5, 3], strides: [1, 1, 1], masks: [0, 0, 0, 0, 0b011] },
] as const;

const PADDINGS = [pads([1, 0], [0, 2], [1, 1]), pads([0, 0], [2, 1], [0, 0]), pads([2, 2], [2, 2], [2, 2])];

const BLOCKS = [
  { block: [2, 2], borders: pads([0, 0], [0, 0]) },
  { block: [2, 3], borders: pads([1, 1], [2, 1]) },
  { block: [3, 1], borders: pads([2, 0], [0, 0]) },
];

export const rearranging: KernelRow[] = [
  ...SLICES.flatMap(({ begin, end, strides, masks }) =>
    [float([4, 5, 3]), int([4, 5, 3]), bool([4, 5, 3])].map((x) =>
      row('StridedSlice', `${x.dtype ?? 'float32'} ${JSON.stringify([begin, end, strides, ...masks])}`, [x], (t) =>
        tf.stridedSlice(t, [...begin], [...end], [...strides], ...masks),
      ),
    ),
  ),
  ...PADDINGS.flatMap((paddings) =>
    (['reflect', 'symmetric'] as const).flatMap((mode) =>
      [float([3, 3, 4]), int([3, 3, 4]), bool([3, 3, 4])].map((x) =>
        row('MirrorPad', `${x.dtype ?? 'float32'} ${JSON.stringify(paddings)} ${mode}`, [x], (t) =>
          tf.mirrorPad(t, paddings, mode),
        ),
      ),
    ),
  ),
  row('MirrorPad', 'images', [float([2, 4, 5, 3])], (t) =>
    tf.mirrorPad(t, pads([0, 0], [1, 2], [3, 1], [0, 0]), 'reflect'),
  ),
  ...BLOCKS.flatMap(({ block, borders }) => [
    row('SpaceToBatchND', JSON.stringify([block, borders]), [float([2, 4, 6, 3])], (t) =>
      tf.spaceToBatchND(t, block, borders),
    ),
    row('BatchToSpaceND', JSON.stringify([block, borders]), [float([12, 4, 6, 3])], (t) =>
      tf.batchToSpaceND(t, block, borders),
    ),
  ]),
  row('FlipLeftRight', 'images', [float([2, 3, 4, 3])], (t) => tf.image.flipLeftRight(t)),
];
