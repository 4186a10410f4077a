/** A traced graph as a session of onnxruntime on this machine's CPU. */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { chunkElementwise, encodeModel, type Graph } from '@onnoise/tracer';
import { EngineError } from '../../step/engine-error.ts';
import { returnNothing } from './run-into.ts';

/**
 * The graph as bytes, for `openSession` here or in a thread.
 * @param graph edited in place
 * @param chunked update long vectors piece by piece
 */
export function encodeProgram(graph: Graph, chunked = false): Uint8Array {
  if (chunked) chunkElementwise(graph);
  returnNothing(graph);
  return encodeModel(graph);
}

/** @param threads of its operators; without it, all cores */
export const openSession = (program: Uint8Array, threads?: number): Promise<ort.InferenceSession> =>
  ort.createSession(program, {
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  });

/** On another provider than the CPU. @throws EngineError with the first line of the reason */
export async function openOn(
  provider: string,
  graph: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.createSession(graph, { logSeverityLevel: 3, ...options });
  } catch (error) {
    throw new EngineError(`onnxruntime's ${provider} does not start (${(error as Error).message.split('\n')[0]})`);
  }
}

/** For a graph that has the machine to itself. */
export const sessionOf = async (graph: Graph): Promise<ort.InferenceSession> => openSession(encodeProgram(graph, true));
