import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unetConfig } from '#test/models/unet.ts';
import { filesForPython, libraryOf, modelIndex, pythonExample } from '#training/folder/python-files.ts';
import { WEIGHTS_FILE } from '#training/folder/weights.ts';
import { createModel, initParameters, NETWORKS } from '#training/model/index.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const age = { name: 'age', mean: 51.26, std: 20, min: 1, max: 100 };
const tiny = unetConfig({ attention_head_dim: 2 });
const tutorial = { _class_name: 'SimpleUnet', sample_size: 4, channels: [4, 6], time_emb_dim: 4 };

describe('filesForPython', () => {
  it.each([
    ['UNet2DModel', tiny, []],
    ['UNet2DModel with conditions', { ...tiny, conditions: [age] }, ['unet/modeling_extended_unet2d.py']],
    [
      'UNet2DModel with pictures of its classes',
      { ...tiny, num_class_embeds: 2, class_pictures: true },
      ['unet/modeling_extended_unet2d.py'],
    ],
    ['SimpleUnet', tutorial, ['unet/modeling_simple_unet.py']],
    ['SimpleUnet with conditions', { ...tutorial, conditions: [age] }, ['unet/modeling_simple_unet.py']],
  ])('gives a %s its weights, a pipeline and its class where diffusers lacks it', async (_, config, classes) => {
    const model = createModel(config);
    const files = await filesForPython(model, initParameters(model, 1));
    expect(Object.keys(files)).toEqual([WEIGHTS_FILE, 'pipeline.py', ...classes]);
    for (const path of classes) {
      const [module, name] = (modelIndex(model.config, {}) as { unet: string[] }).unet;
      expect([`unet/${module}.py`, String(files[path]).includes(`class ${name}(`)]).toEqual([path, true]);
    }
  });

  it('has a file for every network that diffusers has no class of', async () => {
    for (const { className, library } of NETWORKS) {
      expect(libraryOf({ _class_name: className })).toBe(library);
      if (library !== 'diffusers') await stat(join(ROOT, 'training/python', `${library}.py`));
    }
  });
});

describe('pythonExample', () => {
  it("uses diffusers' pipeline where it can sample the model, and else the folder's", () => {
    expect(pythonExample(tiny)).toMatch(/^from diffusers import DDPMPipeline\n/);
    expect(pythonExample({ ...tiny, num_class_embeds: 2 })).toContain('pipe(class_labels=0, num_inference_steps=100)');
    expect(pythonExample({ ...tutorial, conditions: [age] })).toContain('pipe(conditions={"age": 51}, num_');
    expect(pythonExample(tutorial)).toContain('trust_remote_code=True');
  });
});

describe('sample.py', () => {
  it('is quoted whole in docs/python.md, and short', async () => {
    const file = await readFile(join(ROOT, 'training/python/sample.py'), 'utf8');
    expect(await readFile(join(ROOT, 'docs/python.md'), 'utf8')).toContain(`\`\`\`python\n${file}\`\`\`\n`);
    expect(file.trim().split('\n').length).toBeLessThanOrEqual(32);
  });
});

describe('models/', () => {
  it('holds no weights for Python, and at most 5 MB a model, 10 MB for 64 pixels', async () => {
    const entries = await readdir(join(ROOT, 'models'), { withFileTypes: true });
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      const files = await readdir(join(ROOT, 'models', name), { recursive: true, withFileTypes: true });
      const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
      expect(paths.filter((path) => /\.(safetensors|py)$/.test(path))).toEqual([]);
      const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(name === 'hands' ? 10_000_000 : 5_000_000);
    }
  });
});
