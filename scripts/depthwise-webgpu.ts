/**
 * Shows a fault of onnxruntime's WebGPU provider (1.30): a depthwise Conv with m outputs for each channel gives wrong numbers
 * without an error in the layout NHWC, its default, for some m. Needs a GPU, or a software adapter.
 *
 *     npx tsx scripts/depthwise-webgpu.ts
 */
import * as ort from '@onnoise/runtime-node/onnxruntime';
import { encodeModel, GraphBuilder } from '#tracer/index.ts';

const [CHANNELS, SIDE] = [8, 6];
const MULTIPLIERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16];

function depthwise(multiplier: number): Uint8Array {
  const b = new GraphBuilder('depthwise');
  const outputs = CHANNELS * multiplier;
  const x = b.input('x', 'float32', [1, CHANNELS, SIDE, SIDE]);
  const values = Float32Array.from({ length: outputs * 9 }, (_, i) => Math.sin(i));
  const w = b.constant(values, [outputs, 1, 3, 3], 'float32', 'w');
  const dims = [1, outputs, SIDE, SIDE];
  const attributes = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] }, group: { int: CHANNELS } };
  const y = b.emit('Conv', [x, w], { dtype: 'float32', dims }, { attributes });
  b.graph.outputs.push({ name: y, dtype: 'float32', dims });
  return encodeModel(b.graph);
}

async function run(model: Uint8Array, executionProviders: object[]): Promise<Float32Array> {
  const options = { logSeverityLevel: 3, executionProviders } as ort.InferenceSession.SessionOptions;
  const session = await ort.createSession(model, options);
  const values = Float32Array.from({ length: CHANNELS * SIDE ** 2 }, (_, i) => Math.cos(i));
  const results = await session.run({ x: new ort.Tensor('float32', values, [1, CHANNELS, SIDE, SIDE]) });
  const { data } = results[session.outputNames[0]!]!;
  await session.release();
  return data as Float32Array;
}

for (const layout of ['NHWC', 'NCHW']) {
  for (const multiplier of MULTIPLIERS) {
    const model = depthwise(multiplier);
    const expected = await run(model, [{ name: 'cpu' }]);
    const found = await run(model, [{ name: 'webgpu', preferredLayout: layout }]);
    const difference = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    const verdict = difference < 1e-4 ? 'right' : 'WRONG';
    process.stdout.write(`${layout} ${multiplier} outputs a channel: ${verdict}, ${difference.toExponential(1)}\n`);
  }
}
