/** Inputs of the networks' golden values: the formula of scripts/golden/model.py, and its tensors. */
import { sizeOf } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import { beforeAll } from 'vitest';
import { createModel, type Model, type Parameters } from '#training/model/index.ts';

export interface NetworkGolden {
  config: Record<string, unknown>;
  batch: number;
  timesteps: number[];
  labels?: number[] | null;
  /** [N, 2K] */
  conditions?: number[][];
  parameters: Record<string, number[]>;
  /** The output at timesteps that are not whole. */
  between: { timesteps: number[]; output: string };
  output: string;
  loss: number;
  gradients: Record<string, string>;
}

/** In a file of tests: tfjs computes on its plain backend. */
export const useCpu = () =>
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

/** `wave` of the Python script, value by value. */
export function wave(index: number, shape: readonly number[], scale: number, offset = 0): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  return values.map((_, i) => offset + scale * Math.sin(1.7 * i + 0.9 * index + 0.3 * Math.sin(0.11 * i)));
}

/** `load_wave` of the Python script, for parameters in the order of the state dict. */
export function waveParameters(parameters: readonly { name: string; shape: number[] }[]): Map<string, Float32Array> {
  const value = ({ name, shape }: { name: string; shape: number[] }, index: number) => {
    if (shape.length > 1) return wave(index, shape, Math.sqrt(3 / sizeOf(shape.slice(1))));
    if (name.endsWith('running_var') || (name.includes('norm') && name.endsWith('weight'))) {
      return wave(index, shape, 0.3, 1);
    }
    return wave(index, shape, 0.2);
  };
  return new Map(parameters.map((spec, index) => [spec.name, value(spec, index)]));
}

export const unpack = (base64: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);

export const tensorsOf = (model: Model, values: ReadonlyMap<string, Float32Array>): Parameters =>
  Object.fromEntries(model.parameters.map(({ name, shape }) => [name, tf.tensor(values.get(name)!, shape)]));

/** `Mask` of the Python script, for every layer that drops values. */
function masksOf({ dropouts }: Model, batch: number): Record<string, tf.Tensor> {
  const kept = (i: number, name: string) => ((i * 7 + name.length) % 10 >= 3 ? 1 / 0.7 : 0);
  return Object.fromEntries(
    dropouts.map(({ name, shape }) => {
      const values = Float32Array.from({ length: batch * sizeOf(shape) }, (_, i) => kept(i, name));
      return [name, tf.tensor4d(values, [batch, ...shape])];
    }),
  );
}

/** Output, loss against the golden's target, gradients by name and the buffers that the pass reported. */
export function differentiate(golden: NetworkGolden) {
  const model = createModel(golden.config);
  const shape = [golden.batch, ...model.shape] as [number, number, number, number];
  const parameters = tensorsOf(model, waveParameters(model.parameters));
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const buffers = new Map<string, tf.Tensor>();
  const sample = tf.tensor4d(wave(900, shape, 1.2), shape);
  const target = tf.tensor4d(wave(901, shape, 1), shape);
  const timestep = tf.tensor1d(golden.timesteps, 'float32');
  let output: tf.Tensor | undefined;
  const loss = () => {
    output = model.forward(parameters, sample, timestep, {
      training: true,
      masks: masksOf(model, golden.batch),
      ...(golden.labels && { labels: tf.tensor1d(golden.labels, 'int32') }),
      ...(golden.conditions && { conditions: tf.tensor2d(golden.conditions, undefined, 'float32') }),
      ...toldImage(model, golden.batch),
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    tf.keep(output);
    return tf.mean(tf.squaredDifference(output, target)) as tf.Scalar;
  };
  const { value, grads } = tf.engine().gradients(
    loss,
    trained.map((name) => parameters[name]!),
    undefined,
    true,
  );
  return {
    output: output!.dataSync(),
    loss: value.dataSync()[0]!,
    gradients: new Map(trained.map((name, i) => [name, grads[i]!.dataSync()])),
    buffers: new Map([...buffers].map(([name, tensor]) => [name, tensor.dataSync()])),
  };
}

/** What the script tells a network as a picture. */
function toldImage({ conditionImage }: Model, batch: number): { conditionImage?: tf.Tensor4D } {
  if (!conditionImage) return {};
  const shape = [batch, ...conditionImage.shape] as [number, number, number, number];
  return { conditionImage: tf.tensor4d(wave(902, shape, 0.7), shape) };
}

/** The output in evaluation for the script's sample. */
export function predict(
  model: Model,
  values: ReadonlyMap<string, Float32Array>,
  batch: number,
  timesteps: readonly number[],
  labels?: readonly number[] | null,
): Float32Array {
  const shape = [batch, ...model.shape] as [number, number, number, number];
  const sample = tf.tensor4d(wave(900, shape, 1.2), shape);
  const given = {
    training: false,
    ...(labels && { labels: tf.tensor1d([...labels], 'int32') }),
    ...toldImage(model, batch),
  };
  return model
    .forward(tensorsOf(model, values), sample, tf.tensor1d([...timesteps], 'float32'), given)
    .dataSync<'float32'>();
}

/** Tolerance of `share` of an array's largest value, with a floor for values that are zero up to rounding. */
export const within = (share: number, expected: ArrayLike<number>, what: string, floor = 1e-7) => ({
  absolute: share * Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) + floor,
  what,
});
