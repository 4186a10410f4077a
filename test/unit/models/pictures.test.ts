/** What the shipped models are told, and that they draw what they are for. */
import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { type DiffusionModel, loadModel, openCoder } from '#runtime-node/index.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

const folderOf = (name: string) => join(import.meta.dirname, '../../../models', name);
const text = (name: string, file: string) => readFile(join(folderOf(name), file), 'utf8');
const opened = new Map<string, Promise<DiffusionModel>>();
const load = (name: string) => {
  if (!opened.has(name)) opened.set(name, loadModel(folderOf(name), { device: 'cpu' }));
  return opened.get(name)!;
};
afterAll(async () => {
  for (const model of opened.values()) await (await model).dispose();
});

const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
const distance = (a: Float32Array, b: Float32Array) => Math.sqrt(mean(a.map((value, i) => (value - b[i]!) ** 2)));

const AGE = { min: 1, max: 228 };
const HANDS = { classNames: ['female', 'male'], trainedOn: 'phantoms', conditions: [{ name: 'boneage', ...AGE }] };
const ASKED = { labels: [1], conditions: { boneage: [150] } };
const KINDS = ['abdomen CT', 'breast MRI', 'chest X-ray', 'chest CT', 'hand X-ray', 'head CT'];

/** What is known of a model, and the share of bright pixels of what it draws. */
describe.each([
  ['digits', { shape: [1, 28, 28], classes: 10 }, { labels: [3] }, [25 / 784, 300 / 784]],
  ['hands', { shape: [1, 64, 64], ...HANDS }, ASKED, [0.1, 0.7]],
  ['hands-128', { shape: [4, 32, 32], ...HANDS }, ASKED, [0.1, 0.7]],
  ['radiographs', { shape: [1, 64, 64], classes: 0, conditions: [] }, {}, [0.1, 0.7]],
] as const)('models/%s', (name, facts, asked, [least, most]) => {
  it('is what it says, and draws bright on dark, the same from the same seed', async () => {
    const model = await load(name);
    expect(model).toMatchObject(facts);
    const options = { seeds: [7], steps: 12, ...asked } as Parameters<DiffusionModel['sample']>[0];
    const { images } = await model.sample(options);
    const share = mean(images.map((value) => Number(value > (name === 'digits' ? 0.5 : -0.4))));
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
    expect((await model.sample(options)).images).toEqual(images);
  });
});

it.each(['digits', 'hands'])("models/%s passes ONNX's own checker", skipBecause(lacksPython('onnx')), (name) => {
  const check = 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)';
  execFileSync(PYTHON, ['-c', check, `${folderOf(name)}/unet/model.onnx`]);
});

const grown = async (age: number, seeds = [3, 4]) =>
  (await (await load('hands')).sample({ seeds, steps: 12, labels: [0], conditions: { boneage: [age] } })).images;

it('models/hands keeps the hand of a seed while it grows: the nearer in age, the more alike', {
  tags: 'long',
}, async () => {
  const [at120, at132, at24, others] = [await grown(120), await grown(132), await grown(24), await grown(120, [5, 6])];
  expect(distance(at120, at132)).toBeGreaterThan(0);
  expect(distance(at120, at132)).toBeLessThan(distance(at120, at24) / 2);
  expect(distance(at120, at24)).toBeLessThan(distance(at120, others));
});

it('models/hands-2 draws in two calls, unasked, what its teacher draws of the same noise, age and sex', async () => {
  const [teacher, student] = [await load('hands'), await load('hands-2')];
  expect(student).toMatchObject({ distilled: { calls: 2 }, trainedOn: 'phantoms', conditions: teacher.conditions });
  const asked = { seeds: [3, 4], labels: [0, 1], conditions: { boneage: [60, 150] } };
  let calls = 0;
  const { images } = await student.sample({ ...asked, onStep: () => calls++ });
  expect(calls).toBe(2);
  const drawn = await teacher.sample({ ...asked, sampler: 'ddim', steps: 20 });
  const other = await teacher.sample({ ...asked, seeds: [13, 14], sampler: 'ddim', steps: 20 });
  expect(distance(images, drawn.images)).toBeLessThan(0.7 * distance(images, other.images));
});

/** In [-1, 1]. */
const phantom = (age: number) =>
  Float32Array.from(createPainter()({ seed: 77, picture: age, size: 128, age }).pixels, (level) => level / 127.5 - 1);

describe('models/hands-128', () => {
  it('starts from a picture, whose latents lie beyond -1 and 1, and keeps what a mask keeps to the bit', async () => {
    const from = phantom(150);
    const half = from.length / 2;
    const mask = from.map((_, i) => Number(i < half));
    const start = { seed: 1, steps: 4, sampler: 'ddim', from, mask, strength: 0.5 } as const;
    const { images } = await (await load('hands-128')).sample(start);
    expect(images.subarray(half)).toEqual(from.subarray(half));
    expect(images.subarray(0, half)).not.toEqual(from.subarray(0, half));
  });

  it('gives phantoms that it has not seen back at 30 dB and more', async () => {
    const half = (name: string) => join(folderOf('hands-128'), 'vae', `${name}.onnx`);
    const coder = openCoder([1, 128, 128], [4, 32, 32], { encoder: half('encoder'), decoder: half('decoder') });
    for (const age of [20, 90, 150, 220]) {
      const picture = phantom(age);
      const back = await coder.decode((await coder.encode(picture)).mean);
      expect(-20 * Math.log10(distance(picture, back) / 2)).toBeGreaterThan(30);
    }
    await coder.dispose();
  });
});

it('models/radiographs spaces its steps exponentially', async () => {
  const model = await load('radiographs');
  const draw = async (more: object) => (await model.sample({ seeds: [7], steps: 4, ...more })).images;
  expect(await draw({ spacing: 'exponential' })).toEqual(await draw({}));
  expect(await draw({ spacing: 'trailing' })).not.toEqual(await draw({}));
});

it('models/modalities is gray and has six kinds, which it draws as they look', async () => {
  const model = await load('modalities');
  expect(model).toMatchObject({ shape: [1, 64, 64], classes: 6, classNames: KINDS });
  const kinds = KINDS.map((_, i) => i);
  const { images } = await model.sample({ labels: kinds, seeds: kinds, steps: 12 });
  const pictures = kinds.map((i) => images.subarray(i * 64 * 64, (i + 1) * 64 * 64));
  const levels = pictures.map(mean);
  // MedNIST has CTs of the trunk as gray on gray, chest X-rays bright, and the others on black.
  const flat = pictures.map((picture) => mean(picture.map((value) => Number(Math.abs(value) < 0.4))) > 0.8);
  expect(flat).toEqual([true, false, false, true, false, false]);
  expect(levels.map((level) => level < -0.3)).toEqual([false, true, false, false, true, true]);
  expect(levels[0]!).toBeLessThan(levels[3]!);
  // A wrist reaches the lower edge; breasts and heads do not.
  const wrist = pictures.map((picture) => mean(picture.subarray(62 * 64 + 16, 62 * 64 + 48)) > -0.5);
  expect([wrist[1], wrist[4], wrist[5]]).toEqual([false, true, false]);
});

it.each([
  ['radiographs', 'data/hand'],
  ['modalities', 'data/modalities'],
])(
  'models/%s, which learnt from MedNIST, names source and licence, is small and names no other folder',
  async (name, source) => {
    const { data, settings } = JSON.parse(await text(name, 'training.json'));
    expect(data.licence).toMatch(/^CC BY-SA 4\.0 \(MedNIST, .*Dr\. Bradley J\. Erickson/);
    expect(await text(name, 'README.md')).toContain(data.licence);
    expect((await stat(join(folderOf(name), 'unet/model.onnx'))).size).toBeLessThan(3e6);
    expect(settings.data).toMatchObject({ source, cacheDir: '.cache/onnoise' });
    for (const file of ['README.md', 'training.json', 'evaluation.json'])
      expect(await text(name, file)).not.toContain('"/');
  },
);
