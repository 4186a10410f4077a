import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

const TRANSFORMS = {
  'a turn': [0.83, -0.47, 1.371, 0.39, 0.91, -0.713, 0, 0],
  'far away': [1.73, 0.21, -21.317, -0.33, 2.11, 17.253, 0, 0],
  'in perspective': [1.1, 0.3, 0.2, -0.2, 0.9, 0.4, 0.03, -0.02],
};
const MODES = ['constant', 'reflect', 'wrap', 'nearest'] as const;

/** tfjs' cpu backend transforms the first image only: one image here. */
export const transforms: KernelRow[] = [
  ...Object.entries(TRANSFORMS).flatMap(([title, data]) =>
    MODES.flatMap((mode) =>
      (['nearest', 'bilinear'] as const).map((way) =>
        row(
          'Transform',
          `${title}, ${mode}, ${way}`,
          [float([1, 5, 6, 2]), { shape: [1, 8], data }],
          (t, how) => tf.image.transform(t, how, way, mode, 0.5, [4, 7]),
          { absolute: 1e-4 },
        ),
      ),
    ),
  ),
  row('RotateWithOffset', 'by 0.4', [float([2, 5, 6, 3])], (t) => tf.image.rotateWithOffset(t, 0.4, 0.7)),
  row('RotateWithOffset', 'with a colour and opacity', [float([2, 5, 4, 4])], (t) =>
    tf.image.rotateWithOffset(t, -1.1, [0.1, 0.2, 0.3], [0.25, 0.75]),
  ),
];
