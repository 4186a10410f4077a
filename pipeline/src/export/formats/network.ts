/** A network in memory, opened on the CPU to be sampled: what calibration and comparison call. */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { type Denoiser, denoiserOf, InputError, type SchedulerConfig, sampleImages } from '@onnoise/scheduler';
import {
  type ConditioningFacts,
  completeRequest,
  conditionRows,
  exampleConditionImage,
  extraInputs,
  type ImageShape,
  inputTensors,
  nullRow,
  onnxReason,
  type PictureOptions,
  sizeOf,
  toldInPictures,
  usualBatch,
} from '@onnoise/scheduler/model';

/** What sampling needs to know of a model besides its network. */
export interface SampledFacts extends ConditioningFacts {
  scheduler: SchedulerConfig;
  shape: ImageShape;
}

export interface Network {
  session: ort.InferenceSession;
  facts: SampledFacts;
}

/**
 * @param action what fails, after "Cannot"
 * @param onnx the bytes of a `.onnx` file
 * @throws InputError with onnxruntime's reason where it cannot run the network, as for an operator that it does not know.
 */
export async function openNetwork(action: string, onnx: Uint8Array, facts: SampledFacts): Promise<Network> {
  try {
    return { session: await ort.createSession(onnx, { logSeverityLevel: 4 }), facts };
  } catch (error) {
    throw new InputError(
      `Cannot ${action}: its network must be one that onnxruntime can run, received "${onnxReason(error)}".`,
      { cause: error },
    );
  }
}

export type Outputs = Readonly<Record<string, ort.Tensor>>;

/** The network on images with these rows; `onOutputs` gets all that each call returns. */
export function denoiser(
  { session, facts: { shape, ...facts } }: Network,
  rows: readonly Float32Array[],
  onOutputs?: (outputs: Outputs) => void,
): Denoiser {
  const count = rows.length;
  const extra = Object.fromEntries(
    inputTensors(extraInputs(facts), rows).map(({ name, type, values, dims }) => [
      name,
      new ort.Tensor(type, values, dims),
    ]),
  );
  return async (x, timesteps) => {
    const outputs = await session.run({
      sample: new ort.Tensor('float32', x, [count, ...shape]),
      timestep: new ort.Tensor('float32', timesteps, [count]),
      ...extra,
    });
    onOutputs?.(outputs);
    return outputs.out_sample!.data as Float32Array;
  };
}

export interface SampleHooks {
  onOutputs?: ((outputs: Outputs) => void) | undefined;
  onStep?: ((done: number, total: number) => void) | undefined;
}

/** Pictures, [N, C, H, W]: those of `pipeline sample` with the same options. A few, in calls of a usual size. */
export async function samplePictures(
  network: Network,
  { count = 1, seed = 0, ...options }: Pick<PictureOptions, 'count' | 'seed' | 'steps'>,
  { onOutputs, onStep }: SampleHooks = {},
): Promise<Float32Array> {
  const { facts } = network;
  const inputs = extraInputs(facts);
  const request = completeRequest(facts, { ...options, count, seed, ...spread(facts, count) });
  const rows = conditionRows(inputs, request, count);
  const size = sizeOf(facts.shape);
  const images = new Float32Array(count * size);
  const batch = usualBatch(facts.shape);
  const total = Math.ceil(count / batch) * request.table.rows.length;
  for (let first = 0, done = 0; first < count; first += batch) {
    const seeds = request.seeds.slice(first, first + batch);
    const create = (some: readonly Float32Array[]) => denoiser(network, some, onOutputs);
    const conditioning = { absent: nullRow(inputs), guidance: request.guidance };
    const pictures = await sampleImages({
      table: request.table,
      shape: facts.shape,
      seeds,
      denoise: denoiserOf(rows.slice(first, first + batch), conditioning, create),
      onStep: () => onStep?.(++done, total),
    });
    images.set(pictures, first * size);
  }
  return images;
}

/** Values for the conditions of a model: from the least to the most, in turn; and a mask or picture for all. */
function spread(
  { conditions = [], ...facts }: SampledFacts,
  count: number,
): Pick<PictureOptions, 'conditions' | 'conditionImages'> {
  const conditionImage = toldInPictures(facts);
  const told = conditionImage && { conditionImages: exampleConditionImage(conditionImage) };
  if (conditions.length === 0) return { ...told };
  const values = ({ min, max }: { min: number; max: number }) =>
    Array.from({ length: count }, (_, i) => min + ((max - min) * (i + 0.5)) / count);
  return { ...told, conditions: Object.fromEntries(conditions.map((each) => [each.name, values(each)])) };
}
