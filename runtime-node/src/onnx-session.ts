/** Opens an ONNX file and no more: a thread that computes a part of a batch loads this file alone. */
import type { Device } from './devices.ts';
import { createSession, type InferenceSession } from './onnxruntime.ts';

/** Keeps onnxruntime's messages off the terminal: errors are thrown. */
export const FATAL_ONLY = 4;

/** @param threads of an operator. Default: onnxruntime's. @throws onnxruntime's error when it cannot run the file */
export function openOnnx(path: string, device: Device, threads?: number): Promise<InferenceSession> {
  return createSession(path, {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    logSeverityLevel: FATAL_ONLY,
  });
}
