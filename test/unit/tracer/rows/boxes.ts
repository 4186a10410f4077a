import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

/** Corners in disorder, some boxes on top of one another. */
const CORNERS = {
  shape: [6, 4],
  data: [0, 0, 1, 1, 0, 0.1, 1, 1.1, 1, 0.9, 0, -0.1, 0, 10, 1, 11, 0, 10.1, 1, 11.1, 0, 100, 1, 101],
};

/** How many at most, overlap, least score. */
const SETTINGS = [
  [6, 0.5, 0],
  [2, 0.5, 0.3],
  [4, 0.9, -1],
  [5, 1, Number.NEGATIVE_INFINITY],
];

export const boxes: KernelRow[] = SETTINGS.map(([most, overlap, least]) =>
  row(
    'NonMaxSuppressionV4',
    `${most} at most, overlap ${overlap}, score ${least}`,
    [CORNERS, float([6])],
    (at, scores) => {
      const { selectedIndices, validOutputs } = tf.image.nonMaxSuppressionPadded(
        at,
        scores,
        most!,
        overlap,
        least,
        true,
      );
      return [selectedIndices!, validOutputs!];
    },
  ),
);
