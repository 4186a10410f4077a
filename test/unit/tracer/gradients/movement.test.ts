import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { float, pads } from '../rows/row.ts';
import { type Case, check } from './gradient.ts';

describe('gradient of a movement', () => {
  const indices = tf.tensor1d([0, 2, 2, 1, 0], 'int32');
  check([
    ['reshape', [float([2, 6])], (x) => tf.square(tf.reshape(x, [3, 4]))],
    ['transpose', [float([2, 3, 4, 5])], (x) => tf.square(tf.transpose(x, [0, 3, 1, 2]))],
    ['expandDims and squeeze', [float([3, 1, 4])], (x) => tf.square(tf.expandDims(tf.squeeze(x), 0))],
    ['concat of channels', [float([2, 3, 3, 2]), float([2, 3, 3, 4])], (a, b) => tf.square(tf.concat([a, b], 3))],
    ['concat of a value with itself', [float([2, 3])], (a) => tf.square(tf.concat([a, a], 0))],
    ['stack', [float([2, 3]), float([2, 3])], (a, b) => tf.square(tf.stack([a, b], 1))],
    ['unstack', [float([3, 4])], (x) => tf.mul(tf.unstack(x, 0)[0]!, tf.unstack(x, 0)[2]!)],
    ['slice', [float([4, 5])], (x) => tf.square(tf.slice(x, [1, 2], [2, 3]))],
    ['slice of channels', [float([2, 4, 4, 6])], (x) => tf.square(tf.slice(x, [0, 0, 0, 2], [-1, -1, -1, 3]))],
    ['split', [float([2, 6])], (x) => tf.mul(...(tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]))],
    ['pad', [float([2, 3, 4, 2])], (x) => tf.square(tf.pad(x, pads([0, 0], [1, 2], [0, 1], [0, 0]), 3))],
    ['tile', [float([2, 3])], (x) => tf.square(tf.tile(x, [2, 3]))],
    ['tile of rank 4', [float([2, 1, 1, 3])], (x) => tf.square(tf.tile(x, [1, 4, 4, 1]))],
    ['tile of a repeated axis of rank 3', [float([2, 2, 3])], (x) => tf.square(tf.tile(x, [1, 2, 2]))],
    ['broadcastTo', [float([4, 1])], (x) => tf.square(tf.broadcastTo(x, [2, 4, 3]))],
    ['reverse', [float([3, 4])], (x) => tf.square(tf.reverse(x, 1))],
    ['gather', [float([4, 3])], (x) => tf.square(tf.gather(x, indices))],
    ['gather along 1', [float([2, 4, 3])], (x) => tf.square(tf.gather(x, indices, 1))],
    [
      'a class embedding by oneHot',
      [float([4, 3])],
      (x) => tf.square(tf.matMul(tf.cast(tf.oneHot(indices, 4), 'float32') as tf.Tensor2D, x)),
    ],
    [
      'upsampling by broadcast',
      [float([2, 3, 3, 2])],
      (x) =>
        tf.square(tf.reshape(tf.mul(tf.reshape(x, [2, 3, 1, 3, 1, 2]), tf.ones([1, 1, 2, 1, 2, 1])), [2, 6, 6, 2])),
    ],
    [
      'upsampling by concat',
      [float([2, 3, 3, 2])],
      (x) => {
        const rows = tf.reshape(tf.concat([tf.expandDims(x, 2), tf.expandDims(x, 2)], 2), [2, 6, 3, 2]);
        return tf.square(tf.reshape(tf.concat([tf.expandDims(rows, 3), tf.expandDims(rows, 3)], 3), [2, 6, 6, 2]));
      },
    ],
  ]);
});

describe('gradient of a matrix product', () => {
  const shapes = [
    { a: [3, 4], b: [4, 5] },
    { a: [2, 3, 4], b: [2, 4, 5] },
    { a: [2, 3, 2, 4], b: [2, 3, 4, 5] },
  ] as const;
  const flip = (shape: readonly number[], flipped: boolean) =>
    flipped ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];
  // Batch axes are equal, since tfjs does not sum the gradient over a broadcast one.
  check(
    shapes.flatMap(({ a, b }) =>
      [false, true].flatMap((ta) =>
        [false, true].map(
          (tb): Case => [
            `[${flip(a, ta)}]${ta ? "'" : ''} by [${flip(b, tb)}]${tb ? "'" : ''}`,
            [float(flip(a, ta)), float(flip(b, tb))],
            (p, q) => tf.matMul(p, q, ta, tb),
          ],
        ),
      ),
    ),
  );
});
