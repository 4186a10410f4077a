/**
 * What the pipeline of a folder saves in diffusers: a folder that loads without the first.
 * @module-tag long
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportWave } from '#test/diffusers/export.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const SCRIPT = join(import.meta.dirname, '../../support/diffusers/save.py');

const unet = unetConfig({
  sample_size: 8,
  block_out_channels: [8, 16],
  norm_num_groups: 4,
  num_class_embeds: 2,
});
const tutorial = { _class_name: 'SimpleUnet', sample_size: 8, image_channels: 1, channels: [4, 6], time_emb_dim: 8 };
const CLASSES = ['cat', 'dog'];

describe('save_pretrained of the pipeline of a folder', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();
  const json = async (...path: string[]) => JSON.parse(await readFile(join(root, ...path), 'utf8'));

  it.each([
    ['of a network of diffusers', 'plain', unet, []],
    ['of one with patches', 'patches', { ...unet, patch_size: 2 }, ['modeling_extended_unet2d.py']],
    [
      'of one with pictures of its classes, in patches, on rectangles',
      'rectangles',
      { ...unet, sample_size: [8, 12], patch_size: 2, class_pictures: true },
      ['modeling_extended_unet2d.py'],
    ],
    ["of the tutorial's", 'tutorial', { ...tutorial, num_class_embeds: 2 }, ['modeling_simple_unet.py']],
  ])(
    'writes a folder that is loaded again, %s',
    async (_, name, network, code) => {
      await exportWave(join(root, name), network, { prediction_type: 'v_prediction', clip_sample: false }, CLASSES);
      const index = await json(name, 'model_index.json');
      const copy = `${name} saved`;
      const env = { ...process.env, HF_HOME: join(root, 'cache'), HF_HUB_OFFLINE: '1' };
      expect(askPython([SCRIPT, join(root, name), join(root, copy)], { env })).toEqual({
        difference: 0,
        names: { cat: 0, dog: 1 },
      });
      expect(await json(copy, 'model_index.json')).toEqual(index);
      expect(await readdir(join(root, copy))).toEqual(['model_index.json', 'pipeline.py', 'scheduler', 'unet']);
      const files = ['config.json', 'diffusion_pytorch_model.safetensors', ...code];
      expect(await readdir(join(root, copy, 'unet'))).toEqual(files);
      const imported = await runCli('import', join(root, copy), '--out', join(root, `${name} imported`));
      expect(imported).toMatchObject({ code: 0 });
    },
    300_000,
  );
});
