/** From images and masks to pictures of a mask, and to pictures that come with one. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLabelFile } from '#base/labels/index.ts';
import { encodeIndexedPng } from '#phantom/png.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const SIDE = 8;
/** Values 0 and 5, so that a class is no number of a file. */
const PALETTE = [0, 1, 2, 3, 4, 5].map((level) => [level, level, level] as const);
const mask = (wide: number) =>
  encodeIndexedPng(
    Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < wide ? 5 : 0)),
    SIDE,
    PALETTE,
  );

const lossesOf = (run: string) =>
  readFileSync(at(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).loss as number);
const train = (run: string, steps: number, ...args: string[]) =>
  trainTiny(
    at('images'),
    at(run),
    '--masks',
    at('masks'),
    '--cache-dir',
    at('cache'),
    '--steps',
    String(steps),
    ...args,
  );
const resume = (run: string, steps: number) => runCli('train', '--resume', '--out', at(run), '--steps', String(steps));
const sample = (model: string, ...args: string[]) =>
  runCli('sample', '--model', at(model), '--steps', '2', '--out', at(`${model}.png`), ...args);

beforeAll(async () => {
  const wide = [1, 2, 3, 4, 5, 6, 7, 4];
  await writeFiles(
    at('images'),
    Object.fromEntries(wide.map((w, i) => [`${i}.png`, grayPicture(8, 8, (x) => (x < w ? 230 : 20))])),
  );
  mkdirSync(at('masks'));
  for (const [i, w] of wide.entries()) writeFileSync(at('masks', `${i}.png`), mask(w));
  writeFileSync(at('masks', 'labels.json'), '{"0": "air", "5": "bone"}');
  mkdirSync(at('drawn'));
  writeFileSync(at('drawn', 'a.png'), mask(2));
  writeFileSync(at('drawn', 'b.png'), mask(6));
});

describe('a model that is told masks', () => {
  beforeAll(async () => {
    const dropped = ['--label-dropout', '0.5', '--validation-share', '0.25', '--flip'];
    expect(await train('whole', 6, ...dropped)).toMatchObject({ code: 0 });
    expect(await train('halves', 3, ...dropped)).toMatchObject({ code: 0 });
    expect(await resume('halves', 6)).toMatchObject({ code: 0 });
    expect(await runCli('export', '--run', at('whole'), '--out', at('told'))).toMatchObject({ code: 0 });
  });

  test('goes on after a stop to the last bit', () => {
    expect(lossesOf('halves')).toEqual(lossesOf('whole'));
    expect(lossesOf('whole')).toHaveLength(6);
  });

  test('draws a picture of each mask, and says which', async () => {
    const { code, stdout } = await sample('told', '--masks', at('drawn'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ conditionImages: ['a.png', 'b.png'], seeds: [0, 1] });
    const card = readFileSync(at('told', 'README.md'), 'utf8');
    expect(card).toContain('conditional on a mask of 2 classes or on nothing');
    expect(card).toContain('- classes of masks: 0: air, 5: bone');
    expect(JSON.parse(readFileSync(at('told', 'unet', 'config.json'), 'utf8'))).toMatchObject({
      condition_image: { classes: ['air', 'bone'], values: [0, 5] },
    });
  });

  test('has masks of the images that are held out, for people to draw from', async () => {
    const { width, height, labels } = await (await openLabelFile(at('told', 'masks.png'))).read(0);
    expect([width, height]).toEqual([8, 16]); // two of eight
    const given = await Promise.all(
      readdirSync(at('masks'))
        .filter((name) => name.endsWith('.png'))
        .map(async (name) => String((await (await openLabelFile(at('masks', name))).read(0)).labels)),
    );
    for (const from of [0, 64]) expect(given).toContain(String(labels.subarray(from, from + 64)));
    expect(readFileSync(at('told', 'README.md'), 'utf8')).toContain('`masks.png` has masks of held-out images');
    expect(await runCli('export', '--run', at('whole'), '--out', at('told'))).toMatchObject({ code: 0 }); // replaces it
  });

  test('draws without one, as it was trained with dropout', async () => {
    expect(await sample('told', '--count', '1')).toMatchObject({ code: 0 });
  });

  test('refuses masks that it does not know in a sentence, and writes nothing', async () => {
    mkdirSync(at('odd'));
    writeFileSync(at('odd', 'large.png'), encodeIndexedPng(new Uint8Array(256), 16, PALETTE));
    writeFileSync(at('odd', 'unknown.png'), encodeIndexedPng(new Uint8Array(64).fill(3), SIDE, PALETTE));
    writeFileSync(at('odd', 'words.png'), 'no picture');
    mkdirSync(at('empty'));
    const refused = (name: string) => refusal(sample('told', '--masks', at(name), '--singles', at('none')));
    expect(await refused('odd/large.png')).toContain(
      "it is 16 x 16 pixels, and the model's pictures are 8 x 8 (--fit resizes it)",
    );
    expect(await refused('odd/unknown.png')).toContain('it has the value 3, and the model knows 0 air, 5 bone');
    expect(await refused('odd/words.png')).toContain('label maps are read from PNG');
    expect(await refused('empty')).toContain('--masks must be a file, or a folder with some');
    expect(await refusal(sample('told', '--condition-images', at('drawn')))).toContain(
      'this model takes masks (--masks)',
    );
    expect(await refusal(sample('told', '--masks', at('drawn'), '--count', '1'))).toContain(
      'must be at most as many as images',
    );
    expect(readdirSync(folder)).not.toContain('none');
    expect(await sample('told', '--masks', at('odd', 'large.png'), '--fit', 'stretch')).toMatchObject({ code: 0 });
  });

  test('is not trained further on images without masks, or with other classes', async () => {
    const places = ['--data', at('images'), '--out', at('further'), '--cache-dir', at('cache')];
    const other = (...args: string[]) =>
      refusal(runCli('train', '--init', at('told'), ...places, '--steps', '9', '--batch', '2', ...args));
    expect(await other()).toContain(
      '--masks must name those of the images, which the network is trained with, received nothing',
    );
    expect(await other('--masks', at('masks'), '--mask-classes', 'air,skin,fat,hair,nail,bone')).toContain(
      '--masks must have the classes of the network, air, bone, received air, skin, fat, hair, nail, bone',
    );
  });
});

test('a model that draws masks writes them beside its pictures, to be trained on again', async () => {
  expect(await train('pairs-run', 4, '--mask-role', 'output')).toMatchObject({ code: 0 });
  expect(await runCli('export', '--run', at('pairs-run'), '--out', at('pairs'))).toMatchObject({ code: 0 });
  const files = ['--singles', at('made'), '--count', '3'];
  expect(await sample('pairs', ...files)).toMatchObject({ code: 0 });
  const names = ['0.png', '1.png', '2.png'];
  expect(readdirSync(at('made'))).toEqual(names);
  expect(readdirSync(at('made-confidence'))).toEqual(names);
  expect(readdirSync(at('made-masks'))).toEqual([...names, 'labels.json']);
  expect(JSON.parse(readFileSync(at('made-masks', 'labels.json'), 'utf8'))).toEqual({ 0: 'air', 5: 'bone' });
  expect(readdirSync(at('pairs'))).not.toContain('masks.png');
  expect(readFileSync(at('pairs', 'README.md'), 'utf8')).toContain('each with a mask of 2 classes');
  expect(await runCli('sample', '--model', at('pairs'), '--out', at('pairs.npy'), '--count', '2')).toMatchObject({
    code: 0,
  });
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['pairs-masks.npy', 'pairs-confidence.npy']));
  expect(await refusal(sample('pairs', '--masks', at('drawn')))).toContain(
    '--masks must be left out, this model takes none',
  );
});
