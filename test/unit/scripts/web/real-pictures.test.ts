/** Which pictures `--real` puts beside a model's, and what it says of them. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { phantomFile } from '#phantom/files.ts';
import { USUAL } from '#phantom/options.ts';
import { trainedCard } from '#test/models/card.ts';
import { AGE, type TinyOptions, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture, grayPicture, noisePicture, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { says } from '#test/says.ts';
import { type RealOptions, readReal } from '../../../../scripts/web/real-pictures.ts';

const root = temporaryFolder();
const SIDE = 8;
const SHARE = 0.4;
const SEED = 3;
const picture = (i: number) => grayPicture(SIDE, SIDE, (x, y) => (7 * i + 8 * x + 4 * y) % 256);
const made = <T>(count: number, make: (i: number) => T, from = 0, below = '') =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${below}${from + i}.png`, make(from + i)]));
const pictures = (count: number, from = 0) => made(count, picture, from);
const folder = (name: string, files: Parameters<typeof writeFiles>[1]) => writeFiles(join(root, name), files);

const settings = { fit: 'crop', background: 'black', validationShare: SHARE } as const;
const split = (data: string, more: object = {}) =>
  prepare({ data, ...settings, size: SIDE, channels: 1, seed: SEED, cacheDir: join(root, 'cache'), ...more });

/** A model whose training.json says that it was trained on a folder. */
async function trainedOn(data: string, tiny: TinyOptions = {}, more: object = {}): Promise<string> {
  const dataset = await split(data, more);
  const { hash, count, name } = dataset;
  dataset.close();
  const config = { data: { ...settings, source: data, ...more }, training: { seed: SEED } };
  const card = trainedCard({ data: { name, hash, count }, config });
  return tinyArtefact({ shape: [1, SIDE, SIDE], ...tiny }, { card });
}

const read = (model: string, data: string, more: Partial<RealOptions> = {}) =>
  readReal({ model, data, cacheDir: join(root, 'cache'), ...more });

let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => vi.restoreAllMocks());

describe('the pictures of --real', () => {
  it('are those that training held out, of the images that training.json names', async () => {
    const data = await folder('trained', pictures(30));
    const { listing, pixels, said } = await read(await trainedOn(data), data);
    const dataset = await split(data);
    const held = new Uint8Array(12 * SIDE * SIDE);
    await dataset.read(dataset.validation, held);
    expect(pixels).toEqual(held);
    expect(listing).toEqual({ count: 12, width: SIDE, height: SIDE, channels: 1, unseen: true });
    expect(said).toBe(`The game shows the 12 pictures of ${data} that training held out.`);
  });

  it('are all of another folder, made as small as the model’s, and nothing is claimed of them', async () => {
    const model = await trainedOn(await folder('these', pictures(30)));
    const data = await folder(
      'others',
      made(11, (i) => flatPicture(30, 20, 20 * i)),
    );
    const { listing, pixels, said } = await read(model, data);
    expect(listing).toMatchObject({ count: 11, width: SIDE, height: SIDE, unseen: false });
    expect([...pixels.subarray(0, 128)]).toEqual([...Array(64).fill(0), ...Array(64).fill(20)]);
    expect(said).toBe(
      `The game shows the 11 pictures of ${data}. They are not the images that the model's training.json names; if some of those are among them, the model has seen them.`,
    );
  });

  it('are cut to the proportions of the model', async () => {
    const [width, height] = [10, 16];
    const stripes = (i: number) => grayPicture(3 * height, height, (x) => (x < 1.5 * height ? 20 * i : 255));
    const data = await folder('wide', made(11, stripes));
    const { listing, pixels } = await read(await tinyArtefact({ shape: [1, height, width] }), data);
    expect(listing).toMatchObject({ count: 11, width, height });
    const row = (level: number) => [...Array(width / 2).fill(level), ...Array(width / 2).fill(255)];
    expect([...pixels.subarray(0, 2 * width)]).toEqual([...row(0), ...row(0)]);
  });

  it('are an even choice of many, the same each time', { tags: 'long' }, async () => {
    const data = await folder('many', pictures(430));
    const model = await tinyArtefact({ shape: [1, SIDE, SIDE] });
    await rm(join(model, 'training.json'));
    const { listing, pixels, said } = await read(model, data);
    expect(listing).toMatchObject({ count: 400 });
    expect(said).toBe(
      `The game shows 400 of the 430 pictures of ${data}. No training.json says whether the model was trained on some of them.`,
    );
    expect((await read(model, data)).pixels).toEqual(pixels);
    expect(new Set(pixels).size).toBeGreaterThan(100);
  });

  it('leave out files that are cut, and say so', async () => {
    const cut = (await noisePicture(64, 64).jpeg().toBuffer()).subarray(0, 900);
    const data = await folder('cut', { ...pictures(12), 'b.jpeg': cut, 'c.jpeg': cut });
    const { listing } = await read(await tinyArtefact({ shape: [1, SIDE, SIDE] }), data);
    expect(listing.count).toBe(12);
    expect(said.join('')).toMatch(says('Left out: 2 files of *cut, first b.jpeg: '));
  });

  it('have the classes and numbers of their table, by the model’s own numbers', async () => {
    const data = await folder('people', pictures(30));
    const rows = Array.from({ length: 30 }, (_, i) => `${i},${i % 2 ? 'True' : 'False'},${30 + i}`);
    const csv = join(await folder('tables', { 'people.csv': ['id,male,age', ...rows].join('\n') }), 'people.csv');
    const labelNames = { False: 'female', True: 'male' };
    const columns = { csv, labelColumn: 'male', labelNames, conditionColumns: 'age' };
    const model = await trainedOn(data, { classes: 2, conditions: [AGE] }, columns);
    const { listing } = await read(model, data, { csv });
    expect(listing).toMatchObject({ count: 12, unseen: true });
    expect(listing.conditions!.age!.map((age) => (age - 30) % 2)).toEqual(listing.labels);
    const alone = await read(model, data);
    expect(alone.listing).toEqual({ count: 30, width: SIDE, height: SIDE, channels: 1, unseen: false });
    expect(alone.said).toMatch(says('may have been trained on some of them: with --csv, * those are left out.'));
  });

  it('are called phantoms where their files say that they are', { tags: 'long' }, async () => {
    const files = Array.from({ length: 10 }, (_, i) => phantomFile({ ...USUAL, count: 10, size: 64 }, i));
    const phantoms = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
    const data = await folder('phantoms', phantoms);
    const model = await tinyArtefact({ shape: [1, SIDE, SIDE] });
    expect((await read(model, data)).listing.notice).toBe('Synthetic phantom, not a radiograph of a person.');
    await expect(read(model, await folder('mixed', { ...phantoms, 'x.png': picture(1) }))).rejects.toThrow(
      'they must be either all phantoms or none, received "10 phantoms of 11"',
    );
  });

  it('are radiographs of hands, which the model never saw, beside one of phantoms', async () => {
    const data = await folder('patients', pictures(10));
    const model = await tinyArtefact(
      { shape: [1, SIDE, SIDE] },
      { files: { 'model_index.json': '{"trained_on": "phantoms"}' } },
    );
    const { listing, said } = await read(model, data);
    expect(listing).toMatchObject({ unseen: true });
    expect(said).toMatch('The model saw none of them: it was trained on phantoms.');
  });

  const toldOf = (index: object, tiny: TinyOptions = {}) =>
    tinyArtefact({ shape: [1, SIDE, SIDE], ...tiny }, { files: { 'model_index.json': JSON.stringify(index) } });
  it.each<
    [what: string, path: string, Parameters<typeof writeFiles>[1], sentence: string, model?: () => Promise<string>]
  >([
    ['no folder', 'nothing', {}, 'nothing": '],
    ['an archive', 'a.tar', { 'a.tar': 'x' }, 'a.tar: unpack it and give the folder.'],
    ['an empty folder', '', {}, 'received an empty folder: '],
    ['too few', '', pictures(9), 'the pictures must be at least 10, received 9.'],
    [
      'gray ones beside a model of colours',
      '',
      pictures(12),
      'they must be in colour, as those of the model, received gray ones.',
      () => toldOf({}, { shape: [3, SIDE, SIDE] }),
    ],
    [
      'a class that the model does not have',
      '',
      { 'cat/20.png': picture(20), ...made(12, picture, 0, 'dog/') },
      'received "dog"',
      () => toldOf({ id2label: { 0: 'cat', 1: 'bird' } }, { classes: 2 }),
    ],
  ])('refuse %s', async (name, path, files, sentence, model = () => toldOf({})) => {
    const data = await folder(`bad ${name}`, files);
    await expect(read(await model(), join(data, path))).rejects.toThrow(sentence);
  });

  it('refuse images of training of which too few were held out', async () => {
    const data = await folder('few held out', pictures(20));
    await expect(read(await trainedOn(data), data)).rejects.toThrow(
      ': those that training held out must be at least 10, received 8.',
    );
  });
});
