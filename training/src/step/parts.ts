/**
 * A training step in its two halves, each a pure function of tfjs ops: the loss and the gradients of some images (objective.ts),
 * and the update of the weights from them (update.ts). A step at once is both in turn. A step in parts averages what several
 * small batches give before it updates; its result is that of the whole batch up to rounding, unless the network has BatchNorm:
 * that takes its statistics from each small batch.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import type { StepInputs } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { type Bundle, join } from '../optimizer/bundles.ts';
import { apartOf, updateApart } from './apart.ts';
import type { CountedParts, StepOutputs, StepParts, StepTensor, Tensors, TrainStepOptions } from './contracts.ts';
import { differentiate } from './objective.ts';
import { stateOptions, TEACHER } from './state.ts';
import { groupParameters, updateGroups } from './update.ts';

/** What a part gives, beside the names of the state. */
const LOSS = 'given.loss';
export const GRADIENT = 'given.gradient.';

/** Both halves for batches of any size. */
export interface StepHalves {
  weights: StepTensor[];
  gives: StepTensor[];
  /** @param images of the batch */
  differentiate(state: Tensors, inputs: Tensors, images: number): Tensors;
  update(state: Tensors, given: Tensors, scalars: Tensors): { state: Tensors; outputs: StepOutputs };
}

/** @param state all tensors of the state */
export function halvesOf(model: TrainableModel, options: TrainStepOptions, state: readonly StepTensor[]): StepHalves {
  const groups = groupParameters(model, options);
  const bundles = [...groups.adam, ...groups.muon];
  const apart = apartOf(stateOptions(options), model);
  const beside = new Set(apart.flatMap(({ members }) => members.map(({ name }) => name)));
  const others = state.filter(({ name }) => beside.has(name));
  const buffers = new Set(model.parameters.filter(({ trainable }) => !trainable).map(({ name }) => `model.${name}`));
  const teacher = state.filter(({ name }) => name.startsWith(TEACHER));
  const read = state.filter(({ name }) => name.startsWith('model.') || beside.has(name));
  return {
    weights: [...read.filter(({ name }) => !buffers.has(name)), ...teacher],
    gives: [
      { name: LOSS, shape: [], dtype: 'float32' },
      ...bundles.map((bundle): StepTensor => ({ name: nameOf(bundle), shape: shapeOf(bundle), dtype: 'float32' })),
      ...others.map(({ name, ...spec }): StepTensor => ({ name: GRADIENT + name, ...spec })),
      ...read.filter(({ name }) => buffers.has(name)),
    ],
    differentiate: (before, inputs, images) =>
      tf.tidy(() => {
        const { loss, gradients, buffers } = differentiate(model, { ...options, batch: images }, before, inputs);
        const given: Tensors = { [LOSS]: loss };
        for (const bundle of bundles) given[nameOf(bundle)] = join(bundle, (name) => gradients.get(name)!);
        for (const { name } of others) given[GRADIENT + name] = gradients.get(name)!;
        for (const { name, trainable } of model.parameters) {
          if (!trainable) given[`model.${name}`] = buffers.get(name) ?? before[`model.${name}`]!;
        }
        return given;
      }),
    update: (before, given, scalars) =>
      tf.tidy(() => {
        const vectorsOf = (some: readonly Bundle[]) => some.map((bundle) => given[nameOf(bundle)]!);
        const vectors = { adam: vectorsOf(groups.adam), muon: vectorsOf(groups.muon) };
        const { state: after, gradNorm } = updateGroups(groups, options, before, vectors, scalars);
        for (const name of buffers) after[name] = given[name]!;
        for (const { name } of teacher) after[name] = before[name]!;
        for (const group of apart) {
          Object.assign(
            after,
            updateApart(group, options, before, (name) => given[GRADIENT + name]!, scalars),
          );
        }
        return { state: after, outputs: { loss: given[LOSS] as tf.Scalar, gradNorm } };
      }),
  };
}

/**
 * @param images of a part @param inputs of a part @param scalars of an update
 * @returns the step in `count` parts
 */
export const partsOf = (
  { weights, gives, differentiate, update }: StepHalves,
  count: number,
  images: number,
  inputs: StepTensor[],
  scalars: StepTensor[],
): CountedParts => ({
  count,
  share: 1 / count,
  weights,
  inputs,
  gives,
  scalars,
  differentiate: (before, given) => differentiate(before, given, images),
  update,
});

/** Whether the images of a batch need nothing of each other: BatchNorm makes them. */
export const canBeCut = (model: TrainableModel, { accumulate, privacy }: TrainStepOptions): boolean =>
  accumulate === 1 && !privacy && model.parameters.every(({ trainable }) => trainable);

/** What the parts gave so far, with a further part: a share of its loss and gradients, and its statistics as they are. */
export const addPart = ({ share }: StepParts, totals: Tensors, part: Tensors): Tensors =>
  mapTensors(part, (value, name) => (isSum(name) ? tf.add(totals[name]!, tf.mul(value, share)) : value));

/** The mean of what parts gave that were computed beside each other. */
export const meanOf = (parts: readonly Tensors[]): Tensors =>
  mapTensors(parts[0]!, (_, name) =>
    tf.mul(
      parts.map((part) => part[name]!).reduce((sum, part) => tf.add(sum, part)),
      1 / parts.length,
    ),
  );

const isSum = (name: string) => name === LOSS || name.startsWith(GRADIENT);

const mapTensors = (tensors: Tensors, work: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, work(tensor, name)]));

/** How many parts these inputs are for. */
export function countParts(inputs: StepInputs, { inputs: specs, count }: Pick<StepParts, 'inputs' | 'count'>): number {
  const [{ name, shape }] = specs as [StepTensor];
  return count ?? (inputs[name]?.length ?? 0) / sizeOf(shape);
}

/** The inputs of part `number` of an update. */
export function inputsOfPart(
  inputs: StepInputs,
  parts: Pick<StepParts, 'inputs' | 'count'>,
  number: number,
): StepInputs {
  const count = countParts(inputs, parts);
  return Object.fromEntries(
    parts.inputs.map(({ name, shape }) => {
      const [values, size] = [inputs[name], sizeOf(shape)];
      if (values?.length !== count * size) throw new Error(`the training step lacks its input ${name}`);
      return [name, values.subarray(number * size, (number + 1) * size)];
    }),
  );
}

/** A gradient by the name of its parameter, or of the first where several are one vector. */
const nameOf = ({ members }: Bundle): string =>
  members.length === 1 ? GRADIENT + members[0]!.name : `${GRADIENT}${members[0]!.name}.and-${members.length - 1}-more`;

/** Of a bundle's joined tensor. */
function shapeOf({ members }: Bundle): number[] {
  if (members.length === 1) return [...members[0]!.shape];
  return [members.reduce((sum, { size }) => sum + size, 0)];
}
