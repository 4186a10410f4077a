import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readModels } from '#site/build/assets.ts';
import { readModelFolder } from '#site/build/model-folder.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { readOptions } from '../../../../scripts/web/options.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onnoise-site-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A model folder, with files replaced, objects as JSON; null leaves one out. */
async function writeModel(name: string, files: Record<string, unknown> = {}): Promise<string> {
  const whole = {
    'scheduler/scheduler_config.json': { num_train_timesteps: 300 },
    'unet/config.json': { sample_size: 32, in_channels: 3 },
    'unet/model.onnx': 'onnx',
    ...files,
  };
  for (const [path, content] of Object.entries(whole)) {
    const file = join(root, name, path);
    await mkdir(dirname(file), { recursive: true });
    if (content !== null) await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return join(root, name);
}
const indexed = (index: object, unet?: object) => ({
  'model_index.json': index,
  ...(unet && { 'unet/config.json': unet }),
});
const student = (calls: number, more = {}) => indexed({ distilled: { calls, guidance: 1.1 }, ...more });
/** The lines of all that is shipped. */
const linesOf = async (first: string[] = []) =>
  (await readModels({ modelsFolder: join(root, 'shipped'), first })).map(({ line }) => line);
const ids = async (first?: string[]) => (await linesOf(first)).map(({ id }) => id);

describe('readModelFolder', () => {
  test('tells what a model makes, and what the page fetches of it: no weights or code for Python', async () => {
    const left = { 'unet/diffusion_pytorch_model.safetensors': 'w', 'pipeline.py': '', 'unet/modeling_x.py': '' };
    const { line, files } = await readModelFolder(await writeModel('Hand_x-rays', left));
    const made = { note: '32 × 32, colour', shape: [3, 32, 32], url: 'models/hand-x-rays', bytes: 4 };
    expect(line).toEqual({ id: 'hand-x-rays', title: 'Hand x rays', ...made });
    expect(files).toEqual(['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx']);
  });

  test('tells of a student what it can be asked for while sliders move, and of one of many calls its calls', async () => {
    const unet = { sample_size: 32, in_channels: 1, num_class_embeds: 2 };
    const files = (calls: number) => ({
      ...student(calls, { id2label: { 0: 'a', 1: 'b' } }),
      'unet/config.json': unet,
    });
    const { line } = await readModelFolder(await writeModel('hands-1', files(1)));
    const live = { calls: 1, classes: ['a', 'b'], conditions: [] };
    expect(line).toMatchObject({ title: 'Hands, live', note: '1 call, 32 × 32, gray, 2 classes', live });
    const slow = (await readModelFolder(await writeModel('hands-8', files(8)))).line;
    expect(slow).toMatchObject({ title: 'Hands, 8 calls', note: '8 calls, 32 × 32, gray, 2 classes' });
    expect(slow).not.toHaveProperty('live');
  });

  test.each([
    [{ 'evaluation.json': exampleEvaluation() }, /received figures of other weights\. Evaluate the/],
    [{ 'evaluation.json': { version: 2 } }, /broken\/evaluation\.json: version must be 1, received 2/],
    [{ 'unet/model.onnx': null }, /must be a model folder, but its unet\/model\.onnx is missing\.$/],
    [{ 'unet/model.onnx': '' }, /unet\/model\.onnx must be an ONNX network, received an empty file\.$/],
    [{ 'unet/config.json': '{' }, /unet\/config\.json must be JSON/],
    [{ 'unet/config.json': { in_channels: 1 } }, /sample_size of .*broken\/unet\/config\.json must be/],
    [{ 'unet/config.json': { sample_size: 8, in_channels: 9 } }, /in_channels of .* from 1 to 8, received 9/],
    [{ 'scheduler/scheduler_config.json': { beta_schedule: 'wavy' } }, /beta_schedule/],
    [{ 'model_index.json': { vae: ['diffusers', 'AutoencoderKL'] } }, /vae/],
    [student(0), /calls of distilled/],
  ])('refuses %j with one sentence', async (files, message) => {
    await expect(readModelFolder(await writeModel('broken', files))).rejects.toThrow(message);
  });
});

describe('readModels', () => {
  test('puts named folders first, then hands, radiographs, digits, the others by name, a live student before its teacher', async () => {
    for (const name of ['fashion', 'digits', 'radiographs', 'hands']) await writeModel(`shipped/${name}`);
    expect(await ids()).toEqual(['hands', 'radiographs', 'digits', 'fashion']);
    for (const [name, calls] of Object.entries({ 'digits-2': 2, 'hands-1': 1, 'hands-8': 8, 'alone-1': 1 })) {
      await writeModel(`shipped/${name}`, student(calls));
    }
    const mine = await writeModel('out/digits');
    expect(await ids([mine, join(root, 'shipped/fashion')])).toEqual([
      ...['digits', 'fashion', 'hands-1', 'hands', 'radiographs', 'digits-2', 'digits-3', 'alone-1', 'hands-8'],
    ]);
    await expect(readModels({ modelsFolder: join(root, 'none') })).rejects.toThrow(/the models must be at least one/);
  });

  test('shows phantoms beside models of phantoms of their size, and digits beside those that were trained on them', async () => {
    const phantoms = { trained_on: 'phantoms' };
    const gray = (sample_size: number) => ({ sample_size, in_channels: 1 });
    const training = (source: string) => ({ 'training.json': { settings: { data: { source } } } });
    const models: Record<string, object> = {
      a: indexed(phantoms, gray(64)),
      b: indexed({ trained_on: 'photos' }, gray(64)),
      c: indexed(phantoms, gray(32)),
      d: indexed(phantoms, gray(256)),
      e: indexed(phantoms, gray(512)),
      f: { ...training('digits'), 'unet/config.json': gray(28) },
      g: { ...training('photos'), 'unet/config.json': gray(28) },
      h: training('digits'),
    };
    for (const [name, files] of Object.entries(models)) await writeModel(`shipped/${name}`, files as never);
    const hands = 'hands/phantoms.json';
    expect((await linesOf()).map(({ pictures }) => pictures)).toEqual([
      ...[hands, undefined, undefined, hands, undefined, 'assets/real-28.json', undefined, undefined],
    ]);
  });
});

describe('the options of npm run web', () => {
  test('take pictures for the game with the first model, else with that of radiographs', async () => {
    const [a, b, data] = [await writeModel('a'), await writeModel('b'), join(root, 'pictures')];
    const given = ['--model', b, '--model', a, '--real', data, '--csv', 'x.csv'];
    const real = { model: b, data, csv: 'x.csv' };
    expect(await readOptions(['build', ...given, '--out', join(root, 'page')])).toMatchObject({ models: [b, a], real });
    const model = resolve('models/radiographs');
    expect(await readOptions(['serve', '--real', data])).toMatchObject({ models: [model], real: { model, data } });
    await expect(readOptions(['build', ...given])).rejects.toThrow('--out must be given with --real');
  });

  test.each(['', 'a', 'a/page', 'pictures', 'pictures/page', 'table'])(
    'refuse to empty what the build reads: --out %s',
    async (out) => {
      const given = ['--model', await writeModel('a'), '--real', join(root, 'pictures')];
      const more = ['--csv', join(root, 'table', 'x.csv'), '--out', join(root, out)];
      await expect(readOptions(['build', ...given, ...more])).rejects.toThrow(
        /--out must be a folder apart from .*, since/,
      );
    },
  );

  test.each([
    [['serve', '--modle', 'x'], /Unknown option '--modle'; --help lists them/],
    [['serve', 'models/digits'], /a folder must follow --model, received "models\/digits" alone/],
    [['serve', '--csv', 'x'], /--csv must come with --real, received it alone/],
    [['serve', '--real', 'x', '--hands'], /--hands is gone: leave it out/],
    [['build', '--locale', 'en'], /--locale is gone: leave it out, the page is in English/],
    [['serve', '--out', 'x'], /--out is an option of "npm run build:web"/],
    [['build', '--port', '1'], /options of "npm run web"/],
    [['serve', '--port', 'x'], /--port must be an integer from 0 to 65535, received "x"/],
    [['serve', '--model', 'docs'], /docs must be a model folder, but its scheduler\/scheduler_config\.json is missing/],
  ])('refuse %j', async (args, message) => {
    await expect(readOptions(args)).rejects.toThrow(message);
  });
});
