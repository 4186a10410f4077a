/** The scheduler's sampling loop with a network on WebAssembly. */
import { type Denoiser, denoiserOf, InputError, sampleImages } from '@onnoise/scheduler';
import {
  type Artefact,
  conditionRows,
  extraInputs,
  type InputTensor,
  inputTensors,
  nullRow,
  onnxReason,
  type PictureRequest,
} from '@onnoise/scheduler/model';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { nextTask } from '../session/next-task.ts';
import type { Ort } from '../session/ort.ts';
import type { StepHooks } from './network.ts';

/** @param weights of a network that takes them as inputs */
export async function sampleOnWasm(
  ort: Ort,
  session: InferenceSession,
  artefact: Artefact,
  { seeds, guidance, table, latents, from, mask, ...conditions }: PictureRequest,
  { onStep, wantsStep, signal }: StepHooks,
  weights: Readonly<Record<string, Tensor>> = {},
): Promise<Float32Array<ArrayBuffer>> {
  const { shape } = artefact;
  const extra = extraInputs(artefact);
  const given = conditionRows(extra, conditions, seeds.length);
  let shown: unknown;
  const network = denoiserOf(given, { absent: nullRow(extra), guidance }, (rows) =>
    createDenoiser(ort, session, [rows.length, ...shape], inputTensors(extra, rows), weights),
  );
  const images = await sampleImages({
    table,
    shape,
    seeds,
    latents,
    from,
    unbounded: artefact.autoencoder !== undefined,
    mask,
    denoise: async (x, timesteps, step) => {
      await shown;
      return network(x, timesteps, step);
    },
    onStep: (progress) => {
      const wanted = wantsStep?.(progress.step, progress.steps) ?? true;
      shown = wanted ? onStep?.(progress) : undefined;
    },
    signal,
  });
  await shown;
  return images as Float32Array<ArrayBuffer>;
}

function createDenoiser(
  ort: Ort,
  session: InferenceSession,
  dims: number[],
  inputs: readonly InputTensor[],
  weights: Readonly<Record<string, Tensor>>,
): Denoiser {
  const [count] = dims as [number];
  const given = Object.fromEntries(
    inputs.map(({ name, type, values, dims }) => [name, new ort.Tensor(type, values, dims)]),
  );
  return async (x, timesteps) => {
    const sample = new ort.Tensor('float32', x, dims);
    const timestep = new ort.Tensor('float32', timesteps, [count]);
    const feeds = { sample, timestep, ...given, ...weights };
    const { out_sample: output } = await session.run(feeds).catch((error: unknown) => {
      throw new InputError(
        `Cannot sample images: the network must run at timestep ${timesteps[0]}, received "${onnxReason(error)}".`,
        { cause: error },
      );
    });
    await nextTask();
    return output!.data as Float32Array;
  };
}
