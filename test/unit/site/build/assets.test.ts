import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readModels } from '#site/build/assets.ts';
import { readModelFolder } from '#site/build/model-folder.ts';
import { readRealDigits } from '#site/build/real-digits.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { readOptions } from '../../../../scripts/web/options.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'onnoise-site-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A model folder, with files replaced; null leaves one out. */
async function writeModel(name: string, files: Record<string, string | null> = {}): Promise<string> {
  const folder = join(root, name);
  const whole: Record<string, string | null> = {
    'scheduler/scheduler_config.json': '{"num_train_timesteps": 300}',
    'unet/config.json': '{"sample_size": 32, "in_channels": 3}',
    'unet/model.onnx': 'onnx',
    ...files,
  };
  for (const part of ['scheduler', 'unet', 'vae']) await mkdir(join(folder, part), { recursive: true });
  for (const [path, text] of Object.entries(whole)) if (text !== null) await writeFile(join(folder, path), text);
  return folder;
}

describe('readModelFolder', () => {
  test('tells what a model makes', async () => {
    const { line, files } = await readModelFolder(await writeModel('Hand_x-rays'));
    expect(line).toEqual({
      id: 'hand-x-rays',
      title: 'Hand x rays',
      note: '32 × 32, colour',
      shape: [3, 32, 32],
      url: 'models/hand-x-rays',
      bytes: 4,
    });
    expect(files).toEqual(['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx']);
  });

  test('leaves the weights and code for Python out of what the page fetches', async () => {
    const files = { 'unet/diffusion_pytorch_model.safetensors': 'w', 'pipeline.py': '', 'unet/modeling_x.py': '' };
    const { files: fetched } = await readModelFolder(await writeModel('a', files));
    expect(fetched.filter((path) => Object.hasOwn(files, path))).toEqual([]);
    expect(fetched).toContain('unet/model.onnx');
  });

  test('has the autoencoder of a model of latents, or names what is missing of it', async () => {
    const vae = { block_out_channels: [4, 8, 8], in_channels: 1, out_channels: 1, scaling_factor: 1 };
    const files = {
      'model_index.json': '{"vae": ["diffusers", "AutoencoderKL"]}',
      'unet/config.json': '{"sample_size": 8, "in_channels": 4}',
      'vae/config.json': JSON.stringify({ ...vae, _class_name: 'AutoencoderKL', sample_size: 32 }),
      'vae/encoder.onnx': 'e',
      'vae/decoder.onnx': 'd',
    };
    const { line, files: fetched } = await readModelFolder(await writeModel('a', files));
    expect(line.shape).toEqual([1, 32, 32]);
    expect(fetched.filter((path) => path.startsWith('vae/'))).toEqual(
      Object.keys(files).filter((path) => path.startsWith('vae/')),
    );
    const cut = await writeModel('b', { ...files, 'vae/decoder.onnx': null });
    await expect(readModelFolder(cut)).rejects.toThrow(/vae\/decoder\.onnx/);
  });

  test('tells which channels are shown, as the model says', async () => {
    const unet = '{"sample_size": 8, "in_channels": 3}';
    const index = { channel_names: { 0: 'flair', 1: 't1', 2: 't2' } };
    const shows = async (more: object) => {
      const files = { 'unet/config.json': unet, 'model_index.json': JSON.stringify({ ...index, ...more }) };
      return (await readModelFolder(await writeModel('a', files))).line.shows;
    };
    expect([await shows({}), await shows({ show: 't2' }), await shows({ show: 't1,t2,flair' })]).toEqual([
      [0],
      [2],
      [1, 2, 0],
    ]);
    expect(await shows({ show: 'flair,t1,t2' })).toBeUndefined();
    await expect(shows({ show: 'pd' })).rejects.toThrow('--show must name channels of the pictures, flair, t1, t2');
  });

  test('tells of a student in how many calls it draws', async () => {
    const index = (distilled: object) => ({ 'model_index.json': JSON.stringify({ distilled }) });
    const student = await readModelFolder(await writeModel('hands-4', index({ calls: 4, guidance: 1.5 })));
    expect(student.line).toMatchObject({ id: 'hands-4', distilled: { calls: 4, guidance: 1.5 } });
    await expect(readModelFolder(await writeModel('b', index({ calls: 0 })))).rejects.toThrow('calls of distilled');
  });

  test('reads sizes of two sides, SimpleUnet and classes', async () => {
    const unet = '{"sample_size": [24, 32], "image_channels": 1, "num_class_embeds": 3}';
    const { line } = await readModelFolder(await writeModel('a', { 'unet/config.json': unet }));
    expect(line.note).toBe('32 × 24, gray, 3 classes');
  });

  test('tells what a model is told and draws beside its pictures, and where it has masks to draw from', async () => {
    const mask = { classes: ['none', 'bone'] };
    const unet = { sample_size: 32, in_channels: 6, out_channels: 4, condition_image: mask, mask_output: {} };
    const drawn = { ...unet, mask_output: { classes: ['none', 'a', 'b'] }, null_condition: true };
    const { line, files } = await readModelFolder(
      await writeModel('a', { 'unet/config.json': JSON.stringify(drawn), 'masks.png': 'png' }),
    );
    expect(line).toMatchObject({
      note: '32 × 32, gray, from a drawing, with masks',
      shape: [1, 32, 32],
      conditionImage: { shape: [2, 32, 32], mask },
      nullCondition: true,
      maskOutput: drawn.mask_output,
      masks: 'models/a/masks.png',
    });
    expect(files).toContain('masks.png');
    const told = { sample_size: 32, in_channels: 4, out_channels: 1 };
    const other = await readModelFolder(
      await writeModel('b', { 'unet/config.json': JSON.stringify(told), 'masks.png': 'png' }),
    );
    expect(other.line.note).toBe('32 × 32, gray, from a picture');
    expect(other.line).not.toHaveProperty('masks');
  });

  test('tells what a student can be asked for while sliders move, and one of many calls by its calls', async () => {
    const unet = { sample_size: 32, in_channels: 1, num_class_embeds: 2 };
    const student = (calls: number) => ({
      'unet/config.json': JSON.stringify(unet),
      'model_index.json': JSON.stringify({ distilled: { calls, guidance: 1.1 }, id2label: { 0: 'a', 1: 'b' } }),
    });
    const { line } = await readModelFolder(await writeModel('hands-1', student(1)));
    expect(line).toMatchObject({
      id: 'hands-1',
      title: 'Hands, live',
      note: '1 call, 32 × 32, gray, 2 classes',
      live: { calls: 1, classes: ['a', 'b'], conditions: [] },
    });
    const slow = (await readModelFolder(await writeModel('hands-8', student(8)))).line;
    expect(slow).toMatchObject({ title: 'Hands, 8 calls', note: '8 calls, 32 × 32, gray, 2 classes' });
    expect(slow).not.toHaveProperty('live');
  });

  test('tells how good an evaluated model is', async () => {
    const hash = createHash('sha256').update('onnx').digest('hex');
    const evaluation = exampleEvaluation();
    const written = JSON.stringify({ ...evaluation, model: { ...evaluation.model, hash } });
    const { line, files } = await readModelFolder(await writeModel('a', { 'evaluation.json': written }));
    expect(line.figures).toContainEqual({
      name: 'Frechet distance',
      value: '18.2',
      anchors: 'real images 9.06, noise 903',
    });
    expect(files).toContain('evaluation.json');
  });

  test.each([
    [{ 'evaluation.json': JSON.stringify(exampleEvaluation()) }, /received figures of other weights\. Evaluate the/],
    [{ 'evaluation.json': '{"version": 2}' }, /broken\/evaluation\.json: version must be 1, received 2/],
    [{ 'unet/model.onnx': null }, /must be a model folder, but its unet\/model\.onnx is missing\.$/],
    [{ 'unet/model.onnx': '' }, /unet\/model\.onnx must be an ONNX network, received an empty file\.$/],
    [{ 'unet/config.json': '{' }, /unet\/config\.json must be JSON/],
    [{ 'unet/config.json': '[]' }, /unet\/config\.json must be a JSON object/],
    [{ 'unet/config.json': '{"in_channels": 1}' }, /sample_size of .*broken\/unet\/config\.json must be/],
    [
      { 'unet/config.json': '{"sample_size": 8, "in_channels": 9}' },
      /in_channels of .*broken\/unet\/config\.json must be an integer from 1 to 8, received 9/,
    ],
    [{ 'scheduler/scheduler_config.json': '{"beta_schedule": "wavy"}' }, /beta_schedule/],
  ])('refuses %j with one sentence', async (files, message) => {
    await expect(readModelFolder(await writeModel('broken', files))).rejects.toThrow(message);
  });

  test('refuses what is no folder', async () => {
    await expect(readModelFolder(join(root, 'nothing'))).rejects.toThrow(/the model must be a folder, received/);
  });
});

describe('readModels', () => {
  test('puts named folders first and tells the same names apart', async () => {
    await writeModel('shipped/digits');
    await writeModel('shipped/faces');
    const mine = await writeModel('out/digits');
    const models = await readModels({ modelsFolder: join(root, 'shipped'), first: [mine] });
    expect(models.map(({ line }) => line.id)).toEqual(['digits', 'digits-2', 'faces']);
    expect(models.map(({ line }) => line.url)).toEqual(['models/digits', 'models/digits-2', 'models/faces']);
    expect(models[0]!.folder).toBe(mine);
  });

  test('shows hands first, then radiographs, then digits, then the others by name', async () => {
    for (const name of ['apples', 'fashion', 'digits', 'radiographs', 'hands']) await writeModel(`shipped/${name}`);
    const mine = await writeModel('out/mine');
    const shown = async (first: string[]) =>
      (await readModels({ modelsFolder: join(root, 'shipped'), first })).map(({ line }) => line.id);
    expect(await shown([])).toEqual(['hands', 'radiographs', 'digits', 'apples', 'fashion']);
    expect(await shown([mine])).toEqual(['mine', 'hands', 'radiographs', 'digits', 'apples', 'fashion']);
    await rm(join(root, 'shipped/hands'), { recursive: true });
    expect(await shown([])).toEqual(['radiographs', 'digits', 'apples', 'fashion']);
  });

  test('shows a live student right before its teacher', async () => {
    const student = (calls: number) => ({ 'model_index.json': JSON.stringify({ distilled: { calls } }) });
    for (const name of ['digits', 'fashion', 'hands', 'radiographs']) await writeModel(`shipped/${name}`);
    await writeModel('shipped/digits-2', student(2));
    await writeModel('shipped/hands-1', student(1));
    await writeModel('shipped/hands-8', student(8));
    await writeModel('shipped/alone-1', student(1));
    await writeModel('shipped/fashion-1');
    const models = await readModels({ modelsFolder: join(root, 'shipped') });
    expect(models.map(({ line }) => line.id)).toEqual([
      'hands-1',
      'hands',
      'radiographs',
      'digits-2',
      'digits',
      'alone-1',
      'fashion',
      'fashion-1',
      'hands-8',
    ]);
  });

  test('shows phantoms beside a model of phantoms', async () => {
    const hand = '{"sample_size": 64, "in_channels": 1}';
    const index = '{"trained_on": "phantoms"}';
    await writeModel('shipped/a', { 'unet/config.json': hand, 'model_index.json': index });
    await writeModel('shipped/b', { 'unet/config.json': hand, 'model_index.json': '{"trained_on": "photos"}' });
    await writeModel('shipped/c', { 'model_index.json': index });
    await writeModel('shipped/d', { 'unet/config.json': hand });
    const lines = (await readModels({ modelsFolder: join(root, 'shipped') })).map(({ line }) => line);
    expect(lines.map((line) => line.trainedOn)).toEqual(['phantoms', undefined, 'phantoms', undefined]);
    expect(lines.map((line) => line.pictures)).toEqual(['hands/phantoms.json', undefined, undefined, undefined]);
  });

  test('draws phantoms beside a model of larger ones', async () => {
    const index = '{"trained_on": "phantoms"}';
    const sides = [32, 64, 128, 256, 512];
    for (const side of sides) {
      const unet = JSON.stringify({ sample_size: side, in_channels: 1 });
      await writeModel(`shipped/hands-${side}`, { 'unet/config.json': unet, 'model_index.json': index });
    }
    const lines = (await readModels({ modelsFolder: join(root, 'shipped') })).map(({ line }) => line);
    const shown = lines.filter(({ pictures }) => pictures === 'hands/phantoms.json');
    expect(shown.map(({ shape }) => shape[1]).sort((a, b) => a - b)).toEqual([64, 128, 256]);
  });

  test('says which model paints latents, and takes its autoencoder along', async () => {
    const unet = '{"sample_size": 32, "in_channels": 4, "out_channels": 4}';
    const vae = '{"_class_name": "AutoencoderKL", "out_channels": 1, "block_out_channels": [32, 64], "patch_size": 2}';
    await writeModel('shipped/hands-128', {
      'unet/config.json': unet,
      'model_index.json': '{"trained_on": "phantoms", "vae": ["diffusers", "AutoencoderKL"]}',
      'vae/config.json': vae,
      'vae/encoder.onnx': 'a',
      'vae/decoder.onnx': 'b',
    });
    const [model] = await readModels({ modelsFolder: join(root, 'shipped') });
    expect(model!.line).toMatchObject({
      title: 'Hands 128',
      note: '128 × 128, gray, painted in latents',
      shape: [1, 128, 128],
      latents: [4, 32, 32],
      pictures: 'hands/phantoms.json',
    });
    expect(model!.files).toEqual(expect.arrayContaining(['vae/config.json', 'vae/encoder.onnx', 'vae/decoder.onnx']));
  });

  test('knows a recording by the weights, whatever the folder is called', async () => {
    const models = await readModels({ modelsFolder: 'models', first: [await writeModel('out/digits')] });
    expect(models.map(({ line }) => line.recording)).toContain('digits');
    const recorded = models.filter(({ line }) => line.recording === 'digits');
    expect(recorded.map(({ folder }) => folder)).toEqual([resolve('models/digits')]);
  });

  test('gives one model the pictures that whoever serves the page has', async () => {
    await writeModel('shipped/a');
    const [model, other] = [await writeModel('out/mine'), await writeModel('out/other')];
    const addresses = async (level: number) => {
      const real = { model, listing: { count: 1, width: 1, height: 1 }, pixels: Uint8Array.of(level) };
      const models = await readModels({ modelsFolder: join(root, 'shipped'), first: [model, other], real });
      return models.map(({ line }) => line.real);
    };
    const [first, ...others] = await addresses(1);
    expect(first).toMatch(/^real\/mine-[0-9a-f]{8}\.json$/);
    expect(others).toEqual([undefined, undefined]);
    expect((await addresses(2))[0], 'other pictures have another address').not.toBe(first);
  });

  test('shows a folder once that is named and shipped', async () => {
    await writeModel('shipped/digits');
    const faces = await writeModel('shipped/faces');
    const models = await readModels({ modelsFolder: join(root, 'shipped'), first: [faces, `${faces}/`] });
    expect(models.map(({ line }) => line.id)).toEqual(['faces', 'digits']);
  });

  test('shows real digits beside a model whose training.json says that it was trained on them', async () => {
    const gray = '{"sample_size": 28, "in_channels": 1}';
    const from = (source: string) => JSON.stringify({ settings: { data: { source } } });
    await writeModel('shipped/a', { 'unet/config.json': gray, 'training.json': from('digits') });
    await writeModel('shipped/b', { 'unet/config.json': gray, 'training.json': from('photos') });
    await writeModel('shipped/c', { 'training.json': from('digits') });
    const models = await readModels({ modelsFolder: join(root, 'shipped') });
    expect(models.map(({ line }) => line.pictures)).toEqual(['assets/real-28.json', undefined, undefined]);
  });

  test('names licence and source of the images that a model was trained on', async () => {
    const lines = (await readModels({ modelsFolder: 'models' })).map(({ line }) => line);
    const licenceOf = (id: string) => lines.find((line) => line.id === id)?.licence;
    expect(licenceOf('radiographs')).toMatch(/^CC BY-SA 4\.0 \(MedNIST, .* Mayo Clinic\)$/);
    expect(licenceOf('digits')).toMatch(/^CC BY-SA 3\.0 \(MNIST, /);
    expect(licenceOf('hands')).toBeUndefined();
    const broken = await writeModel('broken', { 'training.json': '{' });
    expect((await readModelFolder(broken)).line.licence).toBeUndefined();
  });

  test('refuses a page without a model', async () => {
    await expect(readModels({ modelsFolder: join(root, 'none') })).rejects.toThrow(/the models must be at least one/);
  });

  test('finds the digits that are shipped', async () => {
    const models = await readModels({ modelsFolder: 'models' });
    expect(models.find(({ line }) => line.id === 'digits')?.line).toMatchObject({
      title: 'Digits',
      pictures: 'assets/real-28.json',
    });
  });
});

describe('readRealDigits', () => {
  const read = readRealDigits();

  test('gives forty of each digit, mixed, the same each time', { tags: 'long' }, async () => {
    const [{ info, pixels }, again] = await Promise.all([read, readRealDigits()]);
    expect(info).toMatchObject({ count: 400, width: 28, height: 28, licence: 'CC BY-SA 3.0' });
    expect(info.labels).toHaveLength(400);
    for (let digit = 0; digit < 10; digit++) expect(info.labels.filter((label) => label === digit)).toHaveLength(40);
    expect(new Set(info.labels.slice(0, 20)).size).toBeGreaterThan(5);
    expect(pixels).toHaveLength(400 * 784);
    expect(again).toEqual({ info, pixels });
  });

  test('gives whole pictures: dark at the edge, with ink within, none twice', async () => {
    const { pixels } = await read;
    const seen = new Set<string>();
    for (let at = 0; at < pixels.length; at += 784) {
      const picture = pixels.subarray(at, at + 784);
      const edge = [...picture].filter((_, i) => i < 28 || i >= 756 || i % 28 === 0 || i % 28 === 27);
      expect(Math.max(...edge)).toBe(0);
      expect(Math.max(...picture)).toBeGreaterThan(200);
      seen.add(picture.join());
    }
    expect(seen.size).toBe(400);
  });
});

describe('the options of npm run web', () => {
  test('take models, in order', async () => {
    const [a, b] = [await writeModel('a'), await writeModel('b')];
    expect(await readOptions(['serve', '--model', b, '--model', a, '--port', '8080'])).toEqual({
      command: 'serve',
      models: [b, a],
      port: 8080,
      host: false,
      open: false,
    });
    expect(await readOptions(['build', '--out', 'x'])).toMatchObject({ command: 'build', models: [], out: 'x' });
  });

  test('take pictures for the game with the first model', async () => {
    const [a, b] = [await writeModel('a'), await writeModel('b')];
    const given = ['--model', b, '--model', a, '--real', join(root, 'pictures'), '--csv', 'x.csv', '--hands'];
    const real = { model: b, data: join(root, 'pictures'), csv: 'x.csv', hands: true };
    expect(await readOptions(['serve', ...given])).toMatchObject({ models: [b, a], real });
    expect(await readOptions(['build', ...given, '--out', join(root, 'page')])).toMatchObject({ real });
    await expect(readOptions(['build', ...given])).rejects.toThrow(
      'Cannot read the options: --out must be given with --real: dist/ is for pages that may be published.',
    );
  });

  test('take pictures for the game with the shipped model of radiographs, where no model is named', async () => {
    const data = join(root, 'pictures');
    const model = resolve('models/radiographs');
    const real = { model, data, hands: true };
    expect(await readOptions(['serve', '--real', data, '--hands'])).toMatchObject({ models: [model], real });
    expect(await readOptions(['serve'])).not.toHaveProperty('real');
  });

  test.each(['', 'a', 'a/page', 'pictures', 'pictures/page', 'table'])(
    'refuse to empty what the build reads: --out %s',
    async (out) => {
      const given = ['--model', await writeModel('a'), '--real', join(root, 'pictures')];
      await expect(
        readOptions(['build', ...given, '--csv', join(root, 'table', 'x.csv'), '--out', join(root, out)]),
      ).rejects.toThrow(/--out must be a folder apart from .*, since the build empties it, received /);
    },
  );

  test('say which file of a model cannot be read, and why', async () => {
    const folder = await writeModel('circle');
    await rm(join(folder, 'unet/config.json'));
    await symlink('config.json', join(folder, 'unet/config.json'));
    await expect(readOptions(['serve', '--model', folder])).rejects.toThrow(
      /^Cannot load the model: .*unet\/config\.json must be a file that can be read, its links lead in a circle\.$/,
    );
  });

  test('refuse a folder that is no model', async () => {
    await mkdir(join(root, 'empty'));
    await expect(readOptions(['serve', '--model', join(root, 'empty')])).rejects.toThrow(
      /^Cannot load the model: .*empty must be a model folder, but its scheduler\/scheduler_config\.json is missing\.$/,
    );
  });

  test.each([
    [['serve', '--modle', 'x'], /Unknown option '--modle'; --help lists them/],
    [['serve', 'models/digits'], /a folder must follow --model, received "models\/digits" alone/],
    [['serve', '--csv', 'x'], /--csv must come with --real, received it alone/],
    [['serve', '--hands'], /--hands must come with --real, received it alone/],
    [['serve', '--out', 'x'], /--out and --locale are options of "npm run build:web"/],
    [['build', '--port', '1'], /options of "npm run web"/],
    [['serve', '--port', 'x'], /--port must be an integer from 0 to 65535, received "x"/],
  ])('refuse %j', async (args, message) => {
    await expect(readOptions(args)).rejects.toThrow(message);
  });

  test('give help', async () => expect(await readOptions(['serve', '--help'])).toBeUndefined());
});
