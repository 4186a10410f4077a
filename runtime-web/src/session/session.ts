/**
 * Opens a U-Net in ONNX and checks its inputs and outputs.
 *
 * Inputs `sample` [N, C, H, W] float32, `timestep` [N] float32 and, for a conditional network, `class_labels` [N] int64;
 * output `out_sample` [N, C, H, W] float32.
 */
import {
  type NetworkPort,
  type NetworkShape,
  networkError,
  onnxReason,
  signatureFault,
} from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { InferenceSession } from 'onnxruntime-web';
import type { Device } from './device-report.ts';
import type { Ort } from './ort.ts';

/** Keeps onnxruntime's messages off the console: errors are thrown. */
const FATAL_ONLY = 4;

/** @throws InputError when onnxruntime cannot read the file, or it is not a network of this shape. */
export async function openSession(
  ort: Ort,
  onnx: Uint8Array,
  device: Device,
  network: NetworkShape,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(onnx, { logSeverityLevel: FATAL_ONLY, ...options });
  } catch (error) {
    const message = onnxReason(error);
    // onnxruntime's words for a build that does not start here; it has no code for that.
    if (message.startsWith('no available backend')) {
      throw new InputError(`Cannot load the runtime: onnxruntime-web must start on ${device}, received "${message}".`);
    }
    throw networkError(`must be a network that runs on ${device}, received "${message}"`, undefined, error);
  }
  const complaint = signatureFault(session.inputMetadata.map(portOf), session.outputMetadata.map(portOf), network);
  if (complaint === undefined) return session;
  await session.release();
  throw networkError(complaint);
}

const portOf = ({ name, ...value }: InferenceSession.ValueMetadata): NetworkPort => ({
  name,
  type: value.isTensor ? value.type : undefined,
  dims: value.isTensor ? value.shape : [],
});
