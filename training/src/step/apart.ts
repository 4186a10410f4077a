/**
 * What learns beside the network, with moments of its own: the discriminator and the reader of a student. No
 * weight decay, no average, and the clipping does not see it.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import type { ParameterSpec } from '../layers/types.ts';
import { initParameters } from '../model/parameters.ts';
import { adamUpdate, momentRates } from '../optimizer/adam.ts';
import { join, separate } from '../optimizer/bundles.ts';
import type { Distillation, Tensors, TrainStepOptions } from './contracts.ts';
import { createDiscriminator, type Judged } from './discriminator.ts';
import { createReader } from './reader.ts';

/** Names of the discriminator begin so. */
export const DISCRIMINATOR = 'discriminator.';
/** Names of the reader begin so. */
export const READER = 'reader.';

/** Adam's moments, before the name. */
export const MOMENTS = ['adam.m.', 'adam.v.'] as const;

export interface Apart {
  /** Names in the state. */
  members: { name: string; shape: number[]; size: number }[];
  /** How much faster than the network it learns. */
  rate: number;
  /** Its first values, by these names. */
  initial(): Map<string, Float32Array>;
}

/** The first weights of a student's judges are the same in every run. */
const SEED = 0;

/** Whether each counts, as `Distillation` has it. */
export type ApartOptions = Pick<Distillation, 'adversarial' | 'conditional'>;

export function apartOf({ adversarial, conditional }: ApartOptions, model: Judged): Apart[] {
  const wanted = [
    ...(adversarial > 0 ? [judge(DISCRIMINATOR, createDiscriminator(model))] : []),
    ...(conditional > 0 ? [judge(READER, createReader(model))] : []),
  ];
  return wanted.filter(({ members }) => members.length > 0); // a reader of masks alone has no heads
}

const judge = (prefix: string, { parameters }: { parameters: ParameterSpec[] }): Apart => ({
  members: members(
    prefix,
    parameters.map(({ name, shape }) => [name, shape] as const),
  ),
  rate: 2,
  initial: () => named(prefix, initParameters({ parameters }, SEED)),
});

const members = (prefix: string, shapes: Iterable<readonly [string, readonly number[]]>) =>
  Array.from(shapes, ([name, shape]) => ({ name: prefix + name, shape: [...shape], size: sizeOf(shape) }));

const named = (prefix: string, values: Iterable<readonly [string, Float32Array]>) =>
  new Map(Array.from(values, ([name, array]) => [prefix + name, array] as const));

/** @param gradientOf a tensor, by its name in the state @param inputs the step's scalars */
export function updateApart(
  { members, rate }: Apart,
  options: TrainStepOptions,
  state: Tensors,
  gradientOf: (name: string) => tf.Tensor,
  inputs: Tensors,
): Tensors {
  const bundle = { members };
  const read = (prefix: string) => join(bundle, (name) => state[prefix + name]!);
  const gradient = join(bundle, gradientOf);
  const scalars = {
    stepSize: tf.mul(inputs.stepSize!, rate) as tf.Scalar,
    epsilon: inputs.epsilon as tf.Scalar,
    weightFactor: tf.scalar(1),
  };
  const plain = { ...options, weightDecay: 0 };
  const rates = momentRates(plain, undefined);
  const moments = { m: read(MOMENTS[0]), v: read(MOMENTS[1]) };
  const square = tf.mul(gradient, gradient);
  const updated = adamUpdate(plain, scalars, rates, undefined, read(''), gradient, square, moments);
  const parts = [
    ['', updated.parameter],
    [MOMENTS[0], updated.m],
    [MOMENTS[1], updated.v],
  ] as const;
  return Object.fromEntries(
    parts.flatMap(([prefix, vector]) => separate(bundle, vector).map(([name, tensor]) => [prefix + name, tensor])),
  );
}
