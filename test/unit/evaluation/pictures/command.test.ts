import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler/model';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import { fromFiles } from '#evaluation/from-files.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { tarBytes } from '#pipeline/bulk/tar.ts';
import { writeZip } from '#runtime-web/trainer/files/zip.ts';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';
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

test('a ZIP, shards and an array are read as the folder is', { timeout: 180_000 }, async () => {
  const labels = [0, 1].flatMap((label) => readdirSync(place(`fakes/${label}`)).map((each) => [label, each] as const));
  const entries = await Promise.all(
    labels.map(async ([label, file]) => ({ label, file, bytes: await readFile(place(`fakes/${label}/${file}`)) })),
  );
  const folder = await hashOf('fakes');
  const files = entries.map(({ label, file, bytes }) => [`${label}/${file}`, new Uint8Array(bytes)] as const);
  await writeFile(place('fakes.zip'), writeZip(Object.fromEntries(files)));
  expect(await hashOf('fakes.zip')).toBe(folder);

  await mkdir(place('bulk/0123456789abcdef'), { recursive: true });
  const sorted = entries.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const shards = [0, 100].map((first) => {
    const tar = tarBytes(
      sorted.slice(first, first + 100).flatMap(({ label, file, bytes }) => [
        { name: file, bytes },
        { name: file.replace('png', 'cls'), bytes: Buffer.from(String(label)) },
        { name: file.replace('png', 'mask.png'), bytes },
      ]),
    );
    return { tar, file: `0123456789abcdef/${first}.tar`, sha256: createHash('sha256').update(tar).digest('hex') };
  });
  for (const { tar, file } of shards) await writeFile(place(`bulk/${file}`), tar);
  const listed = shards.map(({ tar: _, ...each }) => each);
  await writeFile(place('bulk/manifest.json'), JSON.stringify({ format: 1, shards: listed }));
  // By seed, where the folder is by class first.
  await writeFiles(place('table'), {
    ...Object.fromEntries(sorted.map(({ file, bytes }) => [file, new Uint8Array(bytes)])),
  });
  const withTable = `id,class_number\n${sorted.map(({ file, label }) => `${file.slice(0, -4)},${label}`).join('\n')}\n`;
  await writeFile(place('table.csv'), withTable);
  const data = {
    size: 8,
    fit: 'crop',
    channels: 1,
    validationShare: 0,
    seed: 0,
    strict: true,
    cacheDir: place('cache'),
  } as const;
  const table = await prepareDataset({
    ...data,
    data: place('table'),
    csv: place('table.csv'),
    labelColumn: 'class_number',
  });
  table.close();
  expect(await hashOf('bulk')).toBe(table.hash);
  expect(readdirSync(place('cache')).filter((each) => each.startsWith('pictures-'))).toEqual([]);
  await writeFile(place(`bulk/${shards[1]!.file}`), shards[1]!.tar.subarray(0, 5000));
  await expect(hashOf('bulk')).rejects.toThrow(
    '100.tar: it must be the shard that manifest.json lists, received other bytes',
  );

  const pixels = await Promise.all(sorted.map(({ bytes }) => sharp(bytes).extractChannel(0).raw().toBuffer()));
  await writeFile(place('fakes.npy'), writeNpy(new Uint8Array(Buffer.concat(pixels)), [COUNT, 8, 8]));
  expect(await hashOf('fakes.npy')).toBe(await hashOf('table'));
});

describe('pipeline evaluate --pictures refuses', () => {
  beforeAll(async () => {
    await mkdir(place('empty'));
    await mkdir(place('mixed/0'), { recursive: true });
    await copyFile(place(`fakes/0/${(await readdir(place('fakes/0')))[0]}`), place('mixed/0/a.png'));
    await writeFile(
      place('mixed/0/b.png'),
      await sharp({ create: { width: 9, height: 8, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    await mkdir(place('torn/0'), { recursive: true });
    const whole = await readFile(place('mixed/0/a.png'));
    await writeFile(place('torn/0/a.png'), whole);
    await writeFile(place('torn/0/b.png'), whole.subarray(0, whole.length - 20));
    const values = Float32Array.from({ length: 3 * 64 }, (_, i) => (i === 70 ? Number.NaN : i));
    await writeFile(place('nan.npy'), writeNpy(values, [3, 8, 8]));
    await writeFile(place('cut.npy'), writeNpy(new Uint8Array(192), [3, 8, 8]).subarray(0, 228));
    await writeFile(place('cut.zip'), Buffer.from('PK\x03\x04 and no more of it'));
    await writeFolder(place('few'), grainedBars({ count: 10, classes: 2 }, 4));
    await writeFolder(place('large'), grainedBars({ count: 10, classes: 2 }, 4));
  });

  test.each<[what: string, pictures: string, args: string[], message: string]>([
    [
      'a model, too',
      'fakes',
      ['--model', 'm'],
      '--model must be left out with --pictures, which no model draws here, received "m".',
    ],
    ['steps', 'fakes', ['--steps', '9'], '--steps must be left out with --pictures'],
    ['an option of a sampler', 'fakes', ['--eta', '0'], '--eta must be left out with --pictures'],
    ['a sweep', 'fakes', ['--sweep', 'steps=5'], '--sweep must be left out with --pictures'],
    ['a device', 'fakes', ['--device', 'cpu'], '--device must be left out with --pictures'],
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
    ['another size', 'fakes', ['--channels', '3', '--size', '0'], '--size must be'],
  ])('%s', async (_, pictures, args, message) => {
    expect(await refusal(run(pictures, 'refused', ...args))).toContain(message);
  });

  test('pictures in colour where images are gray, but for --channels', async () => {
    const colour = async (i: number) =>
      writeFile(
        place(`colour/${i}.png`),
        await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 9 * i, g: 90, b: 200 } } })
          .png()
          .toBuffer(),
      );
    await mkdir(place('colour'), { recursive: true });
    await Promise.all(Array.from({ length: 20 }, (_, i) => colour(i)));
    expect(await refusal(run('colour', 'refused'))).toContain(
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
