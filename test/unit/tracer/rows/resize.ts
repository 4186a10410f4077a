import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

export type Size = [number, number];

/** From and to: larger and smaller, by whole factors and others, oblong, to and from one row. */
export const SIZES: readonly { from: Size; to: Size }[] = [
  { from: [3, 4], to: [6, 8] },
  { from: [3, 4], to: [9, 4] },
  { from: [3, 5], to: [7, 11] },
  { from: [6, 8], to: [3, 4] },
  { from: [7, 6], to: [3, 5] },
  { from: [6, 6], to: [14, 14] },
  { from: [4, 3], to: [4, 3] },
  { from: [4, 3], to: [1, 1] },
  { from: [1, 1], to: [3, 2] },
];
/** Whether corners are aligned, and whether pixels have half pixel centres. */
export const WAYS = [
  { corners: false, centres: false },
  { corners: true, centres: false },
  { corners: false, centres: true },
];

export const resizing: KernelRow[] = SIZES.flatMap(({ from, to }) =>
  WAYS.flatMap(({ corners, centres }) => {
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
