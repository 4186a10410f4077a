import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportWithWeights } from '#pipeline/export/with-weights.ts';
import { expectClose } from '#test/compare.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { waveParameters } from '#test/models/model.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { done, refuses, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { WEIGHTS_FILE } from '#training/folder/weights.ts';
import { createModel } from '#training/model/index.ts';

const unet = {
  _class_name: 'UNet2DModel',
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 2,
  num_class_embeds: 2,
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
};

/** A folder as an export without weights leaves it. */
async function without(network: object): Promise<{ folder: string; at: (...parts: string[]) => string }> {
  const root = await temporaryFolder();
  const folder = join(root, 'plain');
  await exportWave(join(root, 'whole'), network, {}, ['cat', 'dog']);
  await cp(join(root, 'whole'), folder, { recursive: true });
  await rm(join(folder, WEIGHTS_FILE));
  await rm(join(folder, 'pipeline.py'));
  return { folder, at: (...parts) => join(root, ...parts) };
}
const hash = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

describe('exportWithWeights', () => {
  it('reads the weights out of the network, keeps all else, and says in the card how to use them', async () => {
    const { folder, at } = await without(unet);
    await writeFile(join(folder, 'evaluation.json'), '{}');
    const { bytes } = await exportWithWeights({ model: folder, out: at('out') });
    const { tensors } = await readSafetensors(at('out', WEIGHTS_FILE));
    const expected = waveParameters(createModel(unet).parameters);
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, values] of expected) {
      expectClose(tensors.get(name)!.data as Float32Array, values, { absolute: 1e-6, relative: 1e-5, what: name });
    }
    expect((await readFile(at('out', WEIGHTS_FILE))).length).toBe(bytes);
    for (const file of ['unet/model.onnx', 'unet/config.json', 'scheduler/scheduler_config.json', 'evaluation.json']) {
      expect(await hash(at('out', file))).toBe(await hash(join(folder, file)));
    }
    expect(JSON.parse(await readFile(at('out', 'model_index.json'), 'utf8'))).toMatchObject({
      unet: ['diffusers', 'UNet2DModel'],
      id2label: { 0: 'cat', 1: 'dog' },
    });
    expect((await readFile(at('out', 'README.md'), 'utf8')).match(/pipe\(class_labels=0/g)).toHaveLength(1);
    expect((await readdir(folder, { recursive: true })).filter((name) => /safetensors|\.py$/.test(name))).toEqual([]);
  }, 120_000);

  it.each([
    ['as it was', undefined],
    ['float16', 'float16'],
    ['int8-weights', 'int8-weights'],
  ] as const)(
    'refuses weights that are not those of the network, %s, as after training in Python',
    { tags: 'long', timeout: 120_000 },
    async (_, format) => {
      const { at } = await without(unet);
      const model = format === undefined ? at('whole') : at('small');
      if (format !== undefined) {
        const smaller = ['--model', at('whole'), '--out', model, '--format', format, '--drift', '1'];
        await done(runCli('convert', ...smaller));
      }
      await exportWithWeights({ model, out: at('same') });
      const weights = await readFile(join(model, WEIGHTS_FILE));
      const last = weights.length - 4;
      weights.writeFloatLE(weights.readFloatLE(last) + 0.5, last);
      await writeFile(join(model, WEIGHTS_FILE), weights);
      const refused = `Cannot export ${model}: unet/model.onnx must be of the weights in ${WEIGHTS_FILE}, received others, as after training in Python.`;
      await expect(exportWithWeights({ model, out: at('out') })).rejects.toThrow(refused);
      await refuses(runCli('convert', '--model', model, '--out', at('out'), '--fuse', 'loop'), refused);
      expect(existsSync(at('out'))).toBe(false);
      const imported = await runCli('import', model, '--out', at('new'));
      expect([imported.code, imported.stderr]).toEqual([0, expect.anything()]);
      await exportWithWeights({ model: at('new'), out: at('out') });
    },
  );

  it('writes into the folder itself, and again over what it wrote', { tags: 'long' }, async () => {
    const { folder } = await without(unet);
    await exportWithWeights({ model: folder, out: folder });
    const first = await hash(join(folder, WEIGHTS_FILE));
    const { code, stderr } = await runCli('convert', '--model', folder, '--out', folder, '--weights');
    const note = '--out is the folder of --model: the weights are added to it, and no copy is made.';
    expect([code, stderr]).toEqual([0, expect.stringContaining(note)]);
    expect(await hash(join(folder, WEIGHTS_FILE))).toBe(first);
  });

  it('reads the weights of an autoencoder out of its graphs', async () => {
    const root = await temporaryFolder();
    const folder = await latentModel(root);
    const name = 'vae/diffusion_pytorch_model.safetensors';
    const before = (await readSafetensors(join(folder, name))).tensors;
    await rm(join(folder, name));
    await exportWithWeights({ model: folder, out: join(root, 'out') });
    const { tensors } = await readSafetensors(join(root, 'out', name));
    expect([...tensors.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, { data }] of before) {
      expectClose(tensors.get(name)!.data as Float32Array, data as Float32Array, { absolute: 1e-6, relative: 1e-5 });
    }
    await cp(join(folder, 'vae/encoder.onnx'), join(folder, 'vae/decoder.onnx'));
    await expect(exportWithWeights({ model: folder, out: join(root, 'other') })).rejects.toThrow(
      says(
        'Cannot export *latents: the graphs of the autoencoder *latents must hold its weights, but it does not compute',
      ),
    );
    expect(existsSync(join(root, 'other'))).toBe(false);
  });

  it('refuses what is no model', async () => {
    const { at } = await without(unet);
    await expect(exportWithWeights({ model: at('none'), out: at('out') })).rejects.toThrow(
      says('Cannot export *none: --model must be a model folder, received none.'),
    );
    expect(await readdir(at('.'))).toEqual(['plain', 'whole']);
  });
});
