/** Triton's extensions: configuration, statistics, and the repository of models. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

let folders: { one: string; two: string };
const server = useServer(async (folder) => {
  folders = {
    one: await tinyArtefact({ shape: [1, 2, 2], classes: 3 }, { out: `${folder}/one` }),
    two: await tinyArtefact({ shape: [1, 2, 2] }, { out: `${folder}/two` }),
  };
  return { models: folders, device: 'cpu', maxBatch: 4, modelControl: 'explicit' };
});
const get = async (url: string) => (await ask(server(), url)).json;
const post = (url: string, body: object = {}) => ask(server(), url, { body });
const states = async () =>
  (await post('/v2/repository/index')).json.map(({ name, state }: { name: string; state: string }) => [name, state]);
const inferOne = () =>
  post('/v2/models/two/infer', {
    inputs: [
      { name: 'sample', shape: [2, 1, 2, 2], datatype: 'FP32', data: [1, 2, 3, 4, 5, 6, 7, 8] },
      { name: 'timestep', shape: [2], datatype: 'FP32', data: [1, 2] },
    ],
  });

describe('the configuration of a model', () => {
  it('has its tensors and the size of a batch', async () => {
    const config = await get('/v2/models/one/config');
    expect(config).toMatchObject({
      name: 'one',
      backend: 'onnxruntime',
      max_batch_size: 4,
      input: [
        { name: 'sample', data_type: 'TYPE_FP32', dims: [1, 2, 2] },
        { name: 'timestep', data_type: 'TYPE_FP32', dims: [] },
        { name: 'class_labels', data_type: 'TYPE_INT64', dims: [] },
      ],
      output: [{ name: 'out_sample', data_type: 'TYPE_FP32', dims: [1, 2, 2] }],
    });
    expect(await get('/v2/models/one/versions/1/config')).toEqual(config);
    expect((await ask(server(), '/v2/models/none/config')).status).toBe(404);
  });
});

describe('the statistics of a model', () => {
  it('count its images, calls of the network, and requests, done and failed', async () => {
    const of = async () => (await get('/v2/models/two/stats')).model_stats[0];
    const before = await of();
    await inferOne();
    await ask(server(), IMAGES, { body: { model: 'two', n: 3, steps: 5, seed: 1 } });
    await expect.poll(async () => (await of()).execution_count - before.execution_count).toBeGreaterThanOrEqual(6);
    const after = await of();
    expect(after.inference_count - before.inference_count).toBe(5);
    expect(after.inference_stats.success.count - before.inference_stats.success.count).toBe(2);
    expect(after.inference_stats.success.ns).toBeGreaterThan(before.inference_stats.success.ns);
    const calls = after.batch_stats.reduce(
      (sum: number, { compute_infer }: { compute_infer: { count: number } }) => sum + compute_infer.count,
      0,
    );
    expect(calls).toBe(after.execution_count);
    const all = (await get('/v2/models/stats')).model_stats.map(({ name }: { name: string }) => name);
    expect(all).toEqual(['one', 'two']);
  });
});

describe('the repository', () => {
  it('unloads a model and loads it again, as its folder is then', { tags: 'long' }, async () => {
    expect(await states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ]);
    const before = (await inferOne()).json.outputs[0].data;
    expect((await post('/v2/repository/models/two/unload')).status).toBe(200);
    expect(await states()).toEqual([
      ['one', 'READY'],
      ['two', 'UNAVAILABLE'],
    ]);
    expect((await post('/v2/repository/index', { ready: true })).json).toHaveLength(1);
    expect((await inferOne()).status).toBe(404);
    expect((await get('/v2/models')).models).toEqual(['one']);
    await tinyArtefact({ shape: [1, 2, 2], gain: 0.25 }, { out: folders.two });
    expect((await post('/v2/repository/models/two/load')).status).toBe(200);
    expect((await inferOne()).json.outputs[0].data).not.toEqual(before);
    expect(await states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ]);
  });

  it('keeps what it has where a model cannot be loaded, or is not known', { tags: 'long' }, async () => {
    await writeFile(join(folders.one, 'unet', 'model.onnx'), 'broken');
    const { status, json } = await post('/v2/repository/models/one/load');
    expect([status, json.error]).toEqual([400, expect.stringContaining('Cannot load the model')]);
    expect(await states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ]);
    expect((await inferOne()).status).toBe(200);
    expect((await post('/v2/repository/models/none/load')).status).toBe(404);
    const { json: refused } = await post('/v2/repository/models/two/load', { parameters: { config: '{}' } });
    expect(refused.error).toBe(
      'Cannot change the models: a model is loaded as its folder is, without parameters, received config.',
    );
  });

  describe('the repository of a server that is told nothing of it', { tags: 'long' }, () => {
    const fixed = useServer(async (folder) => ({
      models: { tiny: await tinyArtefact({}, { out: `${folder}/tiny` }) },
      device: 'cpu',
    }));

    it('is fixed', async () => {
      const { status, json } = await ask(fixed(), '/v2/repository/models/tiny/unload', { body: {} });
      expect([status, json.error]).toEqual([
        403,
        'Cannot change the models: the server must run with --model-control explicit.',
      ]);
    });
  });
});

describe('a call of the network', () => {
  const half = { datatype: 'FP16', data: [1, 2, 3, 4] };
  const call = (sample: object, timestep: object, more: object = {}) =>
    post('/v2/models/two/infer', {
      ...more,
      inputs: [
        { name: 'sample', shape: [1, 1, 2, 2], ...sample },
        { name: 'timestep', shape: [1], ...timestep },
      ],
    });

  it('has what the protocol allows and does not name', async () => {
    const own = { datatype: 'FP32', data: [1, 2, 3, 4], extra: 1 };
    const more = {
      model_name: 'two',
      model_version: '1',
      id: 'a',
      parameters: { priority: 1 },
      outputs: [{ name: 'out_sample', more: {} }],
    };
    const { status, json } = await call(own, { datatype: 'FP32', data: [7] }, more);
    expect([status, json.id]).toEqual([200, 'a']);
  });

  it('takes half precision and whole timesteps, and gives half precision back', async () => {
    const single = (await call({ datatype: 'FP32', data: [1, 2, 3, 4] }, { datatype: 'FP32', data: [7] })).json
      .outputs[0];
    const { json } = await call(half, { datatype: 'INT64', data: [7] });
    expect(json.outputs[0].datatype).toBe('FP16');
    for (const [i, value] of json.outputs[0].data.entries())
      expect(Math.abs(value - single.data[i])).toBeLessThan(0.01);
    expect((await call({ ...half, datatype: 'FP64' }, { datatype: 'FP32', data: [7] })).json.error).toBe(
      'Cannot call the network: sample must have the datatype FP32 or FP16, received FP64.',
    );
    expect((await call(half, { datatype: 'INT64', data: [1.5] })).json.error).toContain(
      'timestep[0] must be a whole number',
    );
  });
});
