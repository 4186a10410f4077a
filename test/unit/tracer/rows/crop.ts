import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

const boxes = float([3, 4], [-0.2, 1.2]);
const items = { shape: [3], dtype: 'int32', data: [1, 0, 1] } as const;
const whole = { shape: [3, 4], data: [0, 0, 1, 1, 1, 1, 0, 0, 0.25, 0.5, 1, 0.75] };

export const cropping: KernelRow[] = (['bilinear', 'nearest'] as const).flatMap((method) => [
  row('CropAndResize', `boxes of all kinds, ${method}`, [float([2, 5, 7, 3]), boxes, items], (t, corners, at) =>
    tf.image.cropAndResize(t, corners, at, [4, 3], method, 7),
  ),
  row(
    'CropAndResize',
    `whole images, turned ones and a part, ${method}`,
    [float([2, 5, 9, 2]), whole, items],
    (t, corners, at) => tf.image.cropAndResize(t, corners, at, [5, 9], method),
  ),
  row('CropAndResize', `the middle, ${method}`, [int([2, 5, 5, 2]), whole, items], (t, corners, at) =>
    tf.image.cropAndResize(t, corners, at, [1, 1], method),
  ),
]);
