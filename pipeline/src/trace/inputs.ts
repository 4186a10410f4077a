/** Seeded inputs for a model of anybody's: numbers that it can be expected to take. */
import { gaussian, InputError, uniform } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import type { ReportedPort } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';

/** By the name of an input: its numbers lie from the first to the second. */
export type Ranges = Readonly<Record<string, readonly number[]>>;

export interface SeededInput {
  name: string;
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** Whole numbers that an embedding has a row for, by the input that it reads. */
export function embeddedRanges(model: tf.LayersModel | tf.GraphModel): Ranges {
  if (!(model instanceof tf.LayersModel)) return {};
  const inputs = model.inputs.map(({ sourceLayer }) => sourceLayer.name);
  const found = model.layers.flatMap((layer) => {
    if (layer.getClassName() !== 'Embedding') return [];
    const { inputDim } = layer as unknown as { inputDim: number };
    const sources = layer.inboundNodes.flatMap(({ inboundLayers }) => inboundLayers.map(({ name }) => name));
    return sources.filter((name) => inputs.includes(name)).map((name) => [name, [0, inputDim - 1]] as const);
  });
  return Object.fromEntries(found);
}

/** @throws InputError for a range of no input, and for one that is none */
export function checkRanges(action: string, ranges: Ranges, inputs: readonly ReportedPort[]): void {
  for (const [name, range] of Object.entries(ranges)) {
    const names = inputs.map((input) => input.name);
    if (!names.includes(name)) {
      throw new InputError(`Cannot ${action}: --range must name an input (${names.join(', ')}), received ${name}.`);
    }
    const [low, high] = range;
    if (range.length === 2 && low! < high!) continue;
    throw new InputError(
      `Cannot ${action}: --range ${name} must be two numbers, the lower one first, received [${range}].`,
    );
  }
}

/**
 * Normal numbers, and 0 and 1 where whole ones are wanted, unless a range says more.
 *
 * @param place of the input among those of the model: inputs of one shape differ, so that none is taken for another
 */
export function seededInput(
  { name, dtype, dims }: ReportedPort,
  place: number,
  batch: number,
  ranges: Ranges,
): SeededInput {
  const shape = dims.map((size) => (typeof size === 'string' ? batch : size));
  const size = sizeOf(shape);
  const range = ranges[name];
  const numbers = new Float32Array(size);
  if (dtype === 'float32' && range === undefined) {
    gaussian(batch, 0, numbers, place);
    return { name, dtype, shape, data: numbers };
  }
  uniform(batch, place, 0, numbers);
  if (dtype === 'bool') return { name, dtype, shape, data: Uint8Array.from(numbers, (number) => Math.round(number)) };
  const [low = 0, high = 1] = range ?? [];
  if (dtype === 'float32') return { name, dtype, shape, data: numbers.map((number) => low + (high - low) * number) };
  const whole = (number: number) => Math.min(high, low + Math.floor(number * (high - low + 1)));
  return { name, dtype: 'int32', shape, data: Int32Array.from(numbers, whole) };
}
