/**
 * Muon's update of the hidden matrices of a network. Those that are small are joined end to end, those of one shape
 * beside each other: then the momentum, the weights and their average are one vector each, and matrices of one shape
 * are one stack without a copy for each. Large ones stay alone, since joining their gradients would copy them.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import { shrinks } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import { type Bundle, join, separate } from '../optimizer/bundles.ts';
import { emaUpdate } from '../optimizer/ema.ts';
import { muonMomentum, muonUpdates, sidesOf } from '../optimizer/muon.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';

/** Matrices with fewer elements are joined. */
const LARGE = 1 << 18;

/** A bundle of the small ones, sorted by their sides, and one for each large one. */
export function hiddenBundles(parameters: readonly { name: string; shape: readonly number[] }[]): Bundle[] {
  const members = parameters.map(({ name, shape }) => ({ name, shape, size: sizeOf(shape) }));
  const small = members.filter(({ size }) => size < LARGE).sort((a, b) => compareSides(sidesOf(a), sidesOf(b)));
  const large = members.filter(({ size }) => size >= LARGE);
  return [...(small.length > 0 ? [{ members: small }] : []), ...large.map((member) => ({ members: [member] }))];
}

export const compareSides = (a: [number, number], b: [number, number]): number => a[0] - b[0] || a[1] - b[1];

/**
 * @param gradients of the bundles, joined @param clip scales them, if given @param inputs the step's scalars
 * @returns the next state of all their parameters
 */
export function updateHidden(
  bundles: readonly Bundle[],
  options: TrainStepOptions,
  state: Tensors,
  gradients: readonly tf.Tensor[],
  clip: tf.Scalar | undefined,
  inputs: Tensors,
): Tensors {
  const read = (bundle: Bundle, prefix: string) => join(bundle, (name) => state[`${prefix}.${name}`]!);
  const moments = bundles.map((bundle, i) => muonMomentum(read(bundle, 'adam.m'), gradients[i]!, clip));
  const stacks = bundles.map((bundle, i) => stacked(bundle, moments[i]!.direction));
  const updates = muonUpdates(stacks.flat(), inputs.lr as tf.Scalar);
  const after: Tensors = {};
  for (const [i, bundle] of bundles.entries()) {
    const own = updates.splice(0, stacks[i]!.length);
    const before = read(bundle, 'model');
    const kept = shrinks(options) ? tf.mul(before, inputs.weightFactor!) : before;
    const parameter = tf.sub(kept, unstacked(own, before.shape));
    const write = (prefix: string, joined: tf.Tensor) => {
      for (const [name, tensor] of separate(bundle, joined)) after[`${prefix}.${name}`] = tensor;
    };
    write('model', parameter);
    write('adam.m', moments[i]!.m);
    if (options.ema) write('ema', emaUpdate(read(bundle, 'ema'), parameter, inputs.emaRate as tf.Scalar));
  }
  return after;
}

/** The bundle's matrices, a stack [count, rows, columns] for each shape. */
export function stacked({ members }: Bundle, joined: tf.Tensor): tf.Tensor3D[] {
  const shapes: [number, number, number][] = [];
  for (const member of members) {
    const [last, sides] = [shapes.at(-1), sidesOf(member)];
    if (last?.[1] === sides[0] && last[2] === sides[1]) last[0]++;
    else shapes.push([1, ...sides]);
  }
  const parts = shapes.length === 1 ? [joined] : tf.split(joined, shapes.map(sizeOf));
  return parts.map((part, i) => tf.reshape(part, shapes[i]!));
}

/** The opposite of `stacked`. @param shape of what is joined */
export function unstacked(stacks: readonly tf.Tensor3D[], shape: number[]): tf.Tensor {
  const parts = stacks.map((stack) => tf.reshape(stack, [stack.size]) as tf.Tensor1D);
  return tf.reshape(parts.length === 1 ? parts[0]! : tf.concat1d(parts), shape);
}
