import { encodeModel, GraphBuilder } from '@onnoise/tracer';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { returnNothing, runInto } from '#training/engines/onnx/run-into.ts';

/** y = -x, and the first row of a matrix. */
async function negation(size: number): Promise<ort.InferenceSession> {
  const b = new GraphBuilder('negation');
  const x = b.input('x', 'float32', [size]);
  const rows = b.input('rows', 'int32', [1]);
  const y = b.emit('Neg', [x], { dtype: 'float32', dims: [size] });
  const z = b.emit('Gather', [y, rows], { dtype: 'float32', dims: [1] });
  b.graph.outputs.push({ name: y, dtype: 'float32', dims: [size] }, { name: z, dtype: 'float32', dims: [1] });
  returnNothing(b.graph);
  return ort.InferenceSession.create(encodeModel(b.graph), { logSeverityLevel: 4 });
}

const SIZE = 1 << 20;
const feeds = (row: number) => ({
  x: new ort.Tensor('float32', new Float32Array(SIZE).fill(3), [SIZE]),
  rows: new ort.Tensor('int32', Int32Array.of(row), [1]),
});

it('runInto writes every result into the given tensors, makes no array of the size of one, and throws what the run throws', async () => {
  const session = await negation(SIZE);
  const [y, z] = [new Float32Array(SIZE), new Float32Array(1)];
  const outputs = { Neg: new ort.Tensor('float32', y, [SIZE]), Gather: new ort.Tensor('float32', z, [1]) };
  const inputs = feeds(0);
  const before = process.memoryUsage().arrayBuffers;
  for (let run = 0; run < 3; run++) await runInto(session, inputs, outputs);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * SIZE);
  expect(y.every((value) => value === -3)).toBe(true);
  expect(z[0]).toBe(-3);
  await expect(runInto(session, feeds(SIZE), outputs)).rejects.toThrow(/out of data bounds/);
  await session.release();
});
