/**
 * The block size of onnxruntime's blocked convolutions on this machine (16 with AVX-512, 8 with AVX). To find it,
 * onnxruntime reorders the numbers 0 to 255, which puts the channels of one pixel together.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '@onnoise/tracer';

const CHANNELS = 64;
const PIXELS = 4;

/** @returns such as 8 or 16, or undefined if onnxruntime has no blocked kernels here. */
export async function blockSize(): Promise<number | undefined> {
  const b = new GraphBuilder('block_size');
  const dims = [1, CHANNELS, 1, PIXELS];
  const x = b.input('x', 'float32', dims);
  const y = b.emit('ReorderInput', [x], { dtype: 'float32', dims }, { domain: 'com.microsoft.nchwc' });
  b.graph.outputs.push({ name: y, dtype: 'float32', dims });
  let session: ort.InferenceSession;
  try {
    session = await ort.createSession(encodeModel(b.graph), { logSeverityLevel: 4 });
  } catch {
    return undefined;
  }
  const numbers = Float32Array.from({ length: CHANNELS * PIXELS }, (_, i) => i);
  const { [y]: reordered } = await session.run({ x: new ort.Tensor('float32', numbers, dims) });
  const data = reordered!.data as Float32Array;
  await session.release();
  // Channel c of pixel 0 is number c * PIXELS: the first block ends where pixel 1 begins.
  const size = data.findIndex((value, i) => value !== i * PIXELS);
  return size > 1 && size < CHANNELS && data[size] === 1 ? size : undefined;
}
