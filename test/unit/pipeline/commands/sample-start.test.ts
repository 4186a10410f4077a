/** Pictures that `pipeline sample` starts from, and those between seeds. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { flatPicture, grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const pixels = async (file: string) => [...(await sharp(file).toColourspace('b-w').raw().toBuffer())];
const LEVELS = Array.from({ length: 16 }, (_, i) => 16 * i);

beforeAll(async () => {
  await tinyArtefact({}, { out: at('model') });
  await writeFiles(folder, {
    'picture.png': grayPicture(4, 4, (x, y) => 16 * (4 * y + x)),
    'mask.png': grayPicture(4, 4, (_, y) => (y < 2 ? 0 : 255)),
    'large.png': flatPicture(8, 8, 200),
  });
});

const sample = (...args: string[]) =>
  runCli('sample', '--model', at('model'), '--steps', '6', '--out', at('sheet.png'), ...args);

test('sample --from keeps what the mask has in black, and paints what it has in white', async () => {
  const start = ['--from', at('picture.png'), '--mask', at('mask.png'), '--resamples', '2', '--sampler', 'ddpm'];
  const result = await sample(...start, '--count', '2', '--singles', at('masked'), '--verbose');
  expect(result).toMatchObject({ code: 0 });
  expect(result.stderr).toContain(`Sampling: ddpm, 6 steps from ${at('picture.png')} in 11 network calls`);
  for (const seed of [0, 1]) {
    const made = await pixels(at(`masked/${seed}.png`));
    expect(made.slice(0, 8)).toEqual(LEVELS.slice(0, 8));
    expect(made.slice(8)).not.toEqual(LEVELS.slice(8));
  }
});

test.each(['crop', 'pad', 'stretch'])('sample --from takes a picture of another size with --fit %s', async (fit) => {
  const start = ['--from', at('large.png'), '--mask', at('mask.png'), '--fit', fit];
  await done(sample(...start, '--count', '1', '--singles', at(fit)));
  expect((await pixels(at(`${fit}/0.png`))).slice(0, 8)).toEqual(new Array(8).fill(200));
});

test('sample --interpolate names files by both seeds, and the ends are the pictures of the seeds', async () => {
  const between = ['--interpolate', '3,8', '--count', '3', '--singles', at('between')];
  const { code, stdout } = await sample(...between, '--json');
  expect([code, JSON.parse(stdout).seeds]).toEqual([0, [0, 0.5, 1].map((share) => ({ seed: 3, toward: 8, share }))]);
  const names = ['3-8-0.000000.png', '3-8-0.500000.png', '3-8-1.000000.png'];
  expect(readdirSync(at('between'))).toEqual(names);
  for (const [seed, name] of [
    ['3', names[0]],
    ['8', names[2]],
  ] as const) {
    await done(sample('--seed', seed, '--count', '1', '--singles', at('plain')));
    expect(await pixels(at(`plain/${seed}.png`))).toEqual(await pixels(at(`between/${name}`)));
  }
});
