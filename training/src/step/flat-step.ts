/**
 * The training step on a flat state: a vector of weights, one of each moment and one of averages, instead of hundreds of
 * tensors. Optimizer and average run once over everything, a device keeps four buffers, and a graph has four state inputs:
 * GPUs have a limit of ten or so buffers for each kernel.
 *
 * The arithmetic is that of step.ts; sums of gradients over all parameters are made in another order.
 *
 * Limits: no accumulation, no privacy and no teacher.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { FlatLayout } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { adamUpdate, clipFactor, momentRates } from '../optimizer/adam.ts';
import { emaUpdate } from '../optimizer/ema.ts';
import { isHiddenMatrix, muonMomentum, muonUpdates, sidesOf } from '../optimizer/muon.ts';
import type { StepOutputs, StepTensor, Tensors, TrainStepOptions } from './contracts.ts';
import { compareSides, stacked, unstacked } from './hidden-update.ts';
import { differentiate } from './objective.ts';
import { createTrainStep } from './step.ts';

export interface FlatStep {
  layout: FlatLayout;
  /** A vector each. */
  state: StepTensor[];
  /** As those of `TrainStep`. */
  inputs: StepTensor[];
  run(state: Tensors, inputs: Tensors): { state: Tensors; outputs: StepOutputs };
}

/** The squares of a long vector are added up row by row: one sum of all is slow on a GPU, and rounds more. */
const ROW = 256;

/** @throws InputError for settings that a flat step does not have. */
export function createFlatStep(model: TrainableModel, options: TrainStepOptions): FlatStep {
  const refuse = (flag: string, rule: string, received: unknown): never => {
    throw new InputError(`Cannot flatten the training step: ${flag} must be ${rule}, received ${received}.`);
  };
  if (options.accumulate > 1) refuse('--accumulate', '1', options.accumulate);
  if (options.privacy) refuse('--dp-epsilon', 'left out', 'given');
  if (options.distillation) refuse('--calls', 'left out', options.distillation.calls.length);
  const groups = groupsOf(model, options);
  const layout = layoutOf(model, groups, options);
  return {
    layout,
    state: layout.vectors.map(({ name, size }) => ({ name, shape: [size], dtype: 'float32' })),
    inputs: createTrainStep(model, options).inputs,
    run: (state, inputs) => tf.tidy(() => runFlat({ model, options, groups, layout }, state, inputs)),
  };
}

type Members = { name: string; shape: readonly number[]; size: number }[];

/** The parameters in the order of the vectors. */
interface Groups {
  adam: Members;
  muon: Members;
  kept: Members;
}

function groupsOf({ parameters }: TrainableModel, { optimizer }: TrainStepOptions): Groups {
  const all = parameters.map((parameter) => ({ ...parameter, size: sizeOf(parameter.shape) }));
  const isHidden = (parameter: (typeof all)[number]) => optimizer === 'muon' && isHiddenMatrix(parameter);
  const trained = all.filter(({ trainable }) => trainable);
  return {
    adam: trained.filter((parameter) => !isHidden(parameter)),
    muon: trained.filter(isHidden).sort((a, b) => compareSides(sidesOf(a), sidesOf(b))),
    kept: all.filter(({ trainable }) => !trainable),
  };
}

const total = (members: Members) => members.reduce((sum, { size }) => sum + size, 0);

function layoutOf({ parameters }: TrainableModel, groups: Groups, { ema }: TrainStepOptions): FlatLayout {
  const offsets = new Map<string, number>();
  let end = 0;
  for (const { name, size } of [...groups.adam, ...groups.muon, ...groups.kept]) {
    offsets.set(name, end);
    end += size;
  }
  const trained = total(groups.adam) + total(groups.muon);
  const sizes = { model: end, 'adam.m': trained, 'adam.v': total(groups.adam), ...(ema && { ema: trained }) };
  return {
    vectors: Object.entries(sizes).map(([name, size]) => ({ name, size })),
    parameters: parameters.map(({ name, shape }) => ({ name, shape: [...shape], offset: offsets.get(name)! })),
  };
}

interface Parts {
  model: TrainableModel;
  options: TrainStepOptions;
  groups: Groups;
  layout: FlatLayout;
}

function runFlat({ model, options, groups, layout }: Parts, state: Tensors, inputs: Tensors) {
  const named: Tensors = {};
  for (const { name, shape, offset } of layout.parameters) {
    const values = tf.slice(state.model as tf.Tensor1D, [offset], [sizeOf(shape)]);
    named[`model.${name}`] = tf.reshape(values, [...shape]);
  }
  const { loss, gradients, buffers } = differentiate(model, options, named, inputs);
  const gradient = (members: Members) => flat(members.map(({ name }) => gradients.get(name)!));
  const [adam, muon] = [groups.adam, groups.muon].map(gradient) as [tf.Tensor1D, tf.Tensor1D];
  const square = tf.mul(adam, adam);
  const squares = [...(adam.size > 0 ? [square] : []), ...(muon.size > 0 ? [tf.mul(muon, muon)] : [])];
  const gradNorm = tf.sqrt(squares.map(sumOf).reduce((sum, part) => tf.add(sum, part))) as tf.Scalar;
  const clip = options.clipNorm === null ? undefined : clipFactor(gradNorm, options.clipNorm);

  const part = (name: string, from: number, size: number) => tf.slice(state[name] as tf.Tensor1D, [from], [size]);
  const first = adam.size;
  const updated = adamUpdate(
    options,
    inputs as unknown as Parameters<typeof adamUpdate>[1],
    momentRates(options, clip),
    clip,
    part('model', 0, first),
    adam,
    square,
    { m: part('adam.m', 0, first), v: state['adam.v']! },
  );
  const weights = [updated.parameter];
  const moments = [updated.m];
  if (muon.size > 0) {
    const { m, direction } = muonMomentum(part('adam.m', first, muon.size), muon, clip);
    const steps = muonUpdates(stacked({ members: groups.muon }, direction), inputs.lr as tf.Scalar);
    const before = part('model', first, muon.size);
    const kept = inputs.weightFactor ? tf.mul(before, inputs.weightFactor) : before;
    weights.push(tf.sub(kept, unstacked(steps, [muon.size])));
    moments.push(m);
  }
  const trained = flat(weights);
  const after: Tensors = {
    model: groups.kept.length === 0 ? trained : flat([trained, ...groups.kept.map(({ name }) => bufferOf(name))]),
    'adam.m': flat(moments),
    'adam.v': updated.v,
    ...(state.ema && { ema: emaUpdate(state.ema, trained, inputs.emaRate as tf.Scalar) }),
  };
  return { state: after, outputs: { loss, gradNorm } };

  function bufferOf(name: string): tf.Tensor {
    return buffers.get(name) ?? named[`model.${name}`]!;
  }
}

/** Tensors end to end. */
function flat(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const parts = tensors.map((tensor) => tf.reshape(tensor, [tensor.size]) as tf.Tensor1D);
  if (parts.length === 0) return tf.zeros([0]);
  return parts.length === 1 ? parts[0]! : tf.concat1d(parts);
}

function sumOf(values: tf.Tensor): tf.Tensor {
  const rows = Math.ceil(values.size / ROW);
  const padded = tf.pad1d(values as tf.Tensor1D, [0, rows * ROW - values.size]);
  return tf.sum(tf.sum(tf.reshape(padded, [rows, ROW]), 1));
}
