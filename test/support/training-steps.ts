/** Trains a `tf.layers` model for ten steps twice: by its traced step on onnxruntime, and by tfjs' own `trainOnBatch`. */
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel, type TensorSpec, type TrainingStep, traceTrainingStep } from '#tracer/index.ts';
import { expectClose } from './compare.ts';
import { type Data, randomData, uniforms } from './models/traced.ts';

const STEPS = 10;

/** The seed of all dropout layers, which then draw the same at each step. */
export const DROPOUT_SEED = 7;

type Values = Record<string, Data>;

export interface Trained {
  /** Number of examples of a step. */
  batch: number;
  /** Of the inputs. */
  range: readonly [number, number];
  /** Whether targets are classes; else they are any numbers. */
  classes: boolean;
  /** Of losses, and of weights, absolute and relative. */
  tolerance: number;
}

/** Trains both ways and compares all losses and weights. Returns the step. */
export async function expectTrained(model: tf.LayersModel, { batch, range, classes, tolerance }: Trained) {
  const step = traceTrainingStep(model, { batch });
  const given = (index: number): Values => ({ ...dataOf(step, range, index, classes), ...drawn(step) });
  const eager = await trainEager(model, step, given);
  const traced = await trainTraced(step, given);
  const limits = { absolute: tolerance, relative: tolerance };
  expectClose(traced.losses, eager.losses, { ...limits, what: 'losses' });
  for (const [i, { name }] of step.state.slice(0, eager.weights.length).entries()) {
    expectClose(traced.state[name]!, eager.weights[i]!, { ...limits, what: name });
  }
  return { step, losses: traced.losses, apart: apart(step, eager.weights, traced.state) };
}

/** How far the changes of all weights are apart, as a share of the changes: lengths of vectors. */
function apart(step: TrainingStep, eager: readonly Float32Array[], traced: Values): number {
  let [between, all] = [0, 0];
  for (const [i, weights] of eager.entries()) {
    const { name, initial } = step.state[i]!;
    for (const [j, weight] of weights.entries()) {
      between += (weight - traced[name]![j]!) ** 2;
      all += (weight - initial[j]!) ** 2;
    }
  }
  return Math.sqrt(between / all);
}

/** Runs steps on onnxruntime; `given` says what goes in at each. */
async function trainTraced(step: TrainingStep, given: (index: number) => Values) {
  const session = await InferenceSession.create(encodeModel(step.graph), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const float = ({ name, shape }: Pick<TensorSpec, 'name' | 'shape'>) => ({ name, shape, dtype: 'float32' }) as const;
  const rate = step.learningRate === undefined ? [] : [float({ name: 'learning_rate', shape: [] })];
  const specs: TensorSpec[] = [...step.inputs, ...step.targets, ...[...step.noise, ...step.state].map(float), ...rate];
  const state: Values = Object.fromEntries(step.state.map(({ name, initial }) => [name, initial]));
  const losses: number[] = [];
  try {
    for (let i = 0; i < STEPS; i++) {
      const values: Values = { learning_rate: Float32Array.of(step.learningRate ?? 0), ...given(i), ...state };
      const feeds = specs.map(({ name, shape, dtype }) => [name, new Tensor(dtype, values[name] as never, [...shape])]);
      const outputs = await session.run(Object.fromEntries(feeds));
      losses.push((outputs.loss!.data as Float32Array)[0]!);
      for (const { name } of step.state) state[name] = outputs[`next.${name}`]!.data as Float32Array;
    }
  } finally {
    await session.release();
  }
  return { losses, state };
}

async function trainEager(model: tf.LayersModel, step: TrainingStep, given: (index: number) => Values) {
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const values = given(i);
    const tensors = (specs: readonly TensorSpec[]) =>
      specs.map(({ name, shape, dtype }) => tf.tensor(values[name]!, [...shape], dtype));
    const [x, y] = [tensors(step.inputs), tensors(step.targets)];
    losses.push((await model.trainOnBatch(x.length === 1 ? x[0]! : x, y.length === 1 ? y[0]! : y)) as number);
    tf.dispose([x, y]);
  }
  return { losses, weights: model.getWeights().map((weight) => weight.dataSync<'float32'>()) };
}

/** The data of a step, by input and target. */
function dataOf(step: TrainingStep, range: readonly [number, number], index: number, classes: boolean): Values {
  const next = uniforms(100 + index);
  const inputs = step.inputs.map(({ name, shape, dtype }) => [name, randomData(next, shape, dtype, range)] as const);
  const targets = step.targets.map(({ name, shape }) => {
    const data = randomData(next, shape, 'float32', [-1, 1]) as Float32Array;
    const count = shape.at(-1)!;
    if (!classes) return [name, data] as const;
    for (let at = 0; at < data.length; at += count) data.fill(0, at, at + count)[at + Math.floor(next() * count)] = 1;
    return [name, data] as const;
  });
  return Object.fromEntries([...inputs, ...targets]);
}

/** What layers of the seed draw. */
const drawn = (step: TrainingStep): Values =>
  Object.fromEntries(
    step.noise.map(({ name, shape, distribution }) => {
      const draw = distribution === 'uniform' ? tf.randomUniform : tf.randomNormal;
      return [name, draw([...shape], 0, 1, 'float32', DROPOUT_SEED).dataSync<'float32'>()];
    }),
  );
