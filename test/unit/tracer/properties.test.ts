/** Random expressions: whatever their order, traced equals eager. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectTraced, type Input, randomInput, uniforms } from '#test/models/traced.ts';

/** A step from the values so far to one more; numbers are taken modulo the valid range. */
type Step = readonly [op: keyof typeof STEPS, first: number, second: number, choice: number];

const LIMIT = 400;

type Op = (x: tf.Tensor, y: tf.Tensor, choice: number) => tf.Tensor;

/** Where x and y broadcast; else with a number in place of y. */
const both =
  (fn: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, instead: number): Op =>
  (x, y) =>
    fn(x, broadcasts(x, y) ? y : tf.scalar(instead));
/** Along an axis of x, unless the result is `times` as large as x and that is too much. */
const along =
  (times: number, fn: (x: tf.Tensor, axis: number, choice: number, y: tf.Tensor) => tf.Tensor): Op =>
  (x, y, n) =>
    x.rank === 0 || x.size * times > LIMIT ? x : fn(x, n % x.rank, n, y);

/** Each returns a value that may be fed to any other; if a step does not apply, it returns its operand. */
const STEPS = {
  add: both(tf.add, 1),
  mul: both(tf.mul, 0.5),
  maximum: both(tf.maximum, 0),
  where: both((x, y) => tf.where(tf.greater(x, y), x, tf.neg(y)), 0),
  tanh: (x) => tf.tanh(x),
  transpose: (x, _, n) => tf.transpose(x, rotation(x.rank, n)),
  reshape: (x, _, n) => tf.reshape(x, reshaped(x.shape, n)),
  expandDims: (x, _, n) => (x.rank < 5 ? tf.expandDims(x, n % (x.rank + 1)) : x),
  squeeze: (x) => tf.squeeze(x),
  concat: along(2, (x, axis, _, y) => {
    const fits = y.rank === x.rank && x.shape.every((size, i) => i === axis || size === y.shape[i]);
    return tf.concat([x, fits && x.size + y.size <= LIMIT ? y : x], axis);
  }),
  slice: along(0, (x, axis, n) => {
    const begin = x.shape.map((size, i) => (i === axis ? Math.floor(size / 3) : 0));
    const sizes = x.shape.map((size, i) => Math.ceil((size - begin[i]!) / (1 + (n % 2))));
    return tf.slice(x, begin, sizes);
  }),
  pad: along(3, (x, axis, n) => {
    const added = x.shape.map((_, i): [number, number] => (i === axis ? [1, n % 2] : [0, 0]));
    return tf.pad(x, added, 0.5);
  }),
  tile: along(2, (x, axis) => tf.tile(x, onesBut(x.rank, axis, 2))),
  sum: along(0, (x, axis, n) => tf.mul(tf.sum(x, axis, n % 2 === 0), 0.3)),
  max: along(0, (x, axis, n) => tf.max(x, axis, n % 2 === 0)),
  reverse: along(0, (x, axis) => tf.reverse(x, axis)),
  broadcast: (x, _, n) => {
    const axis = n % (x.rank + 1);
    return x.rank > 3 || x.size * 3 > LIMIT ? x : tf.tile(tf.expandDims(x, axis), onesBut(x.rank + 1, axis, 3));
  },
  product: (x) => (x.rank < 2 || x.size > 100 ? x : tf.mul(tf.matMul(x, x, false, true), 0.2)),
} satisfies Record<string, Op>;

const onesBut = (rank: number, axis: number, size: number) =>
  Array.from({ length: rank }, (_, i) => (i === axis ? size : 1));

function broadcasts(x: tf.Tensor, y: tf.Tensor): boolean {
  try {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(x.shape, y.shape);
    return shape.reduce((product, dim) => product * dim, 1) <= LIMIT;
  } catch {
    return false;
  }
}

const rotation = (rank: number, n: number): number[] => {
  const axes = Array.from({ length: rank }, (_, i) => i);
  const turned = [...axes.slice(n % Math.max(rank, 1)), ...axes.slice(0, n % Math.max(rank, 1))];
  return n % 3 === 0 ? turned.reverse() : turned;
};

/** Splits an axis by a divisor, or joins two neighbours. */
function reshaped(shape: readonly number[], n: number): number[] {
  if (shape.length === 0) return [1];
  const axis = n % shape.length;
  const size = shape[axis]!;
  const divisor = [2, 3, 5].find((d) => size % d === 0 && size > d);
  if (divisor && shape.length < 5 && n % 2 === 0)
    return shape.flatMap((s, i) => (i === axis ? [divisor, s / divisor] : [s]));
  if (axis + 1 < shape.length)
    return shape.flatMap((s, i) => (i === axis ? [s * shape[i + 1]!] : i === axis + 1 ? [] : [s]));
  return n % 3 === 0 ? [-1] : [...shape];
}

const names = Object.keys(STEPS) as (keyof typeof STEPS)[];
const steps: fc.Arbitrary<Step[]> = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(9), fc.nat(9), fc.nat(29)), {
  minLength: 1,
  maxLength: 12,
});
const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 6), { maxLength: 4 });

function run(values: tf.Tensor[], program: readonly Step[]): tf.Tensor[] {
  const all = [...values];
  for (const [op, first, second, choice] of program) {
    // The newest values are the most likely operands.
    const pick = (n: number) => all[Math.max(0, all.length - 1 - n)]!;
    all.push((STEPS[op] as Op)(pick(first % 3), pick(second), choice));
  }
  return all.slice(values.length);
}

const inputsOf = (list: readonly (readonly number[])[], seed: number): Input[] => {
  const next = uniforms(seed);
  return list.map((shape, i) => randomInput(next, `x${i}`, shape, [-1, 1]));
};

type Made = (values: tf.Tensor[], program: readonly Step[]) => Record<string, tf.Tensor>;

const named = (letter: string, tensors: readonly tf.Tensor[]) =>
  Object.fromEntries(tensors.map((tensor, i) => [`${letter}${i}`, tensor]));

/** Runs random programs on random tensors, traced and eager. */
const check = (programs: fc.Arbitrary<Step[]>, made: Made, options: { numRuns: number; seed: number }) =>
  fc.assert(
    fc.asyncProperty(fc.tuple(shapes, shapes), programs, fc.nat(1000), async (list, program, seed) => {
      const inputs = inputsOf(list, seed);
      const fn = (tensors: tf.NamedTensorMap) =>
        made(
          inputs.map(({ name }) => tensors[name]!),
          program,
        );
      await expectTraced(fn, inputs, { absolute: 1e-4, relative: 1e-4 });
    }),
    options,
  );

describe('a random expression', () => {
  it('gives the same values traced and eager, at every step', { tags: 'long' }, () =>
    check(steps, (values, program) => named('y', run(values, program)), { numRuns: 150, seed: 1 }),
  );

  it('has the same gradient traced and eager', async () => {
    // tfjs differentiates `maximum` for equal shapes only, and tiles to rank 4.
    const smooth = steps.map((program) =>
      program.filter(([op]) => !['maximum', 'where', 'tile', 'broadcast', 'product', 'max'].includes(op)),
    );
    const squares = (program: readonly Step[], values: tf.Tensor[]) =>
      tf.addN([...run(values, program), ...values].map((tensor) => tf.mean(tf.square(tensor))));
    const made: Made = (values, program) => {
      const { value, grads } = tf.valueAndGrads((...all: tf.Tensor[]) => squares(program, all))(values);
      return { value, ...named('d', grads) };
    };
    await check(smooth, made, { numRuns: 100, seed: 2 });
  });
});
