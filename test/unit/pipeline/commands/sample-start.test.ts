import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { temporaryFolder as folderOfSuite } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

const SIDE = 4;
let model: string;
const folder = folderOfSuite();
const at = (name: string) => join(folder, name);
const write = (name: string, levels: readonly number[], side = SIDE, channels: 1 | 3 | 4 = 1) =>
  sharp(Uint8Array.from(levels), { raw: { width: side, height: side, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toFile(at(name));
const pixels = async (file: string) => [...(await sharp(file).toColourspace('b-w').raw().toBuffer())];
const LEVELS = Array.from({ length: 16 }, (_, i) => 16 * i);

beforeAll(async () => {
  model = await tinyArtefact({}, { out: at('model') });
  await write('picture.png', LEVELS);
  await write(
    'mask.png',
    LEVELS.map((_, i) => (i < 8 ? 0 : 255)),
  );
  await write('large.png', new Array(64).fill(200), 8);
  await write(
    'colour.png',
    new Array(48).fill(0).map((_, i) => (i % 3 === 0 ? 255 : 0)),
    SIDE,
    3,
  );
  await write('clear.png', new Array(64).fill(9), SIDE, 4);
  await writeFile(at('words.png'), 'no picture');
  await mkdir(at('folder'));
});

const sample = (...args: string[]) => {
  const count = args.includes('--count') ? [] : ['--count', '2'];
  return runCli('sample', '--model', model, '--steps', '6', '--out', at('sheet.png'), ...count, ...args);
};

describe('pipeline sample --from', () => {
  test('keeps what the mask has in black, and paints what it has in white', async () => {
    const singles = at('masked');
    const start = ['--from', at('picture.png'), '--mask', at('mask.png'), '--resamples', '2', '--sampler', 'ddpm'];
    const result = await sample(...start, '--singles', singles, '--verbose');
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain(`Sampling: ddpm, 6 steps from ${at('picture.png')} in 11 network calls`);
    for (const seed of [0, 1]) {
      const made = await pixels(join(singles, `${seed}.png`));
      expect(made.slice(0, 8)).toEqual(LEVELS.slice(0, 8));
      expect(made.slice(8)).not.toEqual(LEVELS.slice(8));
    }
  });

  test('takes a picture of another size where it is told how to make it fit', async () => {
    for (const fit of ['crop', 'pad', 'stretch']) {
      const singles = at(fit);
      const mask = ['--mask', at('mask.png')];
      expect(await sample('--from', at('large.png'), ...mask, '--fit', fit, '--singles', singles)).toMatchObject({
        code: 0,
      });
      expect((await pixels(join(singles, '0.png'))).slice(0, 8)).toEqual(new Array(8).fill(200));
    }
  });

  const refused: [string[], string][] = [
    [
      ['--from', 'large.png'],
      'Cannot start from a picture: --from *large.png must be 4 x 4 pixels, as the pictures of the model are, received 8 x 8.',
    ],
    [
      ['--from', 'colour.png'],
      'Cannot start from a picture: --from *colour.png must be gray, as the pictures of the model are, received one with colour.',
    ],
    [
      ['--from', 'clear.png'],
      'Cannot start from a picture: --from *clear.png must be opaque, received one with transparent pixels.',
    ],
    [
      ['--from', 'words.png'],
      'Cannot start from a picture: --from *words.png must be a picture in png, jpeg, webp, gif, tiff or avif, received bytes that are not a picture.',
    ],
    [['--from', 'none.png'], 'Cannot read --from *none.png: it is not there.'],
    [['--from', 'folder'], 'Cannot read --from *folder: it is a folder.'],
    [
      ['--from', 'picture.png', '--mask', 'large.png'],
      'Cannot start from a picture: --mask *large.png must be 4 x 4 pixels, as the pictures of the model are, received 8 x 8.',
    ],
    [
      ['--from', 'picture.png', '--mask', 'colour.png'],
      'Cannot start from a picture: --mask *colour.png must be gray, white to paint anew and black to keep, received one with colour.',
    ],
    [
      ['--from', 'picture.png', '--mask', 'clear.png'],
      'Cannot start from a picture: --mask *clear.png must be opaque, received one with transparent pixels.',
    ],
    [
      ['--mask', 'mask.png'],
      'Cannot start from a picture: --mask must be left out without --from, received "*mask.png".',
    ],
    [
      ['--fit', 'crop'],
      'Cannot sample images: --fit must be left out without pictures or masks to fit, received "crop".',
    ],
    [
      ['--strength', '0.5'],
      'Cannot sample images: strength must be left out without a picture to start from, received 0.5.',
    ],
    [
      ['--from', 'picture.png', '--strength', '0'],
      'Cannot compile the sampler: strength must be a number above 0, at most 1, received 0.',
    ],
    [
      ['--from', 'picture.png', '--strength', '1.2'],
      'Cannot compile the sampler: strength must be a number above 0, at most 1, received 1.2.',
    ],
    [
      ['--from', 'picture.png', '--resamples', '3'],
      'Cannot sample images: resamples must be left out or 1 without a mask, received 3.',
    ],
    [
      ['--from', 'picture.png', '--interpolate', '1,2'],
      'Cannot sample images: interpolate must be left out where sampling starts from a picture, received [1, 2].',
    ],
    [['--interpolate', '1'], 'Cannot read the options: --interpolate must be two seeds, as 3,7, received "1".'],
    [['--interpolate', '1,x'], 'Cannot read the options: --interpolate must be a number, received "x".'],
    [['--interpolate', '1,1'], 'Cannot sample images: the seed to go toward must be a seed other than 1, received 1.'],
    [
      ['--interpolate', '1,2', '--seed', '0'],
      'Cannot sample images: seed must be left out where interpolate is given, received 0.',
    ],
    [['--variation', '0.5'], 'Cannot sample images: variation must be left out without a seed to vary, received 0.5.'],
  ];
  test.each(refused)('refuses %j, and writes nothing', async (args, sentence) => {
    const out = join(await temporaryFolder(), 'sheet.png');
    const placed = args.map((arg) => (/\.png$|^folder$/.test(arg) ? at(arg) : arg));
    const stderr = await refusal(runCli('sample', '--model', model, '--count', '2', '--out', out, ...placed));
    expect(stderr.split('\n')[0]).toBe(sentence.replaceAll('*', `${folder}/`));
    expect(await readdir(join(out, '..'))).toEqual([]);
  });
});

describe('pipeline sample between seeds', () => {
  test('goes from one seed to another, names files by both, and the ends are the pictures of the seeds', async () => {
    const [between, plain] = [at('between'), at('plain')];
    const { code, stdout } = await sample('--interpolate', '3,8', '--count', '3', '--singles', between, '--json');
    expect([code, JSON.parse(stdout).seeds]).toEqual([0, [0, 0.5, 1].map((share) => ({ seed: 3, toward: 8, share }))]);
    const names = ['3-8-0.000000.png', '3-8-0.500000.png', '3-8-1.000000.png'];
    expect(await readdir(between)).toEqual(names);
    for (const [seed, name] of [
      ['3', names[0]],
      ['8', names[2]],
    ] as const) {
      expect(await sample('--seed', seed, '--count', '1', '--singles', plain)).toMatchObject({ code: 0 });
      expect(await pixels(join(plain, `${seed}.png`))).toEqual(await pixels(join(between, name!)));
    }
  });

  test('varies a seed, more or less', async () => {
    const apart = async (variation: string) => {
      const singles = at(`vary-${variation}`);
      const vary = ['--variations', '7', '--variation', variation, '--singles', singles];
      expect(await sample(...vary)).toMatchObject({ code: 0 });
      const files = await readdir(singles);
      const [first, second] = await Promise.all(files.map((name) => pixels(join(singles, name))));
      return first!.reduce((sum, value, i) => sum + Math.abs(value - second![i]!), 0);
    };
    const [none, little, all] = [await apart('0'), await apart('0.1'), await apart('1')];
    expect(none).toBe(0);
    expect(little).toBeLessThan(all);
  });
});
