/** A training step on a device, with the state that it changes. */
import { onnxReason } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { type FlatVector, STEP_FILES, type StepFile, type StepInputs } from '@onnoise/scheduler/training';
import type { InferenceSession } from 'onnxruntime-web';
import type { Ort } from '../session/ort.ts';

export type State = Map<string, Float32Array<ArrayBuffer>>;

interface StepLoss {
  loss: number;
  /** Norm of all gradients together, before clipping. */
  gradNorm: number;
}

export interface StepRunner {
  /** One update. */
  step(inputs: StepInputs): Promise<StepLoss>;
  /** Copies of vectors, by default all. */
  read(names?: readonly string[]): Promise<State>;
  write(state: ReadonlyMap<string, Float32Array>): Promise<void>;
  dispose(): Promise<void>;
}

/** The output that follows a vector. */
export const nextOf = (name: string): string => `next.${name}`;

/** onnxruntime's messages stay off the console: errors are thrown. */
const FATAL_ONLY = 4;

/** @throws InputError for a graph that does not run here, or is not that of the file */
export async function openStepSession(
  ort: Ort,
  graph: Uint8Array,
  file: StepFile,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(graph, { logSeverityLevel: FATAL_ONLY, ...options });
  } catch (error) {
    throw new InputError(
      `Cannot read the training step: ${STEP_FILES.graph} must be a graph that runs here, received "${onnxReason(error)}".`,
      { cause: error },
    );
  }
  const has = portsOf(session);
  const wants = portsIn(file);
  if (has === wants) return session;
  await session.release();
  throw new InputError(
    `Cannot read the training step: the inputs of ${STEP_FILES.graph} must be those of ${STEP_FILES.step}, ${wants}, received ${has}.`,
  );
}

const portsOf = ({ inputMetadata }: InferenceSession): string =>
  inputMetadata.map((port) => `${port.name} [${port.isTensor ? port.shape.join() : '?'}]`).join(', ');

function portsIn({ vectors, inputs }: StepFile): string {
  const all = [...vectors.map(({ name, size }: FlatVector) => ({ name, shape: [size] })), ...inputs];
  return all.map(({ name, shape }) => `${name} [${shape.join()}]`).join(', ');
}
