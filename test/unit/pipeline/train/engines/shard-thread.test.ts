import { trace } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { encodeProgram } from '#pipeline/train/engines/onnx/session.ts';
import { bytesOf, startShard } from '#pipeline/train/engines/onnx/shard-thread.ts';

const spec = (name: string) => ({ name, shape: [2], dtype: 'float32' as const });

async function start() {
  const [weights, inputs] = [[spec('w')], [spec('x')]];
  const program = encodeProgram(trace(({ w, x }) => ({ y: tf.mul(w!, x!) }), [...weights, ...inputs]));
  const shared = new SharedArrayBuffer(bytesOf(weights));
  new Float32Array(shared).set([2, 3]);
  return startShard({ program, threads: 1, weights, inputs, gives: [spec('y')] }, shared);
}

it('computes in a thread what it is given', async () => {
  const shard = await start();
  shard.begin({ x: Float32Array.of(5, 7) });
  expect(await shard.end()).toEqual({ y: Float32Array.of(10, 21) });
  await shard.stop();
});

it('says that its thread has died, where it would wait for ever', async () => {
  const shard = await start();
  await shard.stop();
  shard.begin({ x: Float32Array.of(5, 7) });
  expect(await shard.end()).toEqual(new Error('the thread of a shard has ended before its work was done'));
});
