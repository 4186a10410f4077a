/**
 * Opens a U-Net in ONNX, checks its inputs and outputs, and calls it.
 *
 * Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and those of `extraInputs`; output `out_sample`
 * [N, C, H, W] float32. onnxruntime-node computes on the calling thread, so a call blocks the event loop.
 */
import { type Denoiser, InputError } from '@onnoise/scheduler';
import {
  extraInputs,
  inputTensors,
  type NetworkPort,
  type NetworkShape,
  onnxReason,
  signatureFault,
} from '@onnoise/scheduler/model';
import type { Device } from './devices.ts';
import { InferenceSession, Tensor } from './onnxruntime.ts';

/** Keeps onnxruntime's messages off the terminal: errors are thrown. */
export const FATAL_ONLY = 4;

/**
 * Opens `unet/model.onnx`.
 * @param threads to compute an operator on; default: onnxruntime's choice, all cores.
 * @throws InputError if onnxruntime cannot read the file, or the file is not a network of this shape.
 */
export async function openSession(
  path: string,
  device: Device,
  unet: NetworkShape,
  threads?: number,
): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, {
      executionProviders: [device],
      graphOptimizationLevel: 'all',
      ...(threads !== undefined && { intraOpNumThreads: threads }),
      logSeverityLevel: FATAL_ONLY,
    });
  } catch (error) {
    throw new InputError(
      `Cannot load the model: ${path} must be an ONNX file that onnxruntime can run on ${device}, received "${onnxReason(error)}".`,
    );
  }
  const complaint = signatureFault(session.inputMetadata.map(portOf), session.outputMetadata.map(portOf), unet);
  if (complaint === undefined) return session;
  await session.release();
  throw new InputError(`Cannot load the model: ${path} ${complaint}.`);
}

/**
 * A function that calls the network on batches of as many images as there are rows (see `conditionRows`).
 * It returns the same array at every call: read it before the next.
 */
export function createDenoiser(session: InferenceSession, unet: NetworkShape, rows: readonly Float32Array[]): Denoiser {
  const count = rows.length;
  const dims = [count, ...unet.shape]; // [N, C, H, W]
  const output = new Float32Array(dims.reduce((product, side) => product * side, 1));
  const fetches = { out_sample: new Tensor('float32', output, dims) };
  const extra = Object.fromEntries(
    inputTensors(extraInputs(unet), rows).map(({ name, type, values, dims }) => [name, new Tensor(type, values, dims)]),
  );
  return async (x, timesteps) => {
    await session.run(
      {
        sample: new Tensor('float32', x, dims),
        timestep: new Tensor('float32', timesteps, [count]),
        ...extra,
      },
      fetches,
    );
    return output;
  };
}

const portOf = ({ name, ...value }: InferenceSession.ValueMetadata): NetworkPort => ({
  name,
  type: value.isTensor ? value.type : undefined,
  dims: value.isTensor ? value.shape : [],
});
