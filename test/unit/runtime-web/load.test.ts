import { loadModel, type ModelFiles } from '@onnoise/runtime-web';
import { compileSampler, InputError, parseSchedulerConfig, sampleImages } from '@onnoise/scheduler';
import onnxProto, { type onnx as Onnx } from 'onnx-proto';
import { describe, expect, it, vi } from 'vitest';
import { expectClose } from '#test/compare.ts';

// The bundle for browsers does not start in Node; the package's build for Node has the same WebAssembly.
vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

const { onnx } = onnxProto;
const { FLOAT, INT64 } = onnx.TensorProto.DataType;

/** out_sample = tanh(sample) - timestep / 100 (+ class_labels), on [N, 1, 2, 3]. */
function network(conditional: boolean): Uint8Array<ArrayBuffer> {
  const value = (name: string, elemType: number, dims: (number | string)[]) => ({
    name,
    type: {
      tensorType: {
        elemType,
        shape: { dim: dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })) },
      },
    },
  });
  const node = (opType: string, input: string[], output: string, attribute: Onnx.IAttributeProto[] = []) => ({
    opType,
    input,
    output: [output],
    attribute,
  });
  const cast = [{ name: 'to', type: onnx.AttributeProto.AttributeType.INT, i: FLOAT }];
  const graph = {
    name: 'toy',
    input: [
      value('sample', FLOAT, ['N', 1, 2, 3]),
      value('timestep', FLOAT, ['N']),
      ...(conditional ? [value('class_labels', INT64, ['N'])] : []),
    ],
    output: [value('out_sample', FLOAT, ['N', 1, 2, 3])],
    initializer: [
      { name: 'hundred', dataType: FLOAT, dims: [1], floatData: [-100] },
      { name: 'column', dataType: INT64, dims: [4], int64Data: [-1, 1, 1, 1] },
    ],
    node: [
      node('Tanh', ['sample'], 'squashed'),
      node('Div', ['timestep', 'hundred'], 'time'),
      ...(conditional
        ? [node('Cast', ['class_labels'], 'label', cast), node('Add', ['time', 'label'], 'shift')]
        : [node('Identity', ['time'], 'shift')]),
      node('Reshape', ['shift', 'column'], 'shift4'),
      node('Add', ['squashed', 'shift4'], 'out_sample'),
    ],
  };
  return Uint8Array.from(
    onnx.ModelProto.encode(onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ version: 13 }], graph })).finish(),
  );
}

/** The same with metadata from its writer. */
function noted(metadata: Record<string, string>): Uint8Array<ArrayBuffer> {
  const model = onnx.ModelProto.decode(network(false));
  model.metadataProps = Object.entries(metadata).map(([key, value]) =>
    onnx.StringStringEntryProto.create({ key, value }),
  );
  return Uint8Array.from(onnx.ModelProto.encode(model).finish());
}

const schedulerJson = { num_train_timesteps: 50, beta_schedule: 'squaredcos_cap_v2' };
const json = (value: unknown) => new Blob([JSON.stringify(value)]);

function files(conditional = false, replaced: ModelFiles = {}): ModelFiles {
  return {
    'scheduler/scheduler_config.json': json(schedulerJson),
    'unet/config.json': json({ in_channels: 1, sample_size: [2, 3], num_class_embeds: conditional ? 3 : null }),
    'unet/model.onnx': network(conditional),
    ...replaced,
  };
}

describe('loadModel and sample', () => {
  it('runs the network in WebAssembly with the sampler of the scheduler', async () => {
    const model = await loadModel(files(), { device: 'wasm' });
    const { images, seeds, shape } = await model.sample({ count: 3, seed: 5, steps: 7, sampler: 'ddpm' });
    const expected = await sampleImages({
      table: compileSampler(parseSchedulerConfig(schedulerJson), { sampler: 'ddpm', steps: 7 }),
      shape: [1, 2, 3],
      seeds: [5, 6, 7],
      denoise: async (x, t) => x.map((v, i) => Math.tanh(v) - t[Math.floor(i / 6)]! / 100),
    });
    expect([seeds, shape, model.classes]).toEqual([[5, 6, 7], [1, 2, 3], 0]);
    expectClose(images, expected, { absolute: 1e-4 });
    await model.dispose();
  });

  it('fetches the files that are given by their address, and does without those that sampling does not need', async () => {
    const address = (value: unknown) => new URL(`data:application/json,${encodeURIComponent(JSON.stringify(value))}`);
    const given = {
      'scheduler/scheduler_config.json': address(schedulerJson).href,
      'unet/config.json': address({ in_channels: 1, sample_size: [2, 3], num_class_embeds: 3 }),
      'model_index.json': 'http://127.0.0.1:9/model_index.json',
    };
    const model = await loadModel(files(true, given), { device: 'wasm' });
    expect([model.shape, model.classes, model.classNames]).toEqual([[1, 2, 3], 3, undefined]);
    await model.dispose();
    const missing = files(false, { 'unet/config.json': 'http://127.0.0.1:9/config.json' });
    await expect(loadModel(missing)).rejects.toThrow('http://127.0.0.1:9/config.json must answer');
  });

  it('takes the labels of a conditional model in turn, all classes by default', async () => {
    const model = await loadModel(files(true), { device: 'wasm' });
    const all = await model.sample({ count: 4, steps: 2 });
    expect(all.labels).toEqual([0, 1, 2, 0]);
    const one = await model.sample({ seeds: [2], steps: 2, labels: [2] });
    expectClose(one.images, all.images.subarray(12, 18), { absolute: 1e-6 });
    const other = await model.sample({ seeds: [2], steps: 2, labels: [0] });
    expect(other.images).not.toEqual(one.images);
    for (const labels of [[3], [-1], []]) {
      await expect(model.sample({ labels })).rejects.toThrow(InputError);
    }
    await model.dispose();
  });

  it('takes classes by name, of model_index.json and not of the card', async () => {
    const named = {
      'model_index.json': json({ id2label: { 0: 'cat', 1: 'dog', 2: 'a horse, grey' } }),
      'README.md': new Blob(['- classes: a, b, c']),
    };
    const model = await loadModel(files(true, named), { device: 'wasm' });
    expect(model.classNames).toEqual(['cat', 'dog', 'a horse, grey']);
    const { labels } = await model.sample({ count: 4, steps: 1, labels: ['a horse, grey', 1, '0'] });
    expect(labels).toEqual([2, 1, 0, 2]);
    await expect(model.sample({ labels: ['cow'] })).rejects.toThrow(
      'a label must be a class, one of cat, dog, "a horse, grey", or a number from 0 to 2, received "cow".',
    );
    await model.dispose();
  });

  it('takes the files that are read first for what they are: a broken model_index.json is told of', async () => {
    const load = loadModel(files(true, { 'model_index.json': new Blob(['{']) }), { device: 'wasm' });
    await expect(load).rejects.toThrow('model_index.json must be JSON');
  });

  it('reads the channels of SimpleUnet under the name it gives them', async () => {
    const config = json({ image_channels: 1, sample_size: [2, 3], num_class_embeds: null });
    const model = await loadModel(files(false, { 'unet/config.json': config }), { device: 'wasm' });
    expect(model.shape).toEqual([1, 2, 3]);
    await model.dispose();
  });

  it('falls back to WebAssembly and says why', async () => {
    const { device, threads, reason, dispose } = await loadModel(files());
    expect([device, threads]).toEqual(['wasm', 1]);
    expect(reason).toBe(
      'The browser has no WebGPU. WebAssembly has one thread because the page is not cross-origin isolated.',
    );
    await dispose();
  });

  it.each([
    [{ count: 0 }, 'count must be'],
    [{ seed: -1 }, 'seed must be'],
    [{ seeds: [] }, 'seeds must be at least one'],
    [{ seeds: [1], count: 2 }, 'seeds must be as many as count, 2'],
    [{ seeds: [1], seed: 2 }, 'seed must be left out'],
    [{ labels: [0] }, 'labels must be left out'],
    [{ steps: 51 }, 'steps must be an integer from 1 to 50'],
  ])('refuses to sample with %j', async (options, message) => {
    const model = await loadModel(files(), { device: 'wasm' });
    await expect(model.sample(options)).rejects.toThrow(message);
    await expect(model.sample(options)).rejects.toThrow(InputError);
  });

  it.each([
    ['unet/model.onnx', new Uint8Array(20), 'a network that runs on wasm'],
    ['unet/model.onnx', new Uint8Array(0), 'must be an ONNX network, received an empty file'],
    ['unet/model.onnx', new Blob([' <!DOCTYPE html><p>']), 'must be an ONNX network, received a web page'],
    ['unet/model.onnx', new Blob(['version https://git-lfs.github.com/spec/v1']), 'received a pointer of Git LFS'],
    ['unet/model.onnx', network(false).subarray(0, 100), 'received the first 100 bytes of'],
    ['unet/model.onnx', noted({ num_train_timesteps: '60' }), 'unet/model.onnx, received 50 and 60.'],
    ['unet/model.onnx', noted({ num_class_embeds: '4' }), 'num_class_embeds must be the same in unet/config.json and'],
    ['unet/config.json', json({ in_channels: 1, sample_size: [2, 3], num_train_timesteps: 9 }), 'received 50 and 9.'],
    ['unet/config.json', json({ in_channels: 1, out_channels: 3, sample_size: 2 }), 'out_channels of unet/config.json'],
    [
      'unet/model.onnx',
      network(true),
      'must have the inputs sample, timestep that unet/config.json asks for, received sample, timestep, class_labels',
    ],
    ['unet/config.json', json({ in_channels: 3, sample_size: 2 }), 'must have sample as float32 [N, 3, 2, 2]'],
    ['unet/config.json', json([1]), 'unet/config.json must be a JSON object, received [1]'],
    ['unet/config.json', new Blob(['{']), 'unet/config.json must be JSON'],
    ['unet/config.json', json({ in_channels: 0, sample_size: 2 }), 'in_channels of unet/config.json must be'],
    ['unet/config.json', json({ in_channels: 1, sample_size: [2] }), 'sample_size of unet/config.json must be'],
    ['scheduler/scheduler_config.json', json({ foo: 1 }), 'unknown key "foo"'],
  ])('refuses a broken %s (%#)', async (path, content, message) => {
    const load = loadModel(files(false, { [path]: content }), { device: 'wasm' });
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow(InputError);
  });

  it('finds the files of a folder picked from above, and files picked by themselves', async () => {
    const { 'unet/model.onnx': onnx, 'unet/config.json': unet, 'scheduler/scheduler_config.json': scheduler } = files();
    const above = { 'a/b/unet/model.onnx': onnx!, 'a/b/unet/config.json': unet!, 'a/b/config.json': json(0) };
    for (const picked of [
      { ...above, 'a/b/scheduler/scheduler_config.json': scheduler! },
      { 'model.onnx': onnx!, 'config.json': unet!, 'scheduler_config.json': scheduler! },
    ]) {
      const model = await loadModel(picked, { device: 'wasm' });
      expect(model.shape).toEqual([1, 2, 3]);
      await model.dispose();
    }
  });

  it('reads nothing from the model card', async () => {
    const model = await loadModel(files(true, { 'README.md': new Blob(['# m\n\n- classes: cat, big dog, owl\n']) }));
    expect(model.classNames).toBeUndefined();
    await model.dispose();
  });

  it('refuses a missing file and a device that is not there', async () => {
    const { 'unet/model.onnx': _, ...rest } = files();
    await expect(loadModel(rest, { device: 'wasm' })).rejects.toThrow(
      'it must be a model folder, but its unet/model.onnx is missing.',
    );
    await expect(loadModel(files(), { device: 'webgpu' })).rejects.toThrow('The browser has no WebGPU');
  });
});
