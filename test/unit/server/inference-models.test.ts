/** What the Open Inference Protocol and Triton's extensions tell of a server and its models, and how they change those. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '#server/index.ts';
import { grpcCaller } from '#test/load/grpc.ts';
import { trainedCard } from '#test/models/card.ts';
import { GUIDED, type TinyOptions, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ROOT, readText } from '#test/repository.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const KEY = 'a-key-of-the-tests-1234';
const PATIENCE = { timeout: 20_000 };
const HAND = { classes: ['background', 'bone'], values: [0, 7] };
const PETS = trainedCard({
  name: 'pets',
  data: { name: 'pets', hash: 'sha256:0', count: 2, classNames: ['cat', 'dog'] },
});

let folders: { told: string; two: string };
const server = useServer(async (folder) => {
  const model = (name: string, options: TinyOptions, card = PETS) =>
    tinyArtefact({ shape: [1, 2, 2], ...options }, { out: join(folder, name), card });
  folders = { told: await model('told', { ...GUIDED, conditionImage: HAND }), two: await model('two', {}, undefined) };
  return { models: folders, device: 'cpu', maxBatch: 4, modelControl: 'explicit' };
});
beforeAll(() => server().listen({ port: 0, grpcPort: 0 }));

const get = async (url: string) => (await ask(server(), url)).json;
const post = (url: string, body: object = {}) => ask(server(), url, { body });
const grpc = (method: string, request: object) => grpcCaller(server().grpcPort!)(method, request);
const inferOne = () =>
  post('/v2/models/two/infer', {
    inputs: [
      { name: 'sample', shape: [2, 1, 2, 2], datatype: 'FP32', data: [1, 2, 3, 4, 5, 6, 7, 8] },
      { name: 'timestep', shape: [2], datatype: 'FP32', data: [1, 2] },
    ],
  });

describe('over HTTP and gRPC', () => {
  it('the server tells what it is, and whether it lives and is ready', async () => {
    const extensions = ['binary_tensor_data', 'model_configuration', 'statistics', 'model_repository'];
    expect(await get('/v2')).toEqual({ name: 'onnoise', version: '0.1.0', extensions });
    expect(await grpc('ServerMetadata', {})).toMatchObject({ name: 'onnoise' });
    for (const [path, method, told] of [
      ['/v2/health/live', 'ServerLive', { live: true }],
      ['/v2/health/ready', 'ServerReady', { ready: true }],
      ['/v2/models/two/ready', 'ModelReady', { ready: true }],
    ] as const) {
      expect(await get(path)).toMatchObject(told);
      expect(await grpc(method, { name: 'two' })).toEqual(told);
    }
  });

  it('a model is described with its inputs and what its numbers mean, with and without its version', async () => {
    const inputs = [
      { name: 'sample', datatype: 'FP32', shape: [-1, 1, 2, 2] },
      { name: 'timestep', datatype: 'FP32', shape: [-1] },
      { name: 'class_labels', datatype: 'INT64', shape: [-1] },
      { name: 'conditions', datatype: 'FP32', shape: [-1, 2] },
      { name: 'condition_image', datatype: 'FP32', shape: [-1, 2, 2, 2] },
    ];
    const outputs = [{ name: 'out_sample', datatype: 'FP32', shape: [-1, 1, 2, 2] }];
    const described = { name: 'told', versions: ['1'], platform: 'onnxruntime_onnx', inputs, outputs };
    const parameters = {
      timesteps: 100,
      class_names: '["cat","dog"]',
      null_class: 2,
      conditions: '[{"name":"age","mean":100,"std":40,"min":10,"max":200}]',
      condition_mask: '{"classes":["background","bone"],"values":[0,7]}',
    };
    for (const path of ['', '/versions/1']) {
      expect(await get(`/v2/models/told${path}`)).toEqual({ ...described, parameters });
    }
    expect(await grpc('ModelMetadata', { name: 'told', version: '1' })).toMatchObject(described);
    const triton = ({ name, datatype, shape }: (typeof inputs)[number]) => ({
      name,
      data_type: `TYPE_${datatype}`,
      dims: shape,
    });
    const config = await get('/v2/models/told/config');
    expect(config).toMatchObject({ backend: 'onnxruntime', max_batch_size: 0 });
    expect([config.input, config.output]).toEqual([inputs.map(triton), outputs.map(triton)]);
    expect(await get('/v2/models/told/versions/1/config')).toEqual(config);
    expect((await grpc('ModelConfig', { name: 'told' })).config).toEqual(config);
  });

  it.each(['none', 'none/ready', 'two/versions/2', '..%2ftwo', 'none/config'])('there is no model %s', async (path) => {
    const { status, json } = await ask(server(), `/v2/models/${path}`);
    expect([status, Object.keys(json)]).toEqual([404, ['error']]);
  });

  it('the statistics of a model count its images, calls of the network, and requests', async () => {
    const of = async () => (await get('/v2/models/two/stats')).model_stats[0];
    const before = await of();
    await inferOne();
    await post(IMAGES, { model: 'two', n: 3, steps: 5, seed: 1 });
    await expect.poll(async () => (await of()).execution_count - before.execution_count, PATIENCE).toBe(6);
    const after = await of();
    expect(after.inference_count - before.inference_count).toBe(5);
    expect(after.inference_stats.success.count - before.inference_stats.success.count).toBe(2);
    expect(after.inference_stats.success.ns).toBeGreaterThan(before.inference_stats.success.ns);
    const calls = after.batch_stats.map(
      ({ compute_infer }: { compute_infer: { count: number } }) => compute_infer.count,
    );
    expect(calls.reduce((sum: number, count: number) => sum + count, 0)).toBe(after.execution_count);
    // perf_analyzer stops where these differ.
    for (const part of ['compute_input', 'compute_infer', 'compute_output', 'queue'])
      expect([part, after.inference_stats[part].count]).toEqual([part, after.inference_count]);
    const all = await get('/v2/models/stats');
    expect(all.model_stats.map(({ name }: { name: string }) => name)).toEqual(['told', 'two']);
    expect(await grpc('ModelStatistics', {})).toMatchObject(all);
    expect(await grpc('ModelStatistics', { name: 'two' })).toMatchObject({ model_stats: [after] });
  });
});

describe('the repository', () => {
  const expectStates = async (...states: string[]) =>
    expect(
      (await post('/v2/repository/index')).json.map(({ name, state }: { name: string; state: string }) => [
        name,
        state,
      ]),
    ).toEqual(['told', 'two'].map((name, i) => [name, states[i] ?? 'READY']));

  it('unloads a model and loads it again, as its folder is then', { tags: 'long' }, async () => {
    await expectStates();
    const before = (await inferOne()).json.outputs[0].data;
    expect((await post('/v2/repository/models/two/unload')).status).toBe(200);
    await expectStates('READY', 'UNAVAILABLE');
    expect((await post('/v2/repository/index', { ready: true })).json).toHaveLength(1);
    expect((await inferOne()).status).toBe(404);
    expect((await get('/v2/models')).models).toEqual(['told']);
    await tinyArtefact({ shape: [1, 2, 2], gain: 0.25 }, { out: folders.two });
    expect((await post('/v2/repository/models/two/load')).status).toBe(200);
    expect((await inferOne()).json.outputs[0].data).not.toEqual(before);
    await expectStates();
  });

  it('keeps what it has where a model cannot be loaded, or is not known', { tags: 'long' }, async () => {
    await writeFile(join(folders.told, 'unet', 'model.onnx'), 'broken');
    const { status, json } = await post('/v2/repository/models/told/load');
    expect([status, json.error]).toEqual([400, expect.stringContaining('Cannot load the model')]);
    await expectStates();
    expect((await inferOne()).status).toBe(200);
    expect((await post('/v2/repository/models/none/load')).status).toBe(404);
    const { json: refused } = await post('/v2/repository/models/two/load', { parameters: { config: '{}' } });
    expect(refused.error).toBe(
      'Cannot change the models: a model is loaded as its folder is, without parameters, received config.',
    );
  });
});

it('a server with keys asks calls over gRPC for one, counts them against its rate, and changes no models unasked', async () => {
  const own = await createServer({
    models: { tiny: await tinyArtefact() },
    device: 'cpu',
    apiKeys: [{ key: KEY, name: 'lab', rate: 2 }],
  });
  onTestFinished(() => own.close());
  await own.listen({ port: 0, grpcPort: 0 });
  const ofKey = (key: string) => ({ authorization: `Bearer ${key}` });
  const call = grpcCaller(own.grpcPort!);
  const inputs = [
    { name: 'sample', datatype: 'FP32', shape: [1, 1, 4, 4], contents: { fp32_contents: new Array(16).fill(0) } },
    { name: 'timestep', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } },
  ];
  const infer = (key?: string) => call('ModelInfer', { model_name: 'tiny', inputs }, key ? ofKey(key) : {});
  expect(await call('ServerReady', {})).toEqual({ ready: true });
  for (const key of [undefined, `${KEY}x`])
    await expect(infer(key)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  for (let i = 0; i < 2; i++) await infer(KEY);
  await expect(infer(KEY)).rejects.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    details: 'A client may make 2 calls a minute.',
  });
  const headers = ofKey(KEY);
  const metrics = (await ask(own, '/metrics', { headers })).body.toString();
  expect(metrics).toContain('onnoise_client_requests_total{client="lab",status="200"} 2');
  expect(metrics).toContain('onnoise_client_requests_total{client="lab",status="429"} 1');
  const refused = await ask(own, '/v2/repository/models/tiny/unload', { body: {}, headers });
  expect([refused.status, refused.json.error]).toEqual([
    403,
    'Cannot change the models: the server must run with --model-control explicit.',
  ]);
});

it('a server has no gRPC unless it is asked for', { tags: 'long' }, async () => {
  const own = await createServer({ models: { tiny: await tinyArtefact() }, device: 'cpu' });
  onTestFinished(() => own.close());
  await own.listen({ port: 0 });
  expect(own.grpcPort).toBe(undefined);
});

it('docs/serving/network.md has the config.pbtxt of the shipped digits for Triton itself, with the tensors of their network', async () => {
  const file = /^name: "digits"[\s\S]*?(?=^```)/m.exec(readText('docs/serving/network.md'))![0];
  const tensors = /\{ name: "(\w+)" data_type: TYPE_(\w+) dims: \[ ([\d, ]+) \]( reshape: \{ shape: \[ \] \})? \}/g;
  const told = Array.from(file.matchAll(tensors), ([, name, type, dims, scalar]) => [
    name,
    { FP32: 'float32', INT64: 'int64' }[type!],
    scalar ? 1 : 1 + dims!.split(',').length,
    ...(scalar ? [] : dims!.split(',').map(Number)),
  ]);
  const session = await InferenceSession.create(join(ROOT, 'models', 'digits', 'unet', 'model.onnx'));
  const metadata = [...session.inputMetadata, ...session.outputMetadata];
  await session.release();
  expect(told).toEqual(
    metadata.map((one) => one.isTensor && [one.name, one.type, one.shape.length, ...one.shape.slice(1)]),
  );
});
