import { existsSync } from 'node:fs';
import { cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportRun } from '#pipeline/export/export.ts';
import { exportSmallerCopy } from '#pipeline/export/formats/existing.ts';
import { loadModel } from '#runtime-node/index.ts';
import { barsDataset } from '#test/bars.ts';
import { expectClose } from '#test/compare.ts';
import { autoencoderConfig, autoencoderFolder } from '#test/models/autoencoder.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { readAutoencoder, withLatents } from '#training/autoencoder/index.ts';
import type { Dataset } from '#training/data/index.ts';
import { draftPlan, settingsOf } from '#training/plan/index.ts';
import { train } from '#training/run/index.ts';
import { readLines, readRunLayer } from '#training/saved/index.ts';

const at = temporaryFolder();
const place = (...names: string[]) => join(at, ...names);
const images: Dataset = { ...barsDataset({ count: 30, held: 6, size: 8 }), hash: 'b'.repeat(64) };

const network = unetConfig({ block_out_channels: [4, 8], norm_num_groups: 2, sample_size: 8 });
const ofNetwork = () => {
  const { sample_size: _, in_channels: __, out_channels: ___, ...others } = network;
  return others;
};

/** What the command line would give. */
const given = (more: { data?: object; training?: object; model?: object; scheduler?: object } = {}) => ({
  name: 'the test',
  config: {
    data: { source: 'bars', cacheDir: place('cache'), ...more.data },
    model: { ...ofNetwork(), ...more.model },
    scheduler: { ...more.scheduler },
    training: { autoencoder: place('ae'), steps: 6, batch: 4, ...more.training },
    output: { sampleEvery: 3, checkpointEvery: 3, sampleCount: 4, sampleSteps: 2 },
  },
});

async function run(folder: string, more: Parameters<typeof given>[0] = {}, resume = false) {
  const layers = [...(resume ? [await readRunLayer(place(folder))] : []), given(more)];
  const { config, start, yielding, autoencoder } = await settingsOf(layers, resume ? place(folder) : undefined);
  const plan = draftPlan(config, start, yielding, autoencoder);
  return train({ run: place(folder), resume, plan, dataset: images });
}

beforeAll(async () => {
  await autoencoderFolder(place('ae'), autoencoderConfig());
  await autoencoderFolder(place('other'), autoencoderConfig(), 1);
});

describe('a run on latents', () => {
  const lossesOf = async (folder: string) =>
    (await readLines<{ step: number; loss: number }>(place(folder, 'metrics.jsonl'))).map(({ loss }) => loss);
  beforeAll(async () => {
    await run('whole');
  });

  it('learns the latents of its pictures, and draws these', async () => {
    const config = JSON.parse(await readFile(place('whole/config.json'), 'utf8'));
    expect(config.data).toMatchObject({ size: 8, channels: 1 });
    expect(config.model).toMatchObject({ sample_size: 4, in_channels: 2, out_channels: 2 });
    const { hash } = await readAutoencoder(place('ae'));
    expect(config.training).toMatchObject({ autoencoder: place('ae'), autoencoderHash: hash });
    expect(existsSync(place('whole/vae/decoder.onnx'))).toBe(true);
    expect(JSON.parse(await readFile(place('whole/data.json'), 'utf8'))).toMatchObject({ width: 8, channels: 1 });
  });

  it('goes on to the bit where it was stopped, though the autoencoder is gone', async () => {
    await cp(place('ae'), place('gone'), { recursive: true });
    await run('parts', { training: { steps: 3, autoencoder: place('gone') } });
    await writeFile(place('gone/vae/config.json'), '{}');
    await run('parts', { training: { autoencoder: place('gone') } }, true);
    expect(await lossesOf('parts')).toEqual(await lossesOf('whole'));
  });

  it('becomes one folder that draws pictures, and goes on from them', async () => {
    await exportRun({ run: place('whole'), out: place('model') });
    expect(await readdir(place('model/vae'))).toEqual(
      expect.arrayContaining(['config.json', 'decoder.onnx', 'diffusion_pytorch_model.safetensors', 'encoder.onnx']),
    );
    const index = JSON.parse(await readFile(place('model/model_index.json'), 'utf8'));
    expect(index).toMatchObject({ _class_name: 'OnnoisePipeline', vae: ['diffusers', 'AutoencoderKL'] });
    const model = await loadModel(place('model'), { device: 'cpu' });
    const options = { seed: 3, count: 2, steps: 3, labels: [0] };
    const { images: drawn, shape } = await model.sample(options);
    expect([shape, drawn.length]).toEqual([[1, 8, 8], 128]);
    const alone = await model.sample({ ...options, count: 1, seed: 4 });
    expectClose(alone.images, drawn.slice(64), { absolute: 1e-5 });

    const from = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    const mask = Float32Array.from({ length: 64 }, (_, i) => (i < 16 ? 1 : 0)); // two rows, one of latents
    const mended = await model.sample({ ...options, from, mask });
    for (const i of [0, 1]) expect(mended.images.subarray(64 * i + 16, 64 * i + 64)).toEqual(from.subarray(16));
    expect(mended.images.subarray(0, 16)).not.toEqual(from.subarray(0, 16));
    const seen: Float32Array[] = [];
    await model.sample({ ...options, onStep: ({ x }) => seen.push(x.slice()) });
    expect(seen.at(-1)).toHaveLength(2 * 32);
    expect(await model.decode(seen.at(-1)!)).toEqual(drawn);
    await model.dispose();
  });

  it('becomes a smaller one with a smaller autoencoder, which it then knows', async () => {
    await exportSmallerCopy({ model: place('model'), out: place('small'), format: 'float16', drift: 0.5 });
    const { hash } = await readAutoencoder(place('small'));
    expect(hash).not.toBe((await readAutoencoder(place('model'))).hash);
    const training = JSON.parse(await readFile(place('small/training.json'), 'utf8'));
    expect(training.settings.training.autoencoderHash).toBe(hash);
  });

  it('goes on from such a folder with the autoencoder in it, and with no other', async () => {
    const init = place('model');
    await run('more', { training: { autoencoder: undefined, init, steps: 1 } });
    const config = JSON.parse(await readFile(place('more/config.json'), 'utf8'));
    expect([config.training.autoencoder, config.model.sample_size]).toEqual([init, 4]);
    await expect(run('mixed', { training: { init, autoencoder: place('other'), steps: 1 } })).rejects.toThrow(
      /^Cannot start training: --autoencoder must be that of .*model, whose latents its weights know, received .*other/,
    );
    await cp(place('model'), place('foreign'), { recursive: true });
    await cp(place('other/vae/decoder.onnx'), place('foreign/vae/decoder.onnx'));
    await expect(loadModel(place('foreign'), { device: 'cpu' })).rejects.toThrow(
      /vae must be the autoencoder that the network learnt from, received another. Copy that one back/,
    );
  });

  it('refuses latents that samplers would clip', async () => {
    await cp(place('ae'), place('wide'), { recursive: true });
    const config = JSON.parse(await readFile(place('wide/vae/config.json'), 'utf8'));
    await writeFile(place('wide/vae/config.json'), JSON.stringify({ ...config, scaling_factor: 50 }));
    const training = { autoencoder: place('wide'), steps: 1 };
    await expect(run('clipped', { training })).rejects.toThrow(
      /^Cannot start training: --scheduler.clip_sample must be false for latents of which \d+ % lie beyond 1, where/,
    );
    await run('wider', { training, scheduler: { clip_sample: false } });
  });
});

describe('latents', () => {
  it('are made once, and drawn anew at each place of a run', async () => {
    let calls = 0;
    const options = { cacheDir: place('once'), onProgress: () => void calls++ };
    const autoencoder = await readAutoencoder(place('ae'));
    (await withLatents(images, autoencoder, options)).close();
    expect(calls).toBeGreaterThan(0);
    calls = 0;
    const again = await withLatents(images, autoencoder, options);
    expect(calls).toBe(0);
    expect([again.train, again.labels, again.hash]).toEqual([images.train, images.labels, images.hash]);
    const read = (place: number) => again.latents!.read([3, 5], { seed: 1, place });
    expect(await read(7)).toEqual(await read(7));
    expect(await read(7)).not.toEqual(await read(9));
    const means = await again.latents!.read([3, 5]);
    expect(means).toHaveLength(2 * 32);
    again.close();
    const [folder] = await readdir(place('once'));
    await truncate(join(place('once'), folder!, 'data.bin'), 100);
    (await withLatents(images, autoencoder, options)).close();
    expect(calls).toBeGreaterThan(0); // a damaged set is made again
  });
});

it.each([
  [
    { training: { autoencoder: 'nowhere' } },
    /^Cannot read the autoencoder nowhere: it must be the folder of an autoencoder, .* its vae\/config.json is missing\.$/,
  ],
  [{ data: { size: 9 } }, /--size must be a multiple of 2, the stride of the autoencoder .*, received 9/],
  [{ data: { channels: 3 } }, /--channels must be 1, as the pictures of the autoencoder .*, received 3/],
  [
    { data: { flip: true } },
    '--flip must be left out with --autoencoder: latents are made once, of images as they are, received true.',
  ],
  [{ data: { maskRole: 'output' } }, '--mask-role must be input with --autoencoder, which makes no masks'],
  [
    { model: { sample_size: 4 } },
    'model.sample_size of the test must be left out: the autoencoder decides it, received 4.',
  ],
  [
    { training: { autoencoderHash: 'abc' } },
    /--autoencoder-hash must be the SHA-256 of .*, [0-9a-f]{64}, received "abc"/,
  ],
])('settings are refused: %j', async (more, sentence) => {
  await expect(run('refused', more)).rejects.toThrow(sentence);
});
