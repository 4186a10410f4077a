/**
 * The check that an exported network is the trained one: tfjs' eager forward pass against onnxruntime on the exported
 * file, on random batches.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { gaussian, InputError } from '@onnoise/scheduler';
import { type ConditionSpec, sizeOf } from '@onnoise/scheduler/model';
import { encodeBatch } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { Model } from '../model/index.ts';
import { pickTold, type Told, toldOf } from '../model/told.ts';
import { labelCount } from './inference.ts';

/** Batch sizes that are compared. */
export const PARITY_BATCHES: readonly number[] = [1, 3, 8];
/** Pixels of a call, for whose feature maps tfjs has the memory: one picture of 256 pixels, eight of 128. */
const MOST_PIXELS = 2 ** 17;

/** Those of `PARITY_BATCHES` for which tfjs has the memory. One always is. */
export const parityBatches = ({ shape: [, height, width] }: Pick<Model, 'shape'>): number[] =>
  PARITY_BATCHES.filter((batch) => batch === 1 || batch * height * width <= MOST_PIXELS);

/** Largest difference that passes for outputs within 1; see `parityLimit`. */
export const PARITY_LIMIT = 1e-4;

export interface Parity {
  /** The largest absolute difference over all batches. */
  difference: number;
  /** The largest absolute output. */
  largest: number;
}

/**
 * The largest difference that passes. Float32 has seven digits, and a network trained for a few steps, whose running
 * means have not settled, may have outputs of hundreds of thousands.
 */
export const parityLimit = ({ largest }: Parity) => PARITY_LIMIT * Math.max(1, largest);

/** In words: `6.1e-6, of outputs up to 3.9`. */
export const describeParity = ({ difference, largest }: Parity) =>
  `${difference.toExponential(1)}, of outputs up to ${Number(largest.toPrecision(2))}`;

/**
 * @param action what fails, after "Cannot": `export runs/x`
 * @throws InputError. Infinity, where an output is no number or none that is finite, passes no limit.
 */
export function requireParity(action: string, parity: Parity): void {
  const limit = parityLimit(parity);
  if (parity.difference <= limit && Number.isFinite(parity.difference)) return;
  throw new InputError(
    `Cannot ${action}: the largest difference between training and ONNX must be at most ${Number(limit.toPrecision(2))}, ` +
      `received ${describeParity(parity)}. Nothing was written.`,
  );
}

/**
 * @param onnx the exported model
 * @param onProgress images compared so far
 * @param batches numbers of images of a call
 */
export async function measureParity(
  model: Model,
  parameters: ReadonlyMap<string, Float32Array>,
  onnx: Uint8Array,
  onProgress?: (done: number, total: number) => void,
  batches: readonly number[] = PARITY_BATCHES,
): Promise<Parity> {
  await useWasm();
  const session = await ort.createSession(onnx, { logSeverityLevel: 3 });
  const weights = Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, tf.tensor(parameters.get(name)!, shape, 'float32')]),
  );
  const total = batches.reduce((sum, batch) => sum + batch, 0);
  let done = 0;
  let [difference, largest] = [0, 0];
  try {
    for (const batch of batches) {
      const inputs = randomInputs(model, batch);
      const expected = eager(model, weights, inputs, batch);
      const { out_sample: actual } = await session.run(feeds(model, inputs, batch));
      difference = Math.max(difference, largestDifference(expected, actual!.data as Float32Array));
      for (const value of expected) if (!Number.isNaN(value)) largest = Math.max(largest, Math.abs(value));
      done += batch;
      onProgress?.(done, total);
    }
  } finally {
    tf.dispose(weights);
    await session.release();
  }
  return { difference, largest };
}

/** tfjs' WebAssembly backend: several times as fast as its plain JavaScript one, and as independent of onnxruntime. */
export async function useWasm(): Promise<void> {
  tf.enableProdMode();
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Map(events.map((event) => [event, process.listeners(event as 'uncaughtException')]));
  // Imported here, because the import makes it the default backend.
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  // The backend installs handlers that print its whole source on any error.
  for (const event of events) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before.get(event)!.includes(listener)) process.removeListener(event, listener);
    }
  }
}

interface Inputs {
  sample: Float32Array;
  timestep: Float32Array;
  /** By the name of the pass's option. */
  told: Record<Told['name'], Int32Array | Float32Array>;
}

/**
 * Gaussian images, timesteps spread over 0..T-1, not only whole ones, all classes and none, conditions given and absent, and condition
 * images of noise.
 */
function randomInputs(model: Model, batch: number): Inputs {
  const spread = (last: number, i: number) => ((i + 0.5) / batch) * last;
  const count = model.conditions.length;
  const spreadOf = ({ min, max }: ConditionSpec, i: number) => min + ((i * 0.37) % 1) * (max - min);
  return {
    sample: noise(batch, sizeOf(model.shape), 0),
    timestep: Float32Array.from({ length: batch }, (_, i) => spread(model.timestepCount - 1, i)),
    told: {
      labels: Int32Array.from({ length: batch }, (_, i) => Math.floor(spread(labelCount(model), i))),
      conditions: encodeBatch(
        model.conditions,
        Float64Array.from({ length: batch * count }, (_, i) => spreadOf(model.conditions[i % count]!, i)),
        Array.from({ length: batch }, (_, i) => i % 3 === 2),
      ),
      conditionImage: noise(batch, model.conditionImage ? sizeOf(model.conditionImage.shape) : 0, 500),
    },
  };
}

function noise(batch: number, size: number, firstSeed: number): Float32Array {
  const values = new Float32Array(batch * size);
  for (let i = 0; i < batch; i++) gaussian(batch * 1000 + firstSeed + i, 0, values.subarray(i * size, (i + 1) * size));
  return values;
}

function eager(model: Model, weights: Record<string, tf.Tensor>, inputs: Inputs, batch: number): Float32Array {
  const output = tf.tidy(() => {
    const told = toldOf(model);
    const tensors = told.map(({ name, sides, dtype }) => [
      name,
      tf.tensor(inputs.told[name], [batch, ...sides], dtype),
    ]);
    return model.forward(weights, tf.tensor4d(inputs.sample, [batch, ...model.shape]), tf.tensor1d(inputs.timestep), {
      training: false,
      ...pickTold(told, Object.fromEntries(tensors)),
    });
  });
  const values = output.dataSync<'float32'>().slice();
  output.dispose();
  return values;
}

function feeds(model: Model, { sample, timestep, told }: Inputs, batch: number): Record<string, ort.Tensor> {
  const extra = toldOf(model).map(({ name, port, sides, dtype }) => {
    const [values, dims] = [told[name], [batch, ...sides]];
    const tensor =
      dtype === 'int32'
        ? new ort.Tensor('int64', BigInt64Array.from(values as Int32Array, BigInt), dims)
        : new ort.Tensor('float32', values as Float32Array, dims);
    return [port, tensor];
  });
  return {
    sample: new ort.Tensor('float32', sample, [batch, ...model.shape]),
    timestep: new ort.Tensor('float32', timestep, [batch]),
    ...Object.fromEntries(extra),
  };
}

/** NaN counts as infinitely far. */
export function largestDifference(a: Float32Array, c: Float32Array): number {
  let largest = a.length === c.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [i, value] of a.entries()) {
    const difference = Math.abs(value - c[i]!);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
