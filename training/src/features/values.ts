/** Values between the operators of a feature network: tensors, and constants until an operator needs them as such. */
import type { Attribute, Constant, Node } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';

/** An operator, or a use of it, that cannot be differentiated here; the message is the end of a sentence. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export type Value = tf.Tensor | Constant;

/** A node with its inputs; undefined: left out, as ONNX allows. */
export interface Call {
  op: string;
  inputs: readonly (Value | undefined)[];
  attributes: Node['attributes'];
  opset: number;
  /** Images that are computed, and those that the file was written for. */
  batch: { now: number; written: number | undefined };
}

export const isTensor = (value: Value): value is tf.Tensor => value instanceof tf.Tensor;

export function given({ op, inputs }: Call, index: number): Value {
  const value = inputs[index];
  if (value === undefined) throw new Refused(`${op} without its input ${index}`);
  return value;
}

/** @throws Refused for a constant that is no tensor of tfjs */
export function asTensor(value: Value): tf.Tensor {
  if (isTensor(value)) return value;
  return tf.tensor(floatsOf(value), [...value.dims], 'float32');
}

export const tensorAt = (call: Call, index: number): tf.Tensor => asTensor(given(call, index));

/** An image [N, C, h, w]. */
export function imageAt(call: Call, index: number): tf.Tensor4D {
  const x = tensorAt(call, index);
  if (x.rank !== 4) throw new Refused(`${call.op} of ${x.rank} axes, where images have 4`);
  return x as tf.Tensor4D;
}

/** @throws Refused where it is computed: weights are frozen */
export function constantAt(call: Call, index: number): Constant {
  const value = given(call, index);
  if (isTensor(value)) throw new Refused(`${call.op} whose input ${index} is computed, and no constant`);
  return value;
}

export function floatsOf({ dtype, data }: Constant): Float32Array {
  if (data instanceof Float32Array) return data;
  if (dtype === 'float16') throw new Refused('weights of float16: export it as float32');
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

export const integersOf = ({ data }: Constant): number[] => Array.from(data as ArrayLike<number | bigint>, Number);

/** Numbers of an attribute, or since some opset of an input; undefined: neither. */
export function integers(call: Call, name: string, index?: number): number[] | undefined {
  const attribute = call.attributes[name];
  if (attribute && 'ints' in attribute) return [...attribute.ints];
  return index !== undefined && call.inputs[index] !== undefined ? integersOf(constantAt(call, index)) : undefined;
}

export function integer({ attributes }: Call, name: string, usual: number): number {
  const attribute = attributes[name];
  return attribute && 'int' in attribute ? attribute.int : usual;
}

export function float({ attributes }: Call, name: string, usual: number): number {
  const attribute = attributes[name];
  return attribute && 'float' in attribute ? attribute.float : usual;
}

export function text({ attributes }: Call, name: string, usual: string): string {
  const attribute: Attribute | undefined = attributes[name];
  return attribute && 'string' in attribute ? attribute.string : usual;
}

export const toLast = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 2, 3, 1]);
export const toFirst = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 3, 1, 2]);
