/** Tensors of onnxruntime around the arrays of a training step. */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { sizeOf } from '@onnoise/scheduler/model';
import type { Joined } from '@onnoise/tracer';
import type { StepInputs, StepTensor } from '../../step/contracts.ts';

const NEXT = 'next.';

/** The name of what comes after a tensor of the state. */
export const nextOf = (name: string): string => NEXT + name;

export const prefixed = <T>(named: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [nextOf(name), value]));

export type Tensors = Record<string, ort.Tensor>;

/**
 * Remembers what was made of an object. A step's two sets of buffers take turns for a whole run, and picking hundreds of
 * tensors by name takes milliseconds.
 */
export function once<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { value: V }>();
  return (key) => {
    const known = made.get(key) ?? { value: make(key) };
    made.set(key, known);
    return known.value;
  };
}

/** Those of the given names that there are. */
export const only = (all: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.filter((name) => all[name]).map((name) => [name, all[name]!]));

export const tensor = (shape: readonly number[], data: Float32Array | Int32Array): ort.Tensor =>
  data instanceof Int32Array ? new ort.Tensor('int32', data, shape) : new ort.Tensor('float32', data, shape);

/** A buffer for every tensor of the state. Joined tensors are views of one buffer, which is a tensor, too. */
export function buffers(specs: readonly StepTensor[], joined: readonly Joined[] = []): Tensors {
  const sizes = new Map(specs.map(({ name, shape }) => [name, sizeOf(shape)]));
  const views = new Map<string, Float32Array>();
  const vectors = joined.map(({ name, members }) => {
    const vector = new Float32Array(members.reduce((sum, member) => sum + sizes.get(member)!, 0));
    let end = 0;
    for (const member of members) {
      const from = end;
      end += sizes.get(member)!;
      views.set(member, vector.subarray(from, end));
    }
    return [name, tensor([vector.length], vector)] as const;
  });
  const tensors = specs.map(({ name, shape }) => {
    return [name, tensor(shape, views.get(name) ?? new Float32Array(sizeOf(shape)))] as const;
  });
  return Object.fromEntries([...tensors, ...vectors]);
}

export function feeds(specs: readonly StepTensor[], inputs: StepInputs): Tensors {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const data = inputs[name];
      if (!data) throw new Error(`the training step lacks its input ${name}`);
      return [name, tensor(shape, data)];
    }),
  );
}
