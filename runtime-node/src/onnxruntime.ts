/**
 * onnxruntime-node with its telemetry switched off: import it from here alone, which Biome guards.
 *
 * From version 1.29 on, the builds for Linux and macOS tell Microsoft of each session that is created: the machine, a lasting
 * number of it, and what the model says of itself, which here is the name of the run. They read this variable once,
 * when the first session is made. Sources: onnxruntime's docs/Privacy.md and pull request 27379.
 *
 * A variable that is set already is left as it is. In a worker thread `process.env` is a copy that native code does not see:
 * there the main thread must have loaded this file, or the process been started with the variable.
 */
import { InferenceSession } from 'onnxruntime-node';
import { hasAllCores, usableCores } from './cores.ts';

export { type InferenceSession, Tensor } from 'onnxruntime-node'; // by name: bundlers cannot list what a CommonJS module exports

if (!process.env.ORT_DISABLE_TELEMETRY) process.env.ORT_DISABLE_TELEMETRY = '1';

/**
 * A session of an ONNX file. With no number of threads, it has one for each core that the process may use: onnxruntime itself starts as
 * many as the machine has cores, ties each to one, and where that is forbidden they stand in each other's way (issues 8313 and 29510).
 */
export function createSession(
  model: string | Uint8Array,
  options: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  const given = { ...(!hasAllCores() && { intraOpNumThreads: usableCores() }), ...options };
  return typeof model === 'string' ? InferenceSession.create(model, given) : InferenceSession.create(model, given);
}
