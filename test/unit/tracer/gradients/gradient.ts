/** A function and its gradients with respect to all its operands, for a random upstream gradient that is an input too. */
import * as tf from '@tensorflow/tfjs';
import { type Input, randomInput, runEager, uniforms } from '#test/models/traced.ts';

// biome-ignore lint/suspicious/noExplicitAny: cases call operators that are typed by rank.
export type Fn = (...operands: any[]) => tf.Tensor;

const NAMES = ['a', 'b', 'c'];

/** Inputs for the operands and the upstream gradient dy, and the function from them to value and gradients. */
export function differentiated(
  shapes: readonly (readonly number[])[],
  fn: Fn,
  valueAt?: (index: number, all: number) => number,
) {
  const next = uniforms(shapes.length + 1);
  const sizes = shapes.map((shape) => shape.reduce((product, side) => product * side, 1));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let index = 0;
  const inputs = shapes.map((shape, i): Input => {
    const input = randomInput(next, NAMES[i]!, shape, [-1, 1]);
    return valueAt ? { ...input, data: input.data.map(() => valueAt(index++, all)) } : input;
  });
  const { y } = runEager((tensors) => ({ y: fn(...NAMES.flatMap((name) => tensors[name] ?? [])) }), inputs);
  const dy = randomInput(next, 'dy', y!.shape);
  const gradients = (tensors: Record<string, tf.Tensor>) => {
    const operands = inputs.map(({ name }) => tensors[name]!);
    const { value, grads } = tf.valueAndGrads((...args: tf.Tensor[]) => fn(...args))(operands, tensors.dy!);
    return { value, ...Object.fromEntries(grads.map((grad, i) => [`d${NAMES[i]}`, grad])) };
  };
  return { inputs: [...inputs, dy], gradients };
}
