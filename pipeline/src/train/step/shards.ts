/**
 * A step in shards: the gradients of equal parts of the batch, then one update from their mean. Each is a pure function
 * of tfjs ops. The shards need nothing of each other, so they can run beside each other; the result is that of the
 * whole batch up to rounding.
 *
 * Limits: images of a batch that depend on each other, as BatchNorm and a learned schedule make them, have no shards.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../../model/described.ts';
import { type Bundle, join } from './bundles.ts';
import type { ShardedStep, StepTensor, TrainStepOptions } from './contracts.ts';
import { differentiate, type Tensors } from './objective.ts';
import { groupParameters, updateGroups } from './update.ts';

const LOSS = 'shard.loss';
const GRADIENT = 'shard.gradient.';

/** Can batches of the network be cut? */
export const hasShards = (model: TrainableModel, { accumulate, learnSchedule }: TrainStepOptions): boolean =>
  accumulate === 1 && !learnSchedule && model.parameters.every(({ trainable }) => trainable);

/**
 * @param options `batch` is the whole batch, a multiple of `count` @param inputsOf inputs for so many images
 * @param scalars of a step
 */
export function shardedStep(
  model: TrainableModel,
  options: TrainStepOptions,
  count: number,
  state: readonly StepTensor[],
  inputsOf: (images: number) => StepTensor[],
  scalars: StepTensor[],
): ShardedStep {
  const batch = options.batch / count;
  const groups = groupParameters(model, options);
  const bundles = [...groups.adam, ...groups.muon];
  const gives: StepTensor[] = [
    { name: LOSS, shape: [], dtype: 'float32' },
    ...bundles.map((bundle, i): StepTensor => ({ name: GRADIENT + i, shape: shapeOf(bundle), dtype: 'float32' })),
  ];
  const mean = (parts: readonly Tensors[], name: string): tf.Tensor =>
    tf.mul(
      parts.map((part) => part[name]!).reduce((sum, part) => tf.add(sum, part)),
      1 / count,
    );
  return {
    count,
    weights: state.filter(({ name }) => name.startsWith('model.')),
    inputs: inputsOf(batch),
    gives,
    scalars,
    differentiate: (weights, inputs) =>
      tf.tidy(() => {
        const { loss, gradients } = differentiate(model, { ...options, batch }, weights, inputs);
        const vectors = bundles.map((bundle, i) => [GRADIENT + i, join(bundle, (name) => gradients.get(name)!)]);
        return { [LOSS]: loss, ...Object.fromEntries(vectors) };
      }),
    update: (before, parts, given) =>
      tf.tidy(() => {
        const vectors = bundles.map((_, i) => mean(parts, GRADIENT + i));
        const own = { adam: vectors.slice(0, groups.adam.length), muon: vectors.slice(groups.adam.length) };
        const { state: after, gradNorm } = updateGroups(groups, options, before, own, given);
        return { state: after, outputs: { loss: mean(parts, LOSS) as tf.Scalar, gradNorm } };
      }),
  };
}

/** Of a bundle's joined tensor. */
function shapeOf({ members }: Bundle): number[] {
  if (members.length === 1) return [...members[0]!.shape];
  return [members.reduce((sum, { size }) => sum + size, 0)];
}
