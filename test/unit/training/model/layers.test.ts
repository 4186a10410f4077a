import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { useCpu, wave } from '#test/models/model.ts';
import { declareInto } from '#training/layers/declare.ts';
import { conv2d, upsampleConv2d } from '#training/layers/layers.ts';

useCpu();

describe('upsampleConv2d', () => {
  it('is a nearest-neighbour doubling and a 3x3 convolution, at the borders as well', () => {
    const parameters = {
      weight: tf.tensor(wave(1, [3, 2, 3, 3], 1), [3, 2, 3, 3]),
      bias: tf.tensor1d([0.1, 0.2, 0.3]),
    };
    const x = tf.tensor4d(wave(2, [2, 2, 3, 2], 1), [2, 2, 3, 2]);
    const pass = { parameters, training: true };
    const double = (t: tf.Tensor, axis: number) => {
      const shape = t.shape.map((size, i) => (i === axis ? 2 * size : size));
      return tf.reshape(tf.stack([t, t], axis + 1), shape);
    };
    const doubled = double(double(x, 1), 2) as tf.Tensor4D;
    const expected = conv2d(declareInto([]), 2, 3, { kernel: 3, padding: 1 })(pass, doubled);
    const actual = upsampleConv2d(declareInto([]), 2, 3)(pass, x);
    expect(actual.shape).toEqual([2, 4, 6, 3]);
    expectClose(actual.dataSync(), expected.dataSync(), { absolute: 1e-5 });
  });
});

describe('conv2d', () => {
  // Ones everywhere and a filter of ones: every output counts the pixels under the filter.
  const count = (options: Parameters<typeof conv2d>[3], size: number) => {
    const { kernel } = options;
    const parameters = { weight: tf.ones([1, 1, kernel, kernel]), bias: tf.zeros([1]) };
    return [
      ...conv2d(declareInto([]), 1, 1, options)({ parameters, training: true }, tf.ones([1, size, size, 1])).dataSync(),
    ];
  };

  it('pads both sides at stride 2 as PyTorch does, and not as tfjs does', () => {
    expect(count({ kernel: 3, stride: 2, padding: 1 }, 4)).toEqual([4, 6, 6, 9]);
  });

  it('pads the end alone when asked to', () => {
    expect(count({ kernel: 3, stride: 2, padding: 'end' }, 4)).toEqual([9, 6, 6, 4]);
  });

  it('pads one pixel around at kernel 4 and stride 2', () => {
    expect(count({ kernel: 4, stride: 2, padding: 1 }, 4)).toEqual([9, 9, 9, 9]);
  });
});
