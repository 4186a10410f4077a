/** The check that a traced model is the model: tfjs beside onnxruntime on the file, at seeded inputs. */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { InputError } from '@onnoise/scheduler/rules';
import type { GraphReport } from '@onnoise/tracer';
import { describeParity, type Parity, parityLimit, useWasm } from '@onnoise/training/folder';
import * as tf from '@tensorflow/tfjs';
import { type Ranges, type SeededInput, seededInput } from './inputs.ts';

/** Batch sizes that are compared where the batch is open. */
const BATCHES: readonly number[] = [1, 3];

/** Values by output. */
type Values = Record<string, ArrayLike<number>>;

export interface Compared {
  model: tf.LayersModel | tf.GraphModel;
  onnx: Uint8Array;
  report: GraphReport;
  ranges: Ranges;
}

/**
 * How far tfjs and onnxruntime are apart. Outputs of whole numbers must be equal. tfjs computes on its WebAssembly backend, and
 * where that lacks an operator or differs, on its plain one.
 *
 * @throws InputError for a difference that is larger than `parityLimit` says
 */
export async function compareWithTfjs(action: string, compared: Compared): Promise<Parity> {
  const { onnx, report, ranges } = compared;
  const session = await ort.createSession(onnx, { logSeverityLevel: 3 });
  const open = report.inputs.some(({ dims }) => dims.includes('batch'));
  const all: Parity = { difference: 0, largest: 0 };
  try {
    for (const batch of open ? BATCHES : [1]) {
      const inputs = report.inputs.map((input, place) => seededInput(input, place, batch, ranges));
      const actual = await runOnnx(session, inputs);
      const first = await runTfjs(compared, inputs, useWasm).then(
        (expected) => differenceOf(report, expected, actual),
        () => undefined,
      );
      const parity = first && passes(first) ? first : await onCpu(compared, inputs, actual);
      if (!passes(parity)) {
        throw new InputError(
          `Cannot ${action}: the largest difference between tfjs and ONNX must be at most ${Number(parityLimit(parity).toPrecision(2))}, ` +
            `received ${describeParity(parity)}. Nothing was written.`,
        );
      }
      all.difference = Math.max(all.difference, parity.difference);
      all.largest = Math.max(all.largest, parity.largest);
    }
  } finally {
    await session.release();
  }
  return all;
}

const passes = (parity: Parity): boolean => parity.difference <= parityLimit(parity);

async function onCpu(compared: Compared, inputs: readonly SeededInput[], actual: Values): Promise<Parity> {
  const expected = await runTfjs(compared, inputs, () => tf.setBackend('cpu'));
  return differenceOf(compared.report, expected, actual);
}

async function runTfjs(
  { model, report }: Compared,
  inputs: readonly SeededInput[],
  useBackend: () => Promise<unknown>,
): Promise<Values> {
  await useBackend();
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape, dtype }) => tf.tensor(data, shape, dtype));
    const outputs =
      model instanceof tf.LayersModel
        ? model.predict(tensors.length === 1 ? tensors[0]! : tensors)
        : model.execute(Object.fromEntries(inputs.map(({ name }, i) => [name, tensors[i]!])), model.outputNodes);
    const values = [outputs].flat().map((output) => (output as tf.Tensor).dataSync());
    return Object.fromEntries(report.outputs.map(({ name }, i) => [name, values[i]!]));
  });
}

async function runOnnx(session: ort.InferenceSession, inputs: readonly SeededInput[]): Promise<Values> {
  const feeds = inputs.map(({ name, dtype, data, shape }) => [name, new ort.Tensor(dtype, data as never, shape)]);
  const outputs = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
}

function differenceOf(report: GraphReport, expected: Values, actual: Values): Parity {
  let [difference, largest] = [0, 0];
  for (const { name, dtype } of report.outputs) {
    const [wanted, found] = [expected[name]!, actual[name]!];
    if (wanted.length !== found.length) return { difference: Number.POSITIVE_INFINITY, largest };
    for (let i = 0; i < wanted.length; i++) {
      const apart = Object.is(wanted[i], found[i]) ? 0 : Math.abs(wanted[i]! - found[i]!);
      // A whole number is right or wrong, and NaN on one side alone is wrong.
      const counted = Number.isNaN(apart) || (apart > 0 && dtype !== 'float32') ? Number.POSITIVE_INFINITY : apart;
      difference = Math.max(difference, counted);
      if (dtype === 'float32' && Number.isFinite(wanted[i])) largest = Math.max(largest, Math.abs(wanted[i]!));
    }
  }
  return { difference, largest };
}
