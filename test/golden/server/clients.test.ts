/** The real clients of the Open Inference Protocol: Triton's over HTTP and gRPC, and KServe's. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '#server/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');
const SCRIPT = join(import.meta.dirname, 'clients.py');

const LACKS_ORT = lacksPython('onnxruntime');
const LACKS_TRITON = LACKS_ORT ?? lacksPython('tritonclient.grpc');
const LACKS_KSERVE = LACKS_ORT ?? lacksPython('kserve');
const PATIENCE = { timeout: 240_000 };

async function serve(models: Record<string, string> = { digits: DIGITS }) {
  const server = await createServer({ models, device: 'cpu', modelControl: 'explicit' });
  onTestFinished(() => server.close());
  const url = await server.listen({ port: 0, grpcPort: 0 });
  return { http: url, grpc: `127.0.0.1:${server.grpcPort}` };
}

/** Not in this process's time, which the server needs. */
async function ask(kind: string, address: string, [name, folder] = ['digits', DIGITS]): Promise<unknown> {
  const network = join(folder!, 'unet', 'model.onnx');
  const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, kind, address, name!, network]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe('clients of the Open Inference Protocol', () => {
  it("Triton's over HTTP has onnxruntime's numbers to the bit, and its extensions", {
    ...skipBecause(LACKS_TRITON),
    ...PATIENCE,
  }, async () => {
    const { http } = await serve();
    expect(await ask('http', new URL(http).host)).toEqual({
      differences: { 'float32 True': 0, 'float32 False': 0, float16: 0 },
      dtype: 'float16',
      live: [true, true, true],
      metadata: 'digits',
      extensions: ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'],
      config: ['onnxruntime', ['TYPE_FP32', 'TYPE_FP32', 'TYPE_INT64']],
      inferences: 9,
      index: [['digits', 'READY']],
      gone: false,
    });
  });

  it("Triton's over gRPC has onnxruntime's numbers to the bit", {
    ...skipBecause(LACKS_TRITON),
    ...PATIENCE,
  }, async () => {
    const { grpc } = await serve();
    expect(await ask('grpc', grpc)).toEqual({
      differences: { 'float32 None': 0, float16: 0 },
      dtype: 'float16',
      live: [true, true, true],
      metadata: 'digits',
      config: ['TYPE_FP32', 'TYPE_FP32', 'TYPE_INT64'],
      inferences: 6,
      error: ['StatusCode.INVALID_ARGUMENT', 'Cannot call the network: inputs must have sample.'],
    });
  });

  it("Triton's tells a network masks, with onnxruntime's numbers to the bit", {
    ...skipBecause(LACKS_TRITON),
    ...PATIENCE,
  }, async () => {
    const told = await tinyArtefact({ T: 1000, conditionImage: { classes: ['background', 'bone', 'skin'] } });
    const { http, grpc } = await serve({ told });
    expect(await ask('http', new URL(http).host, ['told', told])).toMatchObject({
      differences: { 'float32 True': 0, 'float32 False': 0, float16: 0 },
      config: ['onnxruntime', ['TYPE_FP32', 'TYPE_FP32', 'TYPE_FP32']],
    });
    expect(await ask('grpc', grpc, ['told', told])).toMatchObject({ differences: { 'float32 None': 0, float16: 0 } });
  });

  it("KServe's over HTTP has onnxruntime's numbers to the bit", {
    ...skipBecause(LACKS_KSERVE),
    ...PATIENCE,
  }, async () => {
    const { http } = await serve();
    expect(await ask('kserve', http)).toEqual({
      differences: { 'float32 True': 0, 'float32 False': 0 },
      live: [true, true, true],
    });
  });
});
