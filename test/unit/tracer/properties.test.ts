/** Random expressions: whatever their order, traced equals eager. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectTraced, type Input, randomInput, uniforms } from '#test/models/traced.ts';

/** A step from the values so far to one more; numbers are taken modulo the valid range. */
type Step = readonly [op: keyof typeof STEPS, first: number, second: number, choice: number];

const LIMIT = 400;

/** Each returns a value that may be fed to any other; if a step does not apply, it returns its operand. */
const STEPS = {
  add: (x, y) => (broadcasts(x, y) ? tf.add(x, y) : tf.add(x, 1)),
  mul: (x, y) => (broadcasts(x, y) ? tf.mul(x, y) : tf.mul(x, 0.5)),
  maximum: (x, y) => (broadcasts(x, y) ? tf.maximum(x, y) : tf.maximum(x, 0)),
  where: (x, y) => (broadcasts(x, y) ? tf.where(tf.greater(x, y), x, tf.neg(y)) : tf.relu(x)),
  tanh: (x) => tf.tanh(x),
  transpose: (x, _, n) => tf.transpose(x, rotation(x.rank, n)),
  reshape: (x, _, n) => tf.reshape(x, reshaped(x.shape, n)),
  expandDims: (x, _, n) => (x.rank < 5 ? tf.expandDims(x, n % (x.rank + 1)) : x),
  squeeze: (x) => tf.squeeze(x),
  concat: (x, y, n) => {
    if (x.rank === 0 || x.size * 2 > LIMIT) return x;
    const axis = n % x.rank;
    const fits = y.rank === x.rank && x.shape.every((size, i) => i === axis || size === y.shape[i]);
    return tf.concat([x, fits && x.size + y.size <= LIMIT ? y : x], axis);
  },
  slice: (x, _, n) => {
    const begin = x.shape.map((size, i) => (i === n % x.rank ? Math.floor(size / 3) : 0));
    return x.rank === 0
      ? x
      : tf.slice(
          x,
          begin,
          x.shape.map((size, i) => Math.ceil((size - begin[i]!) / (1 + (n % 2)))),
        );
  },
  pad: (x, _, n) =>
    x.rank === 0 || x.size * 3 > LIMIT
      ? x
      : tf.pad(
          x,
          x.shape.map((__, i): [number, number] => (i === n % x.rank ? [1, n % 2] : [0, 0])),
          0.5,
        ),
  tile: (x, _, n) =>
    x.rank === 0 || x.size * 2 > LIMIT
      ? x
      : tf.tile(
          x,
          x.shape.map((__, i) => (i === n % x.rank ? 2 : 1)),
        ),
  sum: (x, _, n) => (x.rank === 0 ? x : tf.mul(tf.sum(x, n % x.rank, n % 2 === 0), 0.3)),
  max: (x, _, n) => (x.rank === 0 ? x : tf.max(x, n % x.rank, n % 2 === 0)),
  reverse: (x, _, n) => (x.rank === 0 ? x : tf.reverse(x, n % x.rank)),
  broadcast: (x, _, n) =>
    x.rank > 3 || x.size * 3 > LIMIT
      ? x
      : tf.tile(tf.expandDims(x, n % (x.rank + 1)), onesBut(x.rank + 1, n % (x.rank + 1), 3)),
  product: (x) => {
    if (x.rank < 2 || x.size > 100) return x;
    return tf.mul(tf.matMul(x, x, false, true), 0.2);
  },
} satisfies Record<string, (x: tf.Tensor, y: tf.Tensor, choice: number) => tf.Tensor>;

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
    all.push(
      (STEPS[op] as (x: tf.Tensor, y: tf.Tensor, n: number) => tf.Tensor)(pick(first % 3), pick(second), choice),
    );
  }
  return all.slice(values.length);
}

const inputsOf = (list: readonly (readonly number[])[], seed: number): Input[] => {
  const next = uniforms(seed);
  return list.map((shape, i) => randomInput(next, `x${i}`, shape, [-1, 1]));
};

describe('a random expression', () => {
  it('gives the same values traced and eager, at every step', { tags: 'long' }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(shapes, shapes), steps, fc.nat(1000), async (list, program, seed) => {
        const inputs = inputsOf(list, seed);
        await expectTraced(
          (tensors) => {
            const results = run(
              inputs.map(({ name }) => tensors[name]!),
              program,
            );
            return Object.fromEntries(results.map((tensor, i) => [`y${i}`, tensor]));
          },
          inputs,
          { absolute: 1e-4, relative: 1e-4 },
        );
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('has the same gradient traced and eager', async () => {
    // tfjs differentiates `maximum` for equal shapes only, and tiles to rank 4.
    const smooth = steps.map((program) =>
      program.filter(([op]) => !['maximum', 'where', 'tile', 'broadcast', 'product', 'max'].includes(op)),
    );
    await fc.assert(
      fc.asyncProperty(fc.tuple(shapes, shapes), smooth, fc.nat(1000), async (list, program, seed) => {
        const inputs = inputsOf(list, seed);
        await expectTraced(
          (tensors) => {
            const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) =>
              tf.addN([...run(values, program), ...values].map((tensor) => tf.mean(tf.square(tensor)))),
            )(inputs.map(({ name }) => tensors[name]!));
            return { value, ...Object.fromEntries(grads.map((gradient, i) => [`d${i}`, gradient])) };
          },
          inputs,
          { absolute: 1e-4, relative: 1e-4 },
        );
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});
