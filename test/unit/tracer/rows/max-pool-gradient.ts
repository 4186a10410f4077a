import * as tf from '@tensorflow/tfjs';
import { CASES, image, outputShape, titleOf } from './convolution.ts';
import { float, type KernelRow, row } from './row.ts';

const POOLS = CASES.filter(({ channels }) => channels[0] !== 1);

export const maxPoolGradient: KernelRow[] = [
  ...POOLS.flatMap((g) => {
    const pool = (x: tf.Tensor4D) => tf.maxPool(x, [...g.kernel], [...g.strides], g.pad as 'same');
    const dy = float([...outputShape(g).slice(0, 3), g.channels[0]]);
    return row('MaxPoolGrad', titleOf(g), [image(g), dy], (x, d) => tf.grad(pool as never)(x, d));
  }),
  ...POOLS.filter(({ pad }) => pad !== 1).flatMap((g) =>
    [true, false].map((batch) =>
      row('MaxPoolWithArgmax', `${titleOf(g)}${batch ? ', through the batch' : ''}`, [image(g)], (x) => {
        const { result, indexes } = tf.maxPoolWithArgmax(x, [...g.kernel], [...g.strides], g.pad as 'same', batch);
        return [result!, indexes!];
      }),
    ),
  ),
];
