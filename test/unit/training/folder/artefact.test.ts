import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeCard } from '#evaluation/report/card.ts';
import { FUSED_KINDS, pathOfFused, TABLE_FILE } from '#pipeline/export/fuse/kinds.ts';
import { loadModel } from '#runtime-node/index.ts';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import { STEP_FILES } from '#scheduler/training/index.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { trainedCard } from '#test/models/card.ts';
import { AGE, GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { formatModelCard, withPython } from '#training/folder/model-card.ts';

const json = async (folder: string, file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));
const LACKS_LINKS =
  process.platform === 'win32' ? 'on Windows only administrators can make links: run on Linux or macOS' : undefined;
const tree = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile()).length;

describe('writeArtefact', () => {
  test('lays the folder out as diffusers does', async () => {
    const folder = await tinyArtefact({ classes: 3 }, { samplesPng: Buffer.from('png') });
    expect(await tree(folder)).toBe(7);
    expect(await json(folder, 'model_index.json')).toEqual({
      _class_name: 'DDPMPipeline',
      _diffusers_version: '0.42.1',
      scheduler: ['diffusers', 'DDPMScheduler'],
      unet: ['diffusers', 'UNet2DModel'],
    });
    expect((await json(folder, 'unet/config.json')).num_class_embeds).toBe(3);
    expect(await readFile(join(folder, 'samples.png'), 'utf8')).toBe('png');
  });

  test('names the classes of a conditional model in model_index.json, where each has a name', async () => {
    const data = { name: 'hands', hash: 'sha256:0', count: 2, classNames: ['female', 'male'] };
    const card = trainedCard({ name: 'hands', data });
    const indexOf = async (classes: number) => json(await tinyArtefact({ classes }, { card }), 'model_index.json');
    expect((await indexOf(2)).id2label).toEqual({ 0: 'female', 1: 'male' });
    for (const classes of [0, 3]) expect(await indexOf(classes)).not.toHaveProperty('id2label');
  });

  test('lists the classes in the card by the numbers that the network takes, as plain text', async () => {
    const lineOf = async (...classNames: string[]) => {
      const data = { name: 'a_<i>', hash: 'sha256:0', count: 2, classNames };
      const card = trainedCard({ name: 'hands', data });
      const text = await readFile(join(await tinyArtefact({ classes: 3 }, { card }), 'README.md'), 'utf8');
      expect(text).toContain('- a\\_\\<i\\>: 2 images');
      return /^- classes: .*$/m.exec(text)?.[0];
    };
    expect(await lineOf('0', '1', '2')).toBe('- classes: 0, 1, 2');
    expect(await lineOf('1', '2', '3')).toBe('- classes: 0: 1, 1: 2, 2: 3');
    expect(await lineOf('<b>x', 'a|b', 'c_d')).toBe('- classes: 0: \\<b\\>x, 1: a\\|b, 2: c\\_d');
  });

  test('says in card and model_index.json which images were synthetic phantoms', async () => {
    const folderOf = (phantoms?: number) => {
      const data = { name: 'hands', hash: 'sha256:0', count: 1200, phantoms };
      return tinyArtefact({}, { card: trainedCard({ name: 'hands', data }) });
    };
    const all = await folderOf(1200);
    expect(await readFile(join(all, 'README.md'), 'utf8')).toContain(
      '- **All are synthetic phantoms, drawn by a program',
    );
    expect((await loadModel(all)).trainedOn).toBe('phantoms');
    const some = await folderOf(1100);
    expect(await readFile(join(some, 'README.md'), 'utf8')).toContain('- **1,100 are synthetic phantoms');
    const none = await folderOf();
    expect(await readFile(join(none, 'README.md'), 'utf8')).not.toContain('phantom');
    for (const folder of [some, none]) expect((await loadModel(folder)).trainedOn).toBeUndefined();
  });

  test('adds to the index so that diffusers still opens the folder', {
    ...skipBecause(lacksPython('diffusers')),
    tags: 'long',
  }, async () => {
    const data = { name: 'hands', hash: 'sha256:0', count: 2, classNames: ['female', 'male'], phantoms: 2 };
    const card = trainedCard({ name: 'hands', data });
    const folder = await tinyArtefact({ classes: 2, T: 70 }, { card });
    // The folder has no weights in PyTorch's format, so the network is given.
    const script = `
import json, sys
from diffusers import DiffusionPipeline, UNet2DModel
blocks = dict(block_out_channels=(4,), down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",), norm_num_groups=4)
pipeline = DiffusionPipeline.from_pretrained(sys.argv[1], unet=UNet2DModel(sample_size=4, **blocks))
print(json.dumps([type(pipeline).__name__, pipeline.scheduler.config.num_train_timesteps]))`;
    expect(askPython(['-c', script, folder])).toEqual(['DDPMPipeline', 70]);
  });

  test('names the file of a network with conditions, which diffusers lacks, and classes without the null class', async () => {
    const data = { name: 'hands', hash: 'sha256:0', count: 2, classNames: ['female', 'male'] };
    const card = trainedCard({ name: 'hands', data });
    const index = await json(await tinyArtefact(GUIDED, { card }), 'model_index.json');
    expect(index).toMatchObject({
      unet: ['modeling_extended_unet2d', 'UNet2DModel'],
      id2label: { 0: 'female', 1: 'male' },
    });
    const plain = await json(await tinyArtefact({ classes: 2, nullCondition: true }, { card }), 'model_index.json');
    expect(plain).toMatchObject({ unet: ['diffusers', 'UNet2DModel'], id2label: { 0: 'female', 1: 'male' } });
  });

  test('keeps the scheduler configuration whole', async () => {
    const schedulerConfig = parseSchedulerConfig({
      num_train_timesteps: 300,
      beta_schedule: 'squaredcos_cap_v2',
      prediction_type: 'v_prediction',
      clip_sample_range: 1.5,
    });
    const model = await loadModel(await tinyArtefact({}, { schedulerConfig }), { device: 'cpu' });
    expect(model.scheduler).toEqual(schedulerConfig);
  });

  test('drops the figures of the weights that were there', async () => {
    const folder = await tinyArtefact();
    await writeCard(exampleEvaluation(), folder);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('## Evaluation');
    await tinyArtefact({}, { out: folder });
    expect(await readFile(join(folder, 'README.md'), 'utf8')).not.toContain('## Evaluation');
    expect(await readdir(folder)).not.toContain('evaluation.json');
  });

  test('replaces an older model folder and leaves nothing beside it', async () => {
    const folder = await tinyArtefact({ T: 50 }, { samplesPng: Buffer.from('old') });
    await tinyArtefact({ T: 70 }, { out: folder });
    expect((await loadModel(folder, { device: 'cpu' })).scheduler.num_train_timesteps).toBe(70);
    expect(await readdir(folder)).not.toContain('samples.png');
    expect(await readdir(dirname(folder))).toEqual(['model']);
  });

  test('replaces a model with fused graphs and a training step', async () => {
    const paths = [...FUSED_KINDS.map(pathOfFused), TABLE_FILE, ...Object.values(STEP_FILES)];
    const folder = await tinyArtefact({}, { files: Object.fromEntries(paths.map((path) => [path, ''])) });
    expect(await tree(folder)).toBe(6 + paths.length);
    await tinyArtefact({}, { out: folder });
    expect(await tree(folder)).toBe(6);
  });

  test('refuses a folder that holds something else, and a file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'thesis.tex'), '');
    await expect(tinyArtefact({}, { out: folder })).rejects.toThrow(
      'must be a new, empty or model folder, received a folder with thesis.tex',
    );
    await expect(tinyArtefact({}, { out: join(folder, 'thesis.tex') })).rejects.toThrow('received a file');
    expect(await readdir(folder)).toEqual(['thesis.tex']);
  });

  test('replaces the folder that a link names, and keeps the link', skipBecause(LACKS_LINKS), async () => {
    const root = await temporaryFolder();
    const out = join(root, 'v1');
    await tinyArtefact({}, { out });
    await symlink('v1', join(root, 'current'));
    await tinyArtefact({ classes: 3 }, { out: join(root, 'current') });
    expect((await lstat(join(root, 'current'))).isSymbolicLink()).toBe(true);
    expect((await json(out, 'unet/config.json')).num_class_embeds).toBe(3);
    expect((await readdir(root)).sort()).toEqual(['current', 'v1']);
  });

  test('refuses the folder that the command runs in, and one above it', async () => {
    const root = await temporaryFolder();
    const here = join(root, 'here');
    await mkdir(here);
    const before = process.cwd();
    try {
      process.chdir(here);
      for (const out of ['.', here, root])
        await expect(tinyArtefact({}, { out })).rejects.toThrow(
          `Cannot write a model: ${out} must be a new, empty or model folder, received the one that the command runs in.`,
        );
    } finally {
      process.chdir(before);
    }
    expect(await readdir(here)).toEqual([]);
  });

  test.each(['nope/..', 'nope/./nope/../..', 'model/nope/../..'])(
    'refuses %s in a folder with other files, and keeps them',
    async (path) => {
      const root = await temporaryFolder();
      await writeFile(join(root, 'notes.txt'), 'mine');
      await expect(tinyArtefact({}, { out: `${root}/${path}` })).rejects.toThrow('received a folder with notes.txt');
      expect(await readdir(root)).toEqual(['notes.txt']);
    },
  );

  test('refuses to replace a pipeline that diffusers wrote', async () => {
    const folder = await tinyArtefact({}, { files: { 'unet/diffusion_pytorch_model.safetensors': 'w' } });
    await rm(join(folder, 'unet/model.onnx'));
    await expect(tinyArtefact({}, { out: folder })).rejects.toThrow(
      'must be a new, empty or model folder, received a pipeline of diffusers without unet/model.onnx',
    );
    expect(await readFile(join(folder, 'unet/diffusion_pytorch_model.safetensors'), 'utf8')).toBe('w');
  });

  test.each(['thesis.tex', '.git/HEAD', 'unet/ema.bin', 'vae/ema.bin'])(
    'refuses to lose %s with a model, and names it',
    async (path) => {
      const folder = await tinyArtefact();
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), 'mine');
      await expect(tinyArtefact({}, { out: folder })).rejects.toThrow(
        `received a model with files of your own, which would be lost: ${path}.`,
      );
      expect(await readFile(join(folder, path), 'utf8')).toBe('mine');
    },
  );

  test('replaces a model that Python has imported from', async () => {
    const folder = await tinyArtefact({}, { files: { 'pipeline.py': '', 'unet/modeling_simple_unet.py': '' } });
    await mkdir(join(folder, 'unet/__pycache__'));
    await writeFile(join(folder, 'unet/__pycache__/modeling_simple_unet.cpython-312.pyc'), '');
    await tinyArtefact({}, { out: folder });
    expect(await readdir(join(folder, 'unet'))).toEqual(['config.json', 'model.onnx']);
  });

  test('keeps the older folder when writing fails', async () => {
    const folder = await tinyArtefact({ T: 50 });
    // A file where a folder is needed: `model_index.json/x` cannot be written.
    await expect(tinyArtefact({ T: 70 }, { out: folder, files: { 'README.md/x': '' } })).rejects.toThrow();
    expect((await loadModel(folder, { device: 'cpu' })).scheduler.num_train_timesteps).toBe(50);
    expect(await readdir(dirname(folder))).toEqual(['model']);
  });

  test('writes further files where they are asked for', async () => {
    const folder = await tinyArtefact({}, { files: { 'unet/weights.safetensors': 'w' } });
    expect(await readFile(join(folder, 'unet', 'weights.safetensors'), 'utf8')).toBe('w');
  });
});

describe('formatModelCard', () => {
  const card = trainedCard({
    name: 'digits',
    data: { name: 'digits', hash: 'sha256:12', count: 10000, classNames: ['zero', 'one'], licence: 'CC BY-SA 3.0' },
    parameters: 62437601,
    config: { preset: 'digits', lr: 0.002 },
    metrics: { loss: 0.25 },
    limits: ['Fours look like nines.'],
  });
  const around = {
    shape: [1, 28, 32] as const,
    nullCondition: false,
    conditions: [],
    classes: 2,
    architecture: 'UNet2DModel',
    predictionType: 'v_prediction' as const,
    timesteps: 1000,
    hasSamples: true,
    hasCurve: false,
  };

  test('tells data with its hash, configuration, metrics and limits', () => {
    const text = formatModelCard(card, around);
    for (const part of [
      '# digits',
      '32 x 28 gray pictures, conditional on one of 2 classes',
      '62,437,601 parameters',
      '10,000 images',
      'sha256:12',
      'classes: 0: zero, 1: one',
      'CC BY-SA 3.0',
      '"lr": 0.002',
      '| loss | 0.25 |',
      '- Fours look like nines.',
      'samples.png',
      'class_labels',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('training.png');
  });

  test('tells that a student is one', () => {
    expect(formatModelCard(card, { ...around, distilled: { calls: 1, guidance: 1.1 } })).toContain(
      'It is a student, taught by `pipeline distill`: it draws a picture in 1 call of the network, knows no other timesteps, and has a guidance of 1.1 built in.',
    );
    expect(formatModelCard(card, around)).not.toContain('student');
  });

  test.each([
    ['epsilon', 'predicts the noise (`epsilon`) over 1000 timesteps'],
    ['sample', 'predicts the clean picture (`sample`) over 1000 timesteps'],
    ['v_prediction', 'predicts the velocity v (`v_prediction`) over 1000 timesteps'],
  ] as const)('says what %s is', (predictionType, words) => {
    expect(formatModelCard(card, { ...around, predictionType })).toContain(words);
  });

  test('tells which weights they are', () => {
    expect(formatModelCard(card, around)).toContain('The weights are the moving averages of training.');
    const last = formatModelCard({ ...card, averaged: false }, around);
    expect(last).toContain('The weights are those of the last step of training.');
  });

  test('says which numbers and what without a condition the network takes', () => {
    const text = formatModelCard(card, { ...around, nullCondition: true, conditions: [AGE] });
    expect(text).toContain(`conditional on one of ${around.classes} classes and age or on nothing. `);
    expect(text).toContain(', `conditions` [N, 2] as float32 and gives');
    expect(text).toContain(
      `classes from 0 to ${around.classes - 1}, and ${around.classes} is none, conditions are (age - 100) / 40, then 1 for each, or 0 and 0 where not given.`,
    );
    expect(text).toMatch(/^- age: from 10 to 200, 100 on average$/m);
  });

  test('says how to sample it in Python where it has weights for that, once', () => {
    const text = formatModelCard(card, { ...around, python: 'pipe()' });
    expect(text).toMatch(
      /timesteps are numbers[^\n]*\n\nIn Python, with diffusers:\n\n```python\npipe\(\)\n```\n\n## Data/,
    );
    expect(withPython(formatModelCard(card, around), 'pipe()')).toBe(text);
    expect(withPython(text, 'pipe()')).toBe(text);
    expect(withPython('# mine\n', 'pipe()')).toBe('# mine\n');
  });

  test('does not speak of labels where there are none', () => {
    const text = formatModelCard(card, { ...around, classes: 0 });
    expect(text).not.toContain('class_labels');
    expect(text).not.toContain('- classes:');
  });
});
