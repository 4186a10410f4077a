/** From images and masks to pictures of a mask, and to pictures that come with one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLabelFile } from '#base/labels/index.ts';
import { encodeIndexedPng } from '#phantom/png.ts';
import { grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';
import { readLines, type StepMetrics } from '#training/saved/metrics.ts';
import { runPaths } from '#training/saved/run-folder.ts';

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
  readLines<StepMetrics>(runPaths(at(run)).metrics).then((lines) => lines.map(({ loss }) => loss));
const train = (run: string, steps: number, ...args: string[]) =>
  trainTiny(
    at('images'),
    at(run),
    ...['--masks', at('masks'), '--cache-dir', at('cache'), '--steps', String(steps), ...args],
  );
const resume = (run: string, steps: number) => runCli('train', '--resume', '--out', at(run), '--steps', String(steps));
const sample = (model: string, ...args: string[]) =>
  runCli('sample', '--model', at(model), '--steps', '2', '--out', at(`${model}.png`), ...args);

beforeAll(async () => {
  const wide = [1, 2, 3, 4, 5, 6, 7, 4];
  const named = <T>(make: (w: number) => T) => Object.fromEntries(wide.map((w, i) => [`${i}.png`, make(w)]));
  await writeFiles(
    at('images'),
    named((w) => grayPicture(8, 8, (x) => (x < w ? 230 : 20))),
  );
  await writeFiles(at('masks'), { ...named(mask), 'labels.json': '{"0": "air", "5": "bone"}' });
  await writeFiles(at('drawn'), { 'a.png': mask(2), 'b.png': mask(6) });
});

describe('a model that is told masks', () => {
  beforeAll(async () => {
    const dropped = ['--label-dropout', '0.5', '--validation-share', '0.25', '--flip'];
    await done(train('whole', 6, ...dropped));
    await done(train('halves', 3, ...dropped));
    await done(resume('halves', 6));
    await done(runCli('export', '--run', at('whole'), '--out', at('told')));
  });

  test('goes on after a stop to the last bit', async () => {
    const losses = await lossesOf('whole');
    expect(losses).toHaveLength(6);
    expect(await lossesOf('halves')).toEqual(losses);
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
    await done(runCli('export', '--run', at('whole'), '--out', at('told'))); // replaces it
  });

  test('draws without one, as it was trained with dropout, and is not trained further without masks', async () => {
    await done(sample('told', '--count', '1'));
    const given = ['--out', at('further'), '--cache-dir', at('cache'), '--steps', '9', '--batch', '2'];
    const further = ['train', '--init', at('told'), '--data', at('images'), ...given];
    await refuses(
      runCli(...further),
      '--masks must name those of the images, which the network is trained with, received nothing',
    );
    const others = ['--masks', at('masks'), '--mask-classes', 'air,skin,fat,hair,nail,bone'];
    await refuses(
      runCli(...further, ...others),
      '--masks must have the classes of the network, air, bone, received air, skin, fat, hair, nail, bone',
    );
  });
});

test('a model that draws masks writes them beside its pictures, to be trained on again', async () => {
  await done(train('pairs-run', 4, '--mask-role', 'output'));
  await done(runCli('export', '--run', at('pairs-run'), '--out', at('pairs')));
  const files = ['--singles', at('made'), '--count', '3'];
  await done(sample('pairs', ...files));
  const names = ['0.png', '1.png', '2.png'];
  expect(readdirSync(at('made'))).toEqual(names);
  expect(readdirSync(at('made-confidence'))).toEqual(names);
  expect(readdirSync(at('made-masks'))).toEqual([...names, 'labels.json']);
  expect(JSON.parse(readFileSync(at('made-masks', 'labels.json'), 'utf8'))).toEqual({ 0: 'air', 5: 'bone' });
  expect(readdirSync(at('pairs'))).not.toContain('masks.png');
  expect(readFileSync(at('pairs', 'README.md'), 'utf8')).toContain('each with a mask of 2 classes');
  const arrays = runCli('sample', '--model', at('pairs'), '--out', at('pairs.npy'), '--count', '2');
  await done(arrays);
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['pairs-masks.npy', 'pairs-confidence.npy']));
  await refuses(sample('pairs', '--masks', at('drawn')), '--masks must be left out, this model takes none');
});
