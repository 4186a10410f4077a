/**
 * Gradients that tfjs' cpu backend has wrong, against differences of the function itself. These are exact: operands are whole numbers in
 * disorder, so no maximum changes its place within a step, and no function is of a higher degree than two.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, type Input, pads, type Result, runEager, runGraph } from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { differentiated, type Fn } from './gradient.ts';

type Case = readonly [title: string, shapes: readonly (readonly number[])[], fn: Fn];

/** Images from and to: larger and smaller, by whole factors and others, oblong, to and from one pixel. */
const SIZES = [
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
] as const;
/** Whether corners are aligned, and whether pixels have half pixel centres. */
const WAYS = [
  [false, false],
  [true, false],
  [false, true],
] as const;
const RESIZES = [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor];

/** Window, strides and padding of a pool of volumes: heights that are not widths. */
const POOLS = [
  [[2, 3, 1], [1, 1, 1], 'valid'],
  [[3, 2, 3], [2, 2, 2], 'same'],
  [[1, 2, 3], [1, 1, 2], 'same'],
] as const;

const indices = () => tf.tensor4d([0, 2, 2, 1, 1, 1, 0, 2], [2, 2, 2, 1], 'int32');

const CASES: Case[] = [
  ...(['reflect', 'symmetric'] as const).map(
    (mode): Case => [`mirrorPad, ${mode}`, [[3, 4]], (x) => tf.mirrorPad(x, pads([2, 1], [0, 2]), mode)],
  ),
  ['cumsum along the first axis of a square', [[4, 4]], (x) => tf.cumsum(x, 0)],
  ['gather with two batch dimensions', [[2, 2, 3, 4]], (x) => tf.gather(x, indices(), 2, 2)],
  ...[tf.maximum, tf.minimum, tf.squaredDifference].map(
    (op): Case => [
      `${op.name} of a row and a column`,
      [
        [1, 4],
        [3, 1],
      ],
      (a, b) => op(a, b),
    ],
  ),
  [
    'matMul of matrices and one matrix',
    [
      [2, 3, 4],
      [1, 4, 5],
    ],
    (a, b) => tf.matMul(a, b),
  ],
  ...POOLS.map(
    ([window, strides, pad]): Case => [
      `maxPool3d by [${window}], strides [${strides}], ${pad}`,
      [[2, 3, 4, 5, 2]],
      (x) => tf.maxPool3d(x, [...window], [...strides], pad),
    ],
  ),
  ...RESIZES.flatMap((resize) =>
    SIZES.flatMap(([from, to]) =>
      WAYS.map(([corners, centres]): Case => {
        const title = `${resize.name} from [${from}] to [${to}], corners ${corners}, centres ${centres}`;
        return [title, [[2, ...from, 2]], (x) => resize(x, [...to], corners, centres)];
      }),
    ),
  ),
];

const STEP = 0.25;

/** The gradient with respect to the input of this number. */
function byDifferences(fn: Fn, inputs: readonly Input[], at: number): Result {
  const operands = inputs.slice(0, -1);
  const dy = inputs.at(-1)!.data;
  const moved = (element: number, by: number): ArrayLike<number> => {
    const given = operands.map((input, i) => ({ ...input, data: i === at ? input.data.slice() : input.data }));
    given[at]!.data[element]! += by;
    return runEager((tensors) => ({ y: fn(...given.map(({ name }) => tensors[name]!)) }), given).y!.data;
  };
  const data = Array.from(operands[at]!.data, (_, element) => {
    const [after, before] = [moved(element, STEP), moved(element, -STEP)];
    return Array.from(dy).reduce((sum, share, i) => sum + (share * (after[i]! - before[i]!)) / (2 * STEP), 0);
  });
  return { dtype: 'float32', shape: operands[at]!.shape, data };
}

describe('a traced gradient is right where that of tfjs is not', () => {
  it.each(CASES)('%s', async (_, shapes, fn) => {
    const { inputs, gradients } = differentiated(shapes, fn, (i, all) => (i * 7919) % all);
    const { value: __, ...found } = await runGraph(trace(gradients, inputs), inputs);
    const expected = Object.keys(found).map((name, at) => [name, byDifferences(fn, inputs, at)]);
    // Differences of numbers that have three digits before the point.
    expectSame(found, Object.fromEntries(expected), { absolute: 5e-5 });
  });

  it("and tfjs' own are back after the trace", () => {
    const before = tf.getGradient('MirrorPad');
    trace(({ x }) => ({ y: tf.neg(x!) }), [{ name: 'x', shape: [2], dtype: 'float32' }]);
    expect(tf.getGradient('MirrorPad')).toBe(before);
    const fail = () => {
      throw new Error('stop');
    };
    expect(() => trace(fail, [])).toThrow('stop');
    expect(tf.getGradient('MirrorPad')).toBe(before);
  });
});
