import * as tf from '@tensorflow/tfjs';
import { CASES, type Case, image, outputShape, titleOf } from './convolution.ts';
import { float, type KernelRow, row } from './row.ts';

const poolShape = (g: Case) => [...outputShape(g).slice(0, 3), g.channels[0]];
const POOLS = CASES.filter(({ channels, pad }) => channels[0] !== 1 && pad !== 1);

/** Windows that extend past the image or lie outside it: window, stride, pad. */
const BORDERS = [
  [2, 3, 1],
  [1, 2, 1],
  [2, 2, 2],
  [3, 2, 1],
  [1, 1, 2],
] as const;
const ROUNDINGS = ['floor', 'round', 'ceil'] as const;

export const pooling: KernelRow[] = [
  ...POOLS.flatMap((g) => [
    row('AvgPool', titleOf(g), [image(g)], (x) => tf.avgPool(x, [...g.kernel], [...g.strides], g.pad as 'same')),
    row('MaxPool', titleOf(g), [image(g)], (x) => tf.maxPool(x, [...g.kernel], [...g.strides], g.pad as 'same')),
  ]),
  ...POOLS.filter(({ pad }) => pad === 'valid').map((g) =>
    row('AvgPoolGrad', titleOf(g), [image(g), float(poolShape(g), [-1, 1])], (x, dy) =>
      tf.grad((t) => tf.avgPool(t as tf.Tensor4D, [...g.kernel], [...g.strides], g.pad as 'valid'))(x, dy),
    ),
  ),
  ...BORDERS.flatMap(([window, stride, pad]) =>
    [
      [2, 2, 2, 3],
      [1, 5, 4, 2],
    ].flatMap((shape) =>
      ROUNDINGS.flatMap((rounding) => {
        const title = `[${shape}] by ${window}, stride ${stride}, pad ${pad}, ${rounding}`;
        return [
          row('AvgPool', title, [float(shape)], (x) => tf.avgPool(x, window, stride, pad, rounding)),
          row('MaxPool', title, [float(shape)], (x) => tf.maxPool(x, window, stride, pad, rounding)),
        ];
      }),
    ),
  ),
];
