/**
 * Opens a U-Net in ONNX, checks its inputs and outputs, and calls it.
 *
 * Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and those of `extraInputs`; output `out_sample`
 * [N, C, H, W] float32. onnxruntime-node computes on the calling thread, so a call blocks the event loop.
 */
import type { Denoiser } from '@onnoise/scheduler';
import {
  extraInputs,
  inputTensors,
  type NetworkPort,
  type NetworkShape,
  onnxReason,
  signatureFault,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { Device } from './devices.ts';
import { openOnnx } from './onnx-session.ts';
import { type InferenceSession, Tensor } from './onnxruntime.ts';

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
  const session = await openOnnx(path, device, threads).catch((error: unknown) => {
    throw unreadable(path, device, error);
  });
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

/** What to throw when onnxruntime does not open a file. */
export function unreadable(path: string, device: Device, error: unknown): InputError {
  return new InputError(
    `Cannot load the model: ${path} must be an ONNX file that onnxruntime can run on ${device}, received "${onnxReason(error)}".`,
  );
}

const portOf = ({ name, ...value }: InferenceSession.ValueMetadata): NetworkPort => ({
  name,
  type: value.isTensor ? value.type : undefined,
  dims: value.isTensor ? value.shape : [],
});
