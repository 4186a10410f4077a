import * as tf from '@tensorflow/tfjs';
import { bool, float, int, type KernelRow, row } from './row.ts';

/** begin, end, strides, then the masks of tf.stridedSlice. */
const SLICES = [
  [
    [0, 1, 0],
    [4, 5, 3],
    [2, 2, 1],
  ],
  [
    [3, 4, 2],
    [0, 0, -4],
    [-1, -2, -1],
  ],
  [
    [-1, 0, 0],
    [-5, 5, 3],
    [-1, 1, 2],
  ],
  [[1, 1, 1], [2, 2, 2], [1, 1, 1], 0b010, 0b100],
  [[0, 0, 1], [0, 0, 3], [1, 1, 1], 0b011, 0b011, 0, 0, 0],
  [[0, 1], [0, 3], [1, 1], 0, 0, 0b01],
  [[2, 0, 1], [3, 0, 2], [1, 1, 1], 0, 0, 0, 0b010, 0b101],
  [[-1, -2, 0], [4, 5, 3], [1, 1, 1], 0, 0, 0, 0, 0b011],
] as const;

const PADDINGS = [
  [
    [1, 0],
    [0, 2],
    [1, 1],
  ],
  [
    [0, 0],
    [2, 1],
    [0, 0],
  ],
  [
    [2, 2],
    [2, 2],
    [2, 2],
  ],
] as const;

const BLOCKS = [
  [
    [2, 2],
    [
      [0, 0],
      [0, 0],
    ],
  ],
  [
    [2, 3],
    [
      [1, 1],
      [2, 1],
    ],
  ],
  [
    [3, 1],
    [
      [2, 0],
      [0, 0],
    ],
  ],
] as const;

export const rearranging: KernelRow[] = [
  ...SLICES.flatMap(([begin, end, strides, ...masks]) =>
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
          tf.mirrorPad(t, paddings as never, mode),
        ),
      ),
    ),
  ),
  row('MirrorPad', 'images', [float([2, 4, 5, 3])], (t) =>
    tf.mirrorPad(
      t,
      [
        [0, 0],
        [1, 2],
        [3, 1],
        [0, 0],
      ],
      'reflect',
    ),
  ),
  ...BLOCKS.flatMap(([block, borders]) => [
    row('SpaceToBatchND', JSON.stringify([block, borders]), [float([2, 4, 6, 3])], (t) =>
      tf.spaceToBatchND(t, [...block], borders as never),
    ),
    row('BatchToSpaceND', JSON.stringify([block, borders]), [float([12, 4, 6, 3])], (t) =>
      tf.batchToSpaceND(t, [...block], borders as never),
    ),
  ]),
  row('FlipLeftRight', 'images', [float([2, 3, 4, 3])], (t) => tf.image.flipLeftRight(t)),
];
