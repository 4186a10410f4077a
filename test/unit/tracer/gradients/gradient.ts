/**
 * Gradients through tfjs' own differentiation: traced on onnxruntime against eager on tfjs' cpu backend.
 * Every case is differentiated with respect to all its operands, for a random upstream gradient that is an input too.
 */
import * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import { expectTraced, randomInput, runEager, uniforms } from '#test/models/traced.ts';
import type { Operand } from '../rows/row.ts';

// biome-ignore lint/suspicious/noExplicitAny: cases call operators that are typed by rank.
export type Fn = (...operands: any[]) => tf.Tensor;
export type Case = readonly [title: string, operands: readonly Operand[], fn: Fn];

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Inputs for the operands and the upstream gradient dy, and the function from them to value and gradients. */
export function differentiated(operands: readonly Operand[], fn: Fn, seed: number) {
  const next = uniforms(seed);
  const inputs = operands.map(({ shape, range }, i) => randomInput(next, NAMES[i]!, shape, range));
  const { y } = runEager((tensors) => ({ y: fn(...NAMES.flatMap((name) => tensors[name] ?? [])) }), inputs);
  const dy = randomInput(next, 'dy', y!.shape);
  const gradients = (tensors: Record<string, tf.Tensor>) => {
    const operandTensors = inputs.map(({ name }) => tensors[name]!);
    const { value, grads } = tf.valueAndGrads((...args: tf.Tensor[]) => fn(...args))(operandTensors, tensors.dy!);
    return { value, ...Object.fromEntries(grads.map((grad, i) => [`d${NAMES[i]}`, grad])) };
  };
  return { inputs: [...inputs, dy], gradients };
}

export const check = (cases: readonly Case[]) =>
  it.each(cases.map((c, i) => [...c, i] as const))('agrees with tfjs: %s', async (_, operands, fn, seed) => {
    const { inputs, gradients } = differentiated(operands, fn, seed + 1);
    await expectTraced(gradients, inputs);
  });
