import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler/evaluation';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import { fromFiles } from '#evaluation/from-files.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { tarBytes } from '#pipeline/bulk/tar.ts';
import { writeZip } from '#runtime-web/trainer/files/zip.ts';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { flatPicture, writeFiles } from '#test/pictures/images.ts';
import { refusal, refuses, runCli } from '#test/run-cli.ts';
import { prepareDataset } from '#training/data/index.ts';

const { place, read, seen } = evaluateCommand();

const COUNT = 200;
const rowOf = ({ pixels }: ImageSet, i: number) => pixels.subarray(64 * i, 64 * (i + 1));
const pngOf = (pixels: Uint8Array) =>
  sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
    .png()
    .toBuffer();
const name = (i: number) => `${String(i).padStart(9, '0')}.png`;

/** A folder of each class, and files in it. */
async function writeFolder(folder: string, set: ImageSet, first = 0, last = set.count): Promise<void> {
  for (let i = first; i < last; i++) {
    const below = join(folder, `${set.labels![i]}`);
    await mkdir(below, { recursive: true });
    await writeFile(join(below, name(i)), await pngOf(rowOf(set, i)));
  }
}

const run = (pictures: string, out: string, ...args: string[]) =>
  runCli(
    ...['evaluate', '--pictures', place(pictures), '--data', place('learnt'), '--test-data', place('others')],
    ...['--cache-dir', place('cache'), '--out', place(`out/${out}`), ...seen(), ...args],
  );

beforeAll(async () => {
  const learnt = grainedBars({ count: 300, classes: 2 }, 1);
  const others = grainedBars({ count: 240, classes: 2 }, 5);
  const fresh = grainedBars({ count: COUNT, classes: 2 }, 9);
  await writeIdx(place('learnt'), learnt);
  await writeIdx(place('others'), others);
  await writeFolder(place('fakes'), fresh);
  // Half of these are images that were learnt from.
  await writeFolder(place('copied'), fresh, 0, 100);
  await writeFolder(place('copied'), learnt, 100, 200);
});

describe('pipeline evaluate --pictures', () => {
  test('measures a folder, says where it lies, and finds no copies', { tags: 'long' }, async () => {
    const { code, stdout, stderr } = await run('fakes', 'fresh', '--fail-on', 'memorisation');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('Sampling')]);
    expect(stdout).toContain(`200 pictures of ${place('fakes')}: not sampled here\n`);
    const evaluation = await read(place('out/fresh'));
    expect(readEvaluation(evaluation)).toMatchObject({
      pictures: { name: place('fakes'), count: COUNT, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      data: { train: 300, heldOut: 240 },
      settings: { count: COUNT, seed: 0 },
    });
    expect(evaluation).not.toHaveProperty('model');
    expect(evaluation.memorisation).toMatchObject({ verdict: 'none found', counts: { samples: COUNT, training: 300 } });
    const ids = evaluation.measures.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['frechet', 'kernel', 'precision', 'recall', 'ms_ssim']));
    expect(ids).toContain('synthetic_accuracy'); // both have classes
    const html = await readFile(place('out/fresh/report.html'), 'utf8');
    expect(html).toContain(`<dt>Pictures</dt><dd>${place('fakes')}, 200 pictures, hash`);
    expect(await readdir(place('out/fresh'))).toEqual(['evaluation.json', 'report.html']);
  });

  test('names the files that are copies, of all pictures, also where fewer are measured', {
    tags: 'long',
  }, async () => {
    const { code, stdout } = await run('copied', 'copied', '--count', '80', '--fail-on', 'memorisation');
    expect(code).toBe(3);
    expect(stdout).toContain('copies of training images found');
    const { memorisation, settings, pictures } = await read(place('out/copied'));
    expect([settings.count, pictures!.count, memorisation!.counts.samples]).toEqual([80, COUNT, COUNT]);
    // They are the second half: counted by path, classes first.
    expect(memorisation!.flagged.filter(({ space }) => space === 'pixels')).toHaveLength(100);
    const html = await readFile(place('out/copied/report.html'), 'utf8');
    expect(html).toMatch(/Picture [01]\/000000(1\d\d)\.png, training images \1 and/);
  });
});

/** What pictures are read as, without an evaluation. */
async function hashOf(pictures: string): Promise<string> {
  const typed = { source: place('learnt'), cacheDir: place('cache') };
  const { source } = await fromFiles(
    { pictures: place(pictures), images: { typed, test: { data: place('others') } } },
    { prepare: (options) => prepareDataset(options), onNote: () => {}, signal: undefined },
  );
  await source.close();
  return source.origin.pictures!.hash;
}

test('a ZIP, shards and an array are read as the folder is', async () => {
  const count = 20;
  const set = { ...grainedBars({ count }, 4), labels: Int32Array.from({ length: count }, (_, i) => Number(i >= 10)) };
  await writeFolder(place('small'), set);
  const folder = await hashOf('small');
  const entries = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const label = String(set.labels[i]);
      return { label, file: name(i), bytes: await readFile(place(`small/${label}/${name(i)}`)) };
    }),
  );
  const files = entries.map(({ label, file, bytes }) => [`${label}/${file}`, new Uint8Array(bytes)] as const);
  await writeFile(place('small.zip'), writeZip(Object.fromEntries(files)));
  expect(await hashOf('small.zip')).toBe(folder);

  const shards = [0, 10].map((first) => {
    const tar = tarBytes(
      entries.slice(first, first + 10).flatMap(({ label, file, bytes }) => [
        { name: file, bytes },
        { name: file.replace('png', 'cls'), bytes: Buffer.from(label) },
        { name: file.replace('png', 'mask.png'), bytes },
      ]),
    );
    return { tar, file: `0123456789abcdef/${first}.tar`, sha256: createHash('sha256').update(tar).digest('hex') };
  });
  const manifest = { format: 1, shards: shards.map(({ tar: _, ...each }) => each) };
  await writeFiles(place('bulk'), {
    ...Object.fromEntries(shards.map(({ file, tar }) => [file, tar])),
    'manifest.json': JSON.stringify(manifest),
  });
  expect(await hashOf('bulk')).toBe(folder);
  expect(readdirSync(place('cache')).filter((each) => each.startsWith('pictures-'))).toEqual([]);
  await writeFile(place(`bulk/${shards[1]!.file}`), shards[1]!.tar.subarray(0, 5000));
  await expect(hashOf('bulk')).rejects.toThrow(
    '10.tar: it must be the shard that manifest.json lists, received other bytes',
  );

  await writeFiles(place('flat'), Object.fromEntries(entries.map(({ file, bytes }) => [file, new Uint8Array(bytes)])));
  await writeFile(place('small.npy'), writeNpy(set.pixels, [count, 8, 8]));
  expect(await hashOf('small.npy')).toBe(await hashOf('flat'));
});

describe('pipeline evaluate --pictures refuses', () => {
  beforeAll(async () => {
    await mkdir(place('empty'));
    const whole = await readFile(place(`fakes/0/${(await readdir(place('fakes/0')))[0]}`));
    const values = Float32Array.from({ length: 3 * 64 }, (_, i) => (i === 70 ? Number.NaN : i));
    await writeFiles(place(''), {
      'mixed/0/a.png': whole,
      'mixed/0/b.png': flatPicture(9, 8, 200, 0, 0),
      'torn/0/a.png': whole,
      'torn/0/b.png': whole.subarray(0, whole.length - 20),
      'nan.npy': writeNpy(values, [3, 8, 8]),
      'cut.npy': writeNpy(new Uint8Array(192), [3, 8, 8]).subarray(0, 228),
      'cut.zip': 'PK\x03\x04 and no more of it',
    });
    await writeFolder(place('few'), grainedBars({ count: 10, classes: 2 }, 4));
  });

  test.each<[what: string, pictures: string, args: string[], message: string]>([
    [
      'a model, too',
      'fakes',
      ['--model', 'm'],
      '--model must be left out with --pictures, which no model draws here, received "m".',
    ],
    ['steps', 'fakes', ['--steps', '9'], '--steps must be left out with --pictures'],
    ['a card', 'fakes', ['--no-card'], '--card must be left out with --pictures'],
    ['masks', 'fakes', ['--masks', 'm'], '--masks must be left out with --pictures, which come without, received "m".'],
    ['the images themselves', 'learnt', [], '--data must be other images than --pictures, received'],
    ['what is not there', 'nowhere', [], '--pictures must be'],
    ['an empty folder', 'empty', [], '--pictures must be a folder with images'],
    [
      'pictures of two sizes',
      'mixed',
      [],
      'the pictures must be of one size, received 8 x 8, 9 x 8. Fit them and the images to one by --size.',
    ],
    ['a torn picture', 'torn', [], 'each picture must be readable, received 0/b.png: '],
    ['NaN', 'nan.npy', [], 'all values must be finite, received 1 of 3 pictures with NaN or infinity.'],
    ['a cut array', 'cut.npy', [], 'cut.npy must have 320 bytes, received 228: it is truncated.'],
    ['a cut ZIP', 'cut.zip', [], 'it must be a whole ZIP, received a broken one'],
    [
      'too few',
      'few',
      [],
      'there must be at least 17 pictures, more than the 16 features of each, received 10. Add pictures.',
    ],
    [
      'more than there are',
      'few',
      ['--count', '11'],
      '--count must be at most 10, the pictures that there are, received 11.',
    ],
  ])('%s', async (_, pictures, args, message) => {
    await refuses(run(pictures, 'refused', ...args), message);
  });

  test('pictures in colour where images are gray, but for --channels', async () => {
    const colours = Array.from({ length: 20 }, (_, i) => [`${i}.png`, flatPicture(8, 8, 9 * i, 90, 200)]);
    await writeFiles(place('colour'), Object.fromEntries(colours));
    await refuses(
      run('colour', 'refused'),
      '--data must be in colour, as the pictures, the images are gray. Add --channels 3 to convert them.',
    );
  });

  test('pictures among the images', async () => {
    await writeFolder(place('parent/fakes'), grainedBars({ count: 4, classes: 2 }, 4));
    await writeFolder(place('parent/real'), grainedBars({ count: 4, classes: 2 }, 5));
    const args = ['--cache-dir', place('cache'), '--out', place('out/refused')];
    const message = refusal(
      runCli('evaluate', '--pictures', place('parent/fakes'), '--data', place('parent'), ...args),
    );
    expect(await message).toContain('--pictures must be outside the folder of --data');
  });
});
