/** The Open Inference Protocol over gRPC, as a client in Node calls it. */
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createServer, type ServerOptions } from '#server/index.ts';
import { grpcCaller } from '#test/load/grpc.ts';
import { tinyArtefact, tinyOutput } from '#test/models/tiny-onnx.ts';
import { useServer } from '#test/server.ts';

const KEY = 'a-key-of-the-tests-1234';

// biome-ignore lint/suspicious/noExplicitAny: what proto-loader makes of the definition
type Any = any;

/** A server of its own for the tests of a suite, and calls to it. */
function useGrpc(options: Partial<ServerOptions> = {}) {
  const server = useServer(async (folder) => {
    const tiny = await tinyArtefact({ shape: [1, 2, 2], classes: 3 }, { out: join(folder, 'tiny') });
    return { models: { tiny }, device: 'cpu', ...options };
  });
  beforeAll(() => server().listen({ port: 0, grpcPort: 0 }));
  const call = (method: string, request: object, key?: string) =>
    grpcCaller(server().grpcPort!)(method, request, key === undefined ? {} : { authorization: `Bearer ${key}` });
  return { server, call };
}

const float = (...values: number[]) => ({ fp32_contents: values });
const inputs = [
  { name: 'sample', datatype: 'FP32', shape: [1, 1, 2, 2], contents: float(1, 2, 3, 4) },
  { name: 'timestep', datatype: 'FP32', shape: [1], contents: float(10) },
  { name: 'class_labels', datatype: 'INT64', shape: [1], contents: { int64_contents: [2] } },
];
const EXPECTED = [1, 2, 3, 4].map((x) => Math.fround(tinyOutput(x, 10, 2)));
const near = (values: number[]) => values.map((value) => value.toFixed(4));

describe('gRPC', () => {
  const { call } = useGrpc();

  it('tells of the server and its models, and calls the network, with values by type or raw', async () => {
    expect(await call('ServerLive', {})).toEqual({ live: true });
    expect(await call('ServerReady', {})).toEqual({ ready: true });
    expect(await call('ModelReady', { name: 'tiny' })).toEqual({ ready: true });
    expect(await call('ServerMetadata', {})).toMatchObject({ name: 'onnoise' });
    const metadata = await call('ModelMetadata', { name: 'tiny', version: '1' });
    expect(metadata.inputs.map(({ name, datatype }: Any) => [name, datatype])).toEqual([
      ['sample', 'FP32'],
      ['timestep', 'FP32'],
      ['class_labels', 'INT64'],
    ]);
    const plain = await call('ModelInfer', { model_name: 'tiny', id: 'a', inputs });
    expect([plain.id, plain.outputs[0].shape]).toEqual(['a', [1, 1, 2, 2]]);
    expect(near(plain.outputs[0].contents.fp32_contents)).toEqual(near(EXPECTED));
    const raw = await call('ModelInfer', {
      model_name: 'tiny',
      inputs: inputs.map(({ contents: _, ...input }) => input),
      raw_input_contents: [
        Buffer.from(Float32Array.of(1, 2, 3, 4).buffer),
        Buffer.from(Float32Array.of(10).buffer),
        Buffer.from(BigInt64Array.of(2n).buffer),
      ],
    });
    const bytes: Buffer = raw.raw_output_contents[0];
    expect(near([0, 4, 8, 12].map((at) => bytes.readFloatLE(at)))).toEqual(near(EXPECTED));
  });

  it.each([
    [
      'another model',
      { model_name: 'none', inputs },
      status.NOT_FOUND,
      'There is no model of that name. There are: tiny.',
    ],
    ['another version', { model_name: 'tiny', model_version: '2', inputs }, status.NOT_FOUND, 'no such version'],
    ['no sample', { model_name: 'tiny', inputs: [] }, status.INVALID_ARGUMENT, 'inputs must have sample'],
    [
      'another output',
      { model_name: 'tiny', inputs, outputs: [{ name: 'y' }] },
      status.INVALID_ARGUMENT,
      'outputs must be out_sample, received y',
    ],
    [
      'another class',
      { model_name: 'tiny', inputs: inputs.with(2, { ...inputs[2]!, contents: { int64_contents: [3] } } as never) },
      status.INVALID_ARGUMENT,
      'class_labels[0] must be a whole number from 0 to 2, received 3',
    ],
    [
      'too few bytes',
      {
        model_name: 'tiny',
        inputs: inputs.map(({ contents: _, ...input }) => input),
        raw_input_contents: [Buffer.alloc(3)],
      },
      status.INVALID_ARGUMENT,
      'sample must have a binary_data_size of 16, received 3',
    ],
  ])('refuses %s in a sentence', async (_, request, code, message) => {
    await expect(call('ModelInfer', request)).rejects.toMatchObject({
      code,
      details: expect.stringContaining(message),
    });
  });

  it('is not served unless it is asked for', { tags: 'long' }, async () => {
    const server = await createServer({ models: { tiny: await tinyArtefact() }, device: 'cpu' });
    onTestFinished(() => server.close());
    await server.listen({ port: 0 });
    expect(server.grpcPort).toBe(undefined);
  });
});

describe('gRPC with keys', () => {
  const { server, call } = useGrpc({ apiKeys: [{ key: KEY, name: 'lab', rate: 2 }] });

  it('asks for a key, counts calls against its rate and in the metrics, and tells its health to all', async () => {
    expect(await call('ServerReady', {})).toEqual({ ready: true });
    await expect(call('ModelInfer', { model_name: 'tiny', inputs })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    await expect(call('ModelMetadata', { name: 'tiny' }, `${KEY}x`)).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    for (let i = 0; i < 2; i++) await call('ModelInfer', { model_name: 'tiny', inputs }, KEY);
    await expect(call('ModelInfer', { model_name: 'tiny', inputs }, KEY)).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'A client may make 2 calls a minute.',
    });
    const headers = { authorization: `Bearer ${KEY}` };
    const metrics = (await server().app.inject({ url: '/metrics', headers })).payload;
    expect(metrics).toContain('onnoise_client_requests_total{client="lab",status="200"} 2');
    expect(metrics).toContain('onnoise_client_requests_total{client="lab",status="429"} 1');
  });
});
