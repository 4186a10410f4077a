/**
 * Parameters that are updated together as one vector. A network has many small parameters (biases, scales), and an
 * update takes a dozen operations on each: end to end, they cost as much as one. Large ones stay alone, since joining
 * them would copy them.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';

export interface Bundle {
  members: { name: string; shape: readonly number[]; size: number }[];
}

/** Parameters with fewer elements are joined. */
const LARGE = 1 << 15;

export function bundleParameters(parameters: readonly { name: string; shape: readonly number[] }[]): Bundle[] {
  const members = parameters.map(({ name, shape }) => {
    return { name, shape, size: sizeOf(shape) };
  });
  const small = members.filter(({ size }) => size < LARGE);
  const large = members.filter(({ size }) => size >= LARGE);
  return [...(small.length > 0 ? [{ members: small }] : []), ...large.map((member) => ({ members: [member] }))];
}

/** The bundle's tensors end to end, [sum of sizes]; a bundle of one is that tensor as it is. */
export function join({ members }: Bundle, tensor: (name: string) => tf.Tensor): tf.Tensor {
  if (members.length === 1) return tensor(members[0]!.name);
  return tf.concat1d(members.map(({ name, size }) => tf.reshape(tensor(name), [size]) as tf.Tensor1D));
}

/** The opposite of `join`: name and tensor of each member. */
export function separate({ members }: Bundle, joined: tf.Tensor): (readonly [string, tf.Tensor])[] {
  if (members.length === 1) return [[members[0]!.name, joined]];
  const sizes = members.map(({ size }) => size);
  const parts = tf.split(joined, sizes);
  return members.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [...shape])] as const);
}
