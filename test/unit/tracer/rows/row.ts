/** A row of the kernel tests, and the layouts in which each row is tried. */
import * as tf from '@tensorflow/tfjs';
import {
  asTensor,
  type Data,
  type Input,
  randomData,
  type Tolerance,
  type TracedFunction,
  uniforms,
} from '#test/models/traced.ts';

export interface Operand {
  shape: readonly number[];
  dtype?: Input['dtype'];
  range?: readonly [number, number];
  /** Exact values instead of random ones. */
  data?: readonly number[];
}

type Result = tf.Tensor | tf.Tensor[];

export interface KernelRow extends Tolerance {
  kernel: string;
  title: string;
  fn: (...operands: tf.Tensor[]) => Result;
  operands: readonly Operand[];
}

/** @param fn called with one tensor per operand. */
export const row = (
  kernel: string,
  title: string,
  operands: readonly Operand[],
  // biome-ignore lint/suspicious/noExplicitAny: rows call operators that are typed by rank.
  fn: (...operands: any[]) => Result,
  tolerance: Tolerance = {},
): KernelRow => ({ kernel, title, operands, fn, ...tolerance });

export const float = (shape: readonly number[], range: readonly [number, number] = [-2, 2]): Operand => ({
  shape,
  range,
});
export const int = (shape: readonly number[], range: readonly [number, number] = [-5, 5]): Operand => ({
  shape,
  range,
  dtype: 'int32',
});
/** What is added before and behind each axis. */
export const pads = (...axes: [before: number, behind: number][]) => axes;

export const bool = (shape: readonly number[]): Operand => ({ shape, dtype: 'bool' });

/** How an operand reaches the row: the input that is fed, and the operation on it beforehand. */
interface Feed {
  shape: readonly number[];
  prepare: (x: tf.Tensor) => tf.Tensor;
}

export interface Variant {
  title: string;
  inputs: Input[];
  fn: TracedFunction;
}

const asIs = ({ shape }: Operand): Feed => ({ shape, prepare: (x) => x });

/** Stored with its axes in the order `perm`; a transpose restores them. */
const stored =
  (permOf: (rank: number) => number[]) =>
  ({ shape }: Operand): Feed => {
    const perm = permOf(shape.length);
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return { shape: perm.map((axis) => shape[axis]!), prepare: (x) => tf.transpose(x, inverse) };
  };

const reversed = stored((rank) => Array.from({ length: rank }, (_, i) => rank - 1 - i));
/** NHWC stored as NCHW. */
const channelsFirst = stored((rank) => Array.from({ length: rank }, (_, i) => (i < 2 ? i * (rank - 1) : i - 1)));

/** Stored once along `axes`, and repeated: a broadcast that need not be written out. */
const broadcast =
  (axesOf: (rank: number) => number[], then: (operand: Operand) => Feed = asIs) =>
  (operand: Operand): Feed => {
    const { shape } = operand;
    const axes = axesOf(shape.length);
    const repeats = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
    const feed = then({ ...operand, shape: shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) });
    return { ...feed, prepare: (x) => tf.tile(feed.prepare(x), repeats) };
  };

const first = () => [0];
const last = (rank: number) => [rank - 1];
const every = (rank: number) => Array.from({ length: rank }, (_, i) => i);
const middle = (rank: number) => every(rank).slice(1, -1);

type Way = readonly [title: string, feeds: (operand: Operand, index: number) => Feed];

/** Only the operand at `index` is fed in a special way. */
const only =
  (index: number, feed: (operand: Operand) => Feed) =>
  (operand: Operand, i: number): Feed =>
    (i === index ? feed : asIs)(operand);

const WAYS: readonly Way[] = [
  ['in logical order', asIs],
  ['all stored in reverse', reversed],
  ['the first stored channels first', only(0, channelsFirst)],
  ['the second stored in reverse', only(1, reversed)],
  ['the first a broadcast along its first axis', only(0, broadcast(first))],
  ['the first a broadcast along its last axis', only(0, broadcast(last))],
  ['the first a broadcast along its middle axes, stored channels first', only(0, broadcast(middle, channelsFirst))],
  ['all broadcasts along their first axis, stored in reverse', broadcast(first, reversed)],
  ['the second a broadcast of one number', only(1, broadcast(every))],
  ['all broadcasts of one number', broadcast(every)],
];

const NAMES = ['a', 'b', 'c', 'd'];

/** The ways to feed a row that differ from one another. */
export function variantsOf(row: KernelRow, seed: number): Variant[] {
  const next = uniforms(seed);
  const ranks = row.operands.map(({ shape }) => shape.length);
  // With exact values there is no smaller input to repeat.
  const exact = row.operands.some(({ data }) => data);
  const ways = WAYS.filter(([title], i) => {
    if (i === 0) return true;
    if (title.includes('second') && !(ranks.length > 1 && ranks[1]! > 0)) return false;
    if (title.includes('middle') || title.includes('channels first')) return ranks[0]! > 2 && !exact;
    return Math.max(...ranks) > (title.includes('reverse') ? 1 : 0) && !(exact && title.includes('broadcast'));
  });
  return ways.map(([title, feedOf]) => {
    const feeds = row.operands.map((operand, i) => (operand.data ? asIs(operand) : feedOf(operand, i)));
    const inputs = row.operands.map(({ dtype = 'float32', range, data }, i): Input => {
      const { shape } = feeds[i]!;
      const values = data ? asData(data, dtype) : randomData(next, shape, dtype, range);
      return { name: NAMES[i]!, shape, dtype, data: values };
    });
    const fn: TracedFunction = (tensors) =>
      named(row.fn(...feeds.map(({ prepare }, i) => prepare(tensors[NAMES[i]!]!))));
    return { title, inputs, fn };
  });
}

/** Several variants as one function. */
export function together(variants: readonly Variant[]): Omit<Variant, 'title'> {
  return {
    inputs: variants.flatMap(({ inputs }, i) => inputs.map((input) => ({ ...input, name: `${input.name}.${i}` }))),
    fn: (tensors) =>
      Object.fromEntries(
        variants.flatMap(({ inputs, fn }, i) => {
          const own = Object.fromEntries(inputs.map(({ name }) => [name, tensors[`${name}.${i}`]!]));
          return Object.entries(fn(own)).map(([name, tensor]) => [`${name}, ${variants[i]!.title}`, tensor]);
        }),
      ),
  };
}

/** The row on tensors that the function closes over: nothing of it may be left in the graph. */
export function constantVariant(row: KernelRow, seed: number): TracedFunction {
  const [{ inputs, fn }] = variantsOf(row, seed) as [Variant];
  return () => fn(Object.fromEntries(inputs.map((input) => [input.name, asTensor(input)])));
}

function asData(values: readonly number[], dtype: Input['dtype']): Data {
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}

const named = (result: Result): Record<string, tf.Tensor> =>
  Object.fromEntries([result].flat().map((tensor, i) => [`y${i}`, tensor]));
