import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeCard } from '#evaluation/report/card.ts';
import { LOOP_FILE } from '#pipeline/export/fuse/fuse.ts';
import { TABLE_FILE } from '#pipeline/export/fuse/table-file.ts';
import { loadModel } from '#runtime-node/index.ts';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import { STEP_FILES } from '#scheduler/training/index.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { trainedCard } from '#test/models/card.ts';
import { AGE, GUIDED, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { formatModelCard, withPython } from '#training/folder/model-card.ts';

const json = async (folder: string, file: string) => JSON.parse(await readFile(join(folder, file), 'utf8'));
const readme = (folder: string) => readFile(join(folder, 'README.md'), 'utf8');
const tree = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((each) => each.isFile()).length;
const cardOf = (data: object) =>
  trainedCard({ name: 'hands', data: { name: 'hands', hash: 'sha256:0', count: 2, ...data } });

describe('writeArtefact', () => {
  test.each([
    [{ classes: 3 }, { unet: ['diffusers', 'UNet2DModel'], id2label: undefined }],
    [{ classes: 2 }, { unet: ['diffusers', 'UNet2DModel'], id2label: { 0: 'female', 1: 'male' } }],
    [
      { classes: 2, nullCondition: true },
      { unet: ['diffusers', 'UNet2DModel'], id2label: { 0: 'female', 1: 'male' } },
    ],
    [GUIDED, { unet: ['modeling_extended_unet2d', 'UNet2DModel'], id2label: { 0: 'female', 1: 'male' } }],
  ])('names network and classes in model_index.json as diffusers does: %j', async (options, expected) => {
    const { id2label, ...folder } = await json(
      await tinyArtefact(options, { card: cardOf({ classNames: ['female', 'male'] }) }),
      'model_index.json',
    );
    const scheduler = ['diffusers', 'DDPMScheduler'];
    expect(folder).toMatchObject({ _diffusers_version: '0.42.1', scheduler, unet: expected.unet });
    expect(id2label).toEqual(expected.id2label);
  });

  test('lists the classes in the card by the numbers that the network takes, as plain text', async () => {
    const lineOf = async (...classNames: string[]) => {
      const text = await readme(await tinyArtefact({ classes: 3 }, { card: cardOf({ name: 'a_<i>', classNames }) }));
      expect(text).toContain('- a\\_\\<i\\>: 2 images');
      return /^- classes: .*$/m.exec(text)?.[0];
    };
    expect(await lineOf('0', '1', '2')).toBe('- classes: 0, 1, 2');
    expect(await lineOf('1', '2', '3')).toBe('- classes: 0: 1, 1: 2, 2: 3');
    expect(await lineOf('<b>x', 'a|b', 'c_d')).toBe('- classes: 0: \\<b\\>x, 1: a\\|b, 2: c\\_d');
  });

  test.each([
    [1200, '- **All are synthetic phantoms, drawn by a program', 'phantoms'],
    [1100, '- **1,100 are synthetic phantoms', undefined],
    [undefined, undefined, undefined],
  ] as const)('says which images were synthetic phantoms: %s of 1200', async (phantoms, words, trainedOn) => {
    const folder = await tinyArtefact({}, { card: cardOf({ count: 1200, phantoms }) });
    if (words) expect(await readme(folder)).toContain(words);
    else expect(await readme(folder)).not.toContain('phantom');
    expect((await loadModel(folder)).trainedOn).toBe(trainedOn);
  });

  test('keeps the scheduler configuration whole, and writes further files where they are asked for', async () => {
    const schedulerConfig = parseSchedulerConfig({
      num_train_timesteps: 300,
      beta_schedule: 'squaredcos_cap_v2',
      prediction_type: 'v_prediction',
      clip_sample_range: 1.5,
    });
    const folder = await tinyArtefact({}, { schedulerConfig, files: { 'unet/weights.safetensors': 'w' } });
    expect((await loadModel(folder, { device: 'cpu' })).scheduler).toEqual(schedulerConfig);
    expect(await readFile(join(folder, 'unet', 'weights.safetensors'), 'utf8')).toBe('w');
  });

  test('replaces an older model: its figures, samples, fused graphs, training step and what Python left there', async () => {
    const files = [LOOP_FILE, 'fused/step.onnx', TABLE_FILE, ...Object.values(STEP_FILES), 'pipeline.py'];
    const folder = await tinyArtefact(
      { T: 50 },
      { samplesPng: Buffer.from('old'), files: Object.fromEntries(files.map((path) => [path, ''])) },
    );
    expect(await readFile(join(folder, 'samples.png'), 'utf8')).toBe('old');
    await writeCard(exampleEvaluation(), folder);
    expect(await readme(folder)).toContain('## Evaluation');
    await mkdir(join(folder, 'unet/__pycache__'));
    await writeFile(join(folder, 'unet/__pycache__/modeling_simple_unet.cpython-312.pyc'), '');
    await tinyArtefact({ T: 70 }, { out: folder });
    expect((await loadModel(folder, { device: 'cpu' })).scheduler.num_train_timesteps).toBe(70);
    expect(await readme(folder)).not.toContain('## Evaluation');
    expect(await tree(folder)).toBe(await tree(await tinyArtefact()));
    expect(await readdir(dirname(folder))).toEqual(['model']);
  });

  test('keeps the older folder when writing fails', async () => {
    const folder = await tinyArtefact({ T: 50 });
    // A file where a folder is needed: `model_index.json/x` cannot be written.
    await expect(tinyArtefact({ T: 70 }, { out: folder, files: { 'README.md/x': '' } })).rejects.toThrow();
    expect((await loadModel(folder, { device: 'cpu' })).scheduler.num_train_timesteps).toBe(50);
    expect(await readdir(dirname(folder))).toEqual(['model']);
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

  test.each<[string, Partial<Parameters<typeof formatModelCard>[1] & { averaged: boolean }>, string[]]>([
    [
      'data, configuration, metrics and limits',
      {},
      [
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
        'predicts the velocity v (`v_prediction`) over 1000 timesteps',
        'The weights are the moving averages of training.',
      ],
    ],
    ['epsilon', { predictionType: 'epsilon' }, ['predicts the noise (`epsilon`) over 1000 timesteps']],
    ['sample', { predictionType: 'sample' }, ['predicts the clean picture (`sample`) over 1000 timesteps']],
    ['the last weights', { averaged: false }, ['The weights are those of the last step of training.']],
    [
      'a student',
      { distilled: { calls: 1, guidance: 1.1 } },
      [
        'It is a student, taught by `pipeline distill`: it draws a picture in 1 call of the network, knows no other timesteps, and has a guidance of 1.1 built in.',
      ],
    ],
    [
      'numbers that the network takes, and what without a condition',
      { nullCondition: true, conditions: [AGE] },
      [
        'conditional on one of 2 classes and age or on nothing. ',
        ', `conditions` [N, 2] as float32 and gives',
        'classes from 0 to 1, and 2 is none, conditions are (age - 100) / 40, then 1 for each, or 0 and 0 where not given.',
        '\n- age: from 10 to 200, 100 on average\n',
      ],
    ],
  ])('tells %s', (_, { averaged = true, ...more }, parts) => {
    const text = formatModelCard({ ...card, averaged }, { ...around, ...more });
    for (const part of parts) expect(text).toContain(part);
    expect(text).not.toContain('training.png');
    expect(text.includes('student')).toBe(more.distilled !== undefined);
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
});
