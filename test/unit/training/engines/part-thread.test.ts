import { trace } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { bytesOf, startPart } from '#training/engines/onnx/part-thread.ts';
import { encodeProgram } from '#training/engines/onnx/session.ts';

const spec = (name: string) => ({ name, shape: [2], dtype: 'float32' as const });

async function start() {
  const [weights, inputs] = [[spec('w')], [spec('x')]];
  const program = encodeProgram(trace(({ w, x }) => ({ y: tf.mul(w!, x!) }), [...weights, ...inputs]));
  const shared = new SharedArrayBuffer(bytesOf(weights));
  new Float32Array(shared).set([2, 3]);
  return startPart({ program, threads: 1, weights, inputs, gives: [spec('y')] }, shared);
}

it('says that its thread has died, where it would wait for ever', { tags: 'long' }, async () => {
  const part = await start();
  await part.stop();
  part.begin({ x: Float32Array.of(5, 7) });
  expect(await part.end()).toEqual(new Error('the thread of a part has ended before its work was done'));
});
