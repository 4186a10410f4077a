import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

type Size = [number, number];

/** From and to: larger and smaller, by whole factors and others, oblong, to and from one row. */
const SIZES: readonly (readonly [Size, Size])[] = [
  [
    [3, 4],
    [6, 8],
  ],
  [
    [3, 4],
    [9, 4],
  ],
  [
    [3, 5],
    [7, 11],
  ],
  [
    [6, 8],
    [3, 4],
  ],
  [
    [7, 6],
    [3, 5],
  ],
  [
    [6, 6],
    [14, 14],
  ],
  [
    [4, 3],
    [4, 3],
  ],
  [
    [4, 3],
    [1, 1],
  ],
  [
    [1, 1],
    [3, 2],
  ],
];
/** alignCorners, halfPixelCenters */
const WAYS = [
  [false, false],
  [true, false],
  [false, true],
] as const;

export const resizing: KernelRow[] = SIZES.flatMap(([from, to]) =>
  WAYS.flatMap(([corners, centres]) => {
    const title = `[${from}] to [${to}]${corners ? ', corners aligned' : ''}${centres ? ', half pixel centres' : ''}`;
    const images = float([2, ...from, 3]);
    const linear = (t: tf.Tensor4D) => tf.image.resizeBilinear(t, to, corners, centres);
    const nearest = (t: tf.Tensor4D) => tf.image.resizeNearestNeighbor(t, to, corners, centres);
    const rows = [
      row('ResizeBilinear', title, [images], linear),
      row('ResizeNearestNeighbor', title, [images], nearest),
      row('ResizeNearestNeighbor', `int32 ${title}`, [int([1, ...from, 2])], nearest),
    ];
    // tfjs' cpu backend has the other gradients wrong: gradients/resize.test.ts has those.
    if (!centres && from[0] === from[1]) {
      rows.push(
        row('ResizeBilinearGrad', title, [images, float([2, ...to, 3])], (t, dy) => tf.grad(linear as never)(t, dy)),
      );
    }
    if (!centres && from[0] > 1) {
      rows.push(
        row('ResizeNearestNeighborGrad', title, [float([1, ...from, 3]), float([1, ...to, 3])], (t, dy) =>
          tf.grad(nearest as never)(t, dy),
        ),
      );
    }
    return rows;
  }),
);
