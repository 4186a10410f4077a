import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import type { Run, Utility } from '#evaluation/utility/types.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { maskedImages, writeMasked } from '#test/evaluate/masked.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { gray, grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refusal, runCli } from '#test/run-cli.ts';

const root = temporaryFolder();
const place = (name: string) => join(root, name);
const read = (out: string): Utility => JSON.parse(readFileSync(place(`out/${out}/utility.json`), 'utf8'));
const runsOf = (out: string) =>
  readFileSync(place(`out/${out}/runs.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .slice(1);

const bars = (count: number, seed: number, classes: 1 | 2 | 3 = 3) => grainedBars({ count, classes }, seed);
const shuffled = (images: ImageSet): ImageSet => ({
  ...images,
  labels: images.labels!.map((_, i) => (i * 7 + Math.floor(i / 5)) % 3),
});

const utility = (out: string, task: string, ...args: string[]) =>
  runCli('utility', '--task', task, '--cache-dir', place('cache'), '--out', place(`out/${out}`), ...args);

/** Few runs on bars: 9 real images, or what the options say. */
const classify = (out: string, synthetic: string, ...args: string[]) => {
  const usual = { '--real-count': '9', '--seeds': '3', '--steps': '40' };
  const left = Object.entries(usual).filter(([flag]) => !args.includes(flag));
  const images = ['--data', place('real'), '--test-data', place('test'), '--synthetic', place(synthetic)];
  return utility(out, 'classify', ...images, ...left.flat(), ...args);
};

/** A folder of each class, and PNG files in it. */
async function writePictures(name: string, { count, pixels, labels }: ImageSet, from = 0): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (let i = from; i < count; i++) {
    const raw = { width: 8, height: 8, channels: 1 as const };
    const picture = sharp(pixels.slice(i * 64, (i + 1) * 64), { raw }).png();
    files[`${labels![i]}/${i}.png`] = await picture.toBuffer();
  }
  await writeFiles(place(name), files);
}

beforeAll(async () => {
  await writeIdx(place('real'), bars(120, 1));
  await writeIdx(place('test'), bars(90, 5));
  await writeIdx(place('alike'), bars(150, 9));
  await writeIdx(place('wrong'), shuffled(bars(150, 9)));
});

describe('pipeline utility', { timeout: 240_000 }, () => {
  it('finds that images like the real ones help where those are few, and writes what it found', {
    tags: 'long',
  }, async () => {
    const { code, stdout, stderr } = await classify('helps', 'alike', '--real-count', '3');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/Training {2}100% {2}360\/360 steps/)]);
    expect(stdout).toMatch(/^3 real images: helps\. With synthetic images the balanced accuracy is higher: /);
    const found = read('helps');
    expect(found).toMatchObject({
      task: 'classify',
      measure: { id: 'balanced_accuracy', better: 'higher' },
      data: { name: 'real', pool: 120, test: 90, testGroups: 90, testName: 'test', classNames: ['0', '1', '2'] },
      synthetic: { name: 'alike', count: 150, copies: 0 },
      settings: { counts: [3], seeds: 3, steps: 40, batch: 32, share: 0.5, size: 8 },
      runs: { done: 9, planned: 9 },
    });
    const [gain] = found.gains;
    expect(gain).toMatchObject({ count: 3, verdict: 'helps', real: { scores: { length: 3 } } });
    expect(gain!.difference.value).toBeCloseTo(gain!.both.value - gain!.real.value, 10);
    expect(found.syntheticAlone!.value).toBeGreaterThan(gain!.real.value);
    const html = readFileSync(place('out/helps/report.html'), 'utf8');
    expect(html).toContain('3 real images: helps. With synthetic images');
    expect(html.match(/<svg[^>]* class="chart"|class="chart"[^>]*>/g)?.length).toBeGreaterThanOrEqual(2);
    expect(html).not.toMatch(/\b(src|href)="(?!data:|#)|url\((?!data:|#)|@import|<script|NaN/);
    // One line a run, which names no image.
    expect(
      runsOf('helps')
        .map((line) => JSON.parse(line))
        .map(({ arm, seed }: Run) => `${arm} ${seed}`),
    ).toEqual([0, 1, 2].flatMap((seed) => [`synthetic ${seed}`, `real ${seed}`, `both ${seed}`]));
  });

  it('goes on where it was, with more seeds too, and comes to the same in two goes as in one', async () => {
    const short = ['--seeds', '1', '--steps', '8'];
    await classify('whole', 'alike', ...short);
    const early = await classify('pieces', 'alike', ...short, '--minutes', '0.000001');
    expect(early.stdout).toContain('1 of 3 runs are done: the same command goes on.');
    expect(read('pieces')).toMatchObject({ gains: [], runs: { done: 1, planned: 3 } });
    expect(readFileSync(place('out/pieces/report.html'), 'utf8')).toContain('No pair of runs is done yet');
    const { stderr } = await classify('pieces', 'alike', ...short);
    expect(stderr).toMatch(/Training {2}100% {2}16\/16 steps/);
    expect({ ...read('pieces'), date: '' }).toEqual({ ...read('whole'), date: '' });

    const kept = runsOf('pieces');
    const { stdout } = await classify('pieces', 'alike', '--seeds', '2', '--steps', '8', '--json');
    expect(runsOf('pieces').slice(0, 3)).toEqual(kept);
    const more: Utility = JSON.parse(stdout);
    expect(more.runs).toEqual({ done: 6, planned: 6 });
    expect(more.gains[0]!.real.scores[0]).toBe(read('whole').gains[0]!.real.scores[0]);
    expect(more.gains[0]!.reason).toContain('2 seeds cannot tell, it takes 3 at least');

    const other = await refusal(classify('pieces', 'alike', '--steps', '9'));
    expect(other).toContain(
      '--out must be a folder with runs of the same steps, or a new one, received one of other steps.',
    );
    expect(await refusal(classify('pieces', 'wrong', ...short))).toContain('received one of other synthetic images.');
  });

  it('finds that images of wrong classes hurt', { tags: 'long' }, async () => {
    const { code, stdout, stderr } = await classify(
      ...(['hurts', 'wrong', '--real-count', '90', '--synthetic-share', '0.8', '--steps', '30'] as const),
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^90 real images: hurts\. With synthetic images the balanced accuracy is lower: /);
    expect(stdout).toContain('Of 120 real images, runs of 90 share most');
  });

  it('checks and counts with --dry-run, and writes nothing', async () => {
    const { code, stdout } = await classify('dry', 'alike', '--dry-run', '--real-count', '30,9,30', '--seeds', '2');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'Real images: real, 120 to choose from, 90 to test on of test',
        'Synthetic images: alike, 150',
        'Runs to classify: 10 of 40 steps with 32 images, for 9, 30 real images and 2 seeds; 0 are done',
        '',
      ].join('\n'),
    );
    expect(existsSync(place('out/dry'))).toBe(false);
  });

  it('holds images out itself, leaves copies of them out of training, and says so', async () => {
    const real = bars(60, 1);
    const twice: ImageSet = {
      ...real,
      count: 120,
      pixels: Uint8Array.from([...real.pixels, ...real.pixels]),
      labels: Int32Array.from([...real.labels!, ...real.labels!]),
    };
    await writeIdx(place('twice'), twice);
    const { stdout, stderr } = await utility(
      ...(['split', 'classify', '--data', place('twice'), '--synthetic', place('alike'), '--dry-run'] as const),
      ...['--real-count', '9', '--validation-share', '0.3', '--json'],
    );
    const { data, notes, limits } = JSON.parse(stdout) as Utility;
    expect(data.test).toBe(36);
    const left = 84 - data.pool;
    expect(left).toBeGreaterThan(5);
    expect(notes).toContain(`Left out of training: ${left} images with the pixels of test images.`);
    expect(stderr).toContain('Left out of training');
    expect(limits.join()).toContain('Name images that it has not seen with --test-data.');
  });

  it('says where real and synthetic images are not resized alike', async () => {
    const grays = [0, 1].map((label) => [`${label}/a.png`, grayPicture(12, 12, (x) => 9 * x + 40 * label)] as const);
    await writeFiles(place('finer'), Object.fromEntries(grays));
    const { stdout } = await classify('finer', 'finer', '--size', '8', '--dry-run', '--json');
    const { notes } = JSON.parse(stdout) as Utility;
    expect(notes).toContain(
      'Real images of 8 x 8 pixels and synthetic ones of 12 x 12 are fitted to one size: that alone may make them unlike, as in sharpness.',
    );
    expect(notes).toContain('The synthetic images have none of 2.');
  });

  it('says how many synthetic images are real training images', async () => {
    const copied = { ...bars(150, 9), pixels: bars(150, 9).pixels.slice() };
    copied.pixels.set(bars(120, 1).pixels.subarray(0, 5 * 64));
    await writeIdx(place('copied'), copied);
    const { stdout } = await classify('copied', 'copied', '--dry-run', '--json');
    const { synthetic, notes } = JSON.parse(stdout) as Utility;
    expect(synthetic.copies).toBe(5);
    expect(notes.join()).toContain('5 of 150 synthetic images have the pixels of real training images');
  });

  it('reads numbers of tables, and masks', { tags: 'long' }, async () => {
    for (const [name, from] of [
      ['young', 0],
      ['drawn', 1],
    ] as const) {
      const levels = Array.from({ length: 40 }, (_, i) => 10 + 5 * i + 2 * from);
      await writeFiles(place(name), {
        ...Object.fromEntries(levels.map((level, i) => [`images/${i}.png`, gray(level)])),
        'table.csv': `id,age\n${levels.map((level, i) => `${i},${level / 10}`).join('\n')}\n`,
      });
    }
    const numbers = [
      ...['--data', place('young/images'), '--csv', place('young/table.csv'), '--condition-columns', 'age'],
      ...['--synthetic', place('drawn/images'), '--synthetic-csv', place('drawn/table.csv')],
      ...['--real-count', '5', '--seeds', '1', '--steps', '30'],
    ];
    const { code, stdout, stderr } = await utility('regress', 'regress', ...numbers);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^5 real images: cannot tell\. 1 seed cannot tell, it takes 3 at least: the mean absolute error of age is /,
    );
    expect(read('regress')).toMatchObject({
      measure: { better: 'lower' },
      data: { pool: 30, test: 10 },
      runs: { done: 3 },
    });

    await writeMasked(place('scans'), maskedImages(60, 1));
    await writeMasked(place('pairs'), maskedImages(60, 2));
    const masks = [
      ...['--data', place('scans/images'), '--masks', place('scans/masks')],
      ...['--synthetic', place('pairs/images'), '--synthetic-masks', place('pairs/masks')],
      ...['--real-count', '8', '--seeds', '1', '--steps', '60'],
    ];
    const segmented = await utility('segment', 'segment', ...masks);
    expect(segmented.code, segmented.stderr).toBe(0);
    const { gains, settings } = read('segment');
    expect(settings.batch).toBe(8);
    expect(gains[0]!.both.value).toBeGreaterThan(0.5);
  });

  it('reads the masks inside shards as those in a folder, by the names of their classes', {
    tags: 'long',
  }, async () => {
    await writeMasked(place('wards'), maskedImages(60, 1));
    const maskOutput = { classes: ['background', 'muscle', 'bone'], values: [0, 3, 7] };
    const model = ['--model', await tinyArtefact({ shape: [4, 8, 8], maskOutput })];
    // Numbers of two digits have one order, with zeros before them and without.
    const order = [
      ...model,
      '--seed',
      '10',
      '--count',
      '12',
      '--sampler',
      'ddim',
      '--steps',
      '4',
      '--out',
      place('shards'),
    ];
    for (const command of [
      ['worker', '--shards', '0/1', '--device', 'cpu', ...order],
      ['generate', '--merge', ...order],
      ['sample', '--device', 'cpu', ...order.slice(0, -1), place('sheet.png'), '--singles', place('drawings')],
    ]) {
      const { code, stderr } = await runCli(...command);
      expect(code, stderr).toBe(0);
    }
    const segment = async (out: string, ...synthetic: string[]) => {
      const images = ['--data', place('wards/images'), '--masks', place('wards/masks')];
      const { code, stderr } = await utility(
        ...([out, 'segment', ...images, '--real-count', '8', '--seeds', '1', '--steps', '3'] as const),
        ...synthetic,
      );
      expect(code, stderr).toBe(0);
      return runsOf(out);
    };
    const folder = await segment(
      ...(['folder', '--synthetic', place('drawings'), '--synthetic-masks', place('drawings-masks')] as const),
    );
    expect(folder).toHaveLength(3);
    expect(await segment('shards', '--synthetic', place('shards'))).toEqual(folder);

    // Without names, which class a value is would be a guess.
    const manifest = join(place('shards'), 'manifest.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('maskNames', 'others'));
    const images = ['--data', place('wards/images'), '--masks', place('wards/masks')];
    expect(await refusal(utility('nameless', 'segment', ...images, '--synthetic', place('shards')))).toContain(
      '--synthetic-masks must name the masks with --task segment, received nothing, and what was unpacked holds none whose classes have names.',
    );
  });
});

describe('pipeline utility refuses', () => {
  beforeAll(async () => {
    await writeIdx(place('one'), bars(60, 2, 1));
    await writeIdx(place('four'), { ...bars(60, 2), labels: Int32Array.from({ length: 60 }, (_, i) => i % 4) });
    const { labels: _, ...unlabelled } = bars(60, 3);
    await writeIdx(place('unlabelled'), unlabelled);
    const test = bars(90, 5);
    await writePictures('seen', test, 86);
    await writePictures('fakes', bars(60, 9));
    await writeFiles(place('empty'), {});
    await writeFiles(place('large'), {
      '0/a.png': sharp({ create: { width: 9, height: 9, channels: 3, background: '#888' } }).png(),
    });
    await writeFiles(place('red'), {
      '0/a.png': sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png(),
    });
    await writeFiles(place('torn'), { '0/a.png': gray(9), '1/b.png': (await gray(99).toBuffer()).subarray(0, 60) });
    const values = Float32Array.from({ length: 192 }, (_, i) => (i === 70 ? Number.NaN : i));
    await writeFiles(place('nan'), { 'nan.npy': writeNpy(values, [3, 8, 8]) });
    await writeFiles(place('tables'), {
      'some.csv': 'id,kind\n0,0\n3,\n6,1\n',
      'ages.csv': 'id,age\n0,5\n3,6\n6,7\n',
    });
  });

  it.each<[what: string, synthetic: string, args: string[], message: string]>([
    [
      'more real images than there are',
      'alike',
      ['--real-count', '9,121'],
      'each of --real-count must be from 3, one for each class, to 120, the real images to train on, received 121.',
    ],
    [
      'fewer real images than classes',
      'alike',
      ['--real-count', '2'],
      'each of --real-count must be from 3, one for each class,',
    ],
    [
      'a number that is none',
      'alike',
      ['--real-count', '9,many'],
      '--real-count must be whole numbers separated by commas, as 50,100,200, received "9,many".',
    ],
    ['no seed', 'alike', ['--seeds', '0'], '--seeds must be an integer from 1 to 1000, received 0.'],
    [
      'a share of everything',
      'alike',
      ['--synthetic-share', '1'],
      '--synthetic-share must be a number between 0 and 1, received 1.',
    ],
    ['no steps', 'alike', ['--steps', '0'], '--steps must be an integer of at least 1, received 0.'],
    ['no time', 'alike', ['--minutes', '0'], '--minutes must be a number above 0, received 0.'],
    [
      'classes that the real images lack',
      'four',
      [],
      '--synthetic must have classes of --data alone, received also 3.',
    ],
    [
      'synthetic images without classes',
      'unlabelled',
      [],
      '--synthetic must have classes with --task classify, received images without: give a folder for each class, or --synthetic-csv with --label-column.',
    ],
    ['an empty folder', 'empty', [], '--synthetic must be a folder with images'],
    ['what is not there', 'nowhere', [], '--synthetic must be'],
    ['the real images themselves', 'real', [], '--data must be other images than --synthetic, received'],
    ['the test images themselves', 'test', [], '--test-data must be other images than --synthetic, received'],
    [
      'copies of test images, by their names',
      'seen',
      [],
      '--synthetic must hold no copies of the images to test on, received 4 with the pixels of test images: 0/87.png, 1/88.png, 2/86.png, 2/89.png. Take them out.',
    ],
    [
      'synthetic images of another size',
      'large',
      ['--channels', '1'],
      'all images must be of one size, received 8 x 8, 9 x 9. Fit them to one by --size.',
    ],
    [
      'synthetic images in colour',
      'red',
      [],
      '--synthetic must be gray, as --data is, received images in colour. Add --channels 1 or 3 to convert all.',
    ],
    ['one that is cut', 'torn', [], 'each picture must be readable, received 1/b.png: '],
    ['NaN', 'nan/nan.npy', [], 'all values must be finite, received 1 of 3 pictures with NaN or infinity.'],
    [
      'numbers to classify',
      'alike',
      ['--csv', 'x.csv', '--condition-columns', 'age'],
      '--condition-columns must be left out with --task classify, received "age".',
    ],
    [
      'masks to classify',
      'alike',
      ['--synthetic-masks', 'm'],
      '--synthetic-masks must be left out with --task classify, received "m".',
    ],
  ])('%s', async (_, synthetic, args, message) => {
    expect(await refusal(classify('refused', synthetic, ...args))).toContain(message);
    expect(existsSync(place('out/refused/runs.jsonl'))).toBe(false);
  });

  it.each<[what: string, args: string[], message: string]>([
    [
      'one class',
      ['--task', 'classify', '--data', 'one', '--synthetic', 'alike'],
      '--synthetic must have classes of --data alone',
    ],
    [
      'one class on both sides',
      ['--task', 'classify', '--data', 'one', '--synthetic', 'one-too'],
      '--data must have two classes at least to train on, received 0 alone.',
    ],
    [
      'no images to test on',
      ['--task', 'classify', '--data', 'real', '--synthetic', 'alike', '--validation-share', '0'],
      '--validation-share must be above 0 without --test-data, received 0',
    ],
    [
      'images in training and test',
      ['--task', 'classify', '--data', 'real', '--test-data', 'mixed', '--synthetic', 'alike'],
      '--data must be other images than --test-data, received 2 with the pixels of test images: 0, 1. Take them out.',
    ],
    [
      'rows of the table without a class',
      [
        '--task',
        'classify',
        '--data',
        'fakes',
        '--csv',
        'tables/some.csv',
        '--label-column',
        'kind',
        '--synthetic',
        'fakes-too',
        '--synthetic-csv',
        'tables/some.csv',
      ],
      '3: line 3 has no kind',
    ],
    [
      'a number of no column',
      ['--task', 'regress', '--data', 'real', '--synthetic', 'alike'],
      '--condition-columns must be the one column of the number with --task regress, received "nothing".',
    ],
    [
      'two numbers',
      [
        '--task',
        'regress',
        '--data',
        'fakes',
        '--csv',
        'tables/ages.csv',
        '--condition-columns',
        'age,id',
        '--synthetic',
        'alike',
      ],
      'received "age,id".',
    ],
    [
      'synthetic images without numbers',
      [
        '--task',
        'regress',
        '--data',
        'fakes',
        '--csv',
        'tables/ages.csv',
        '--condition-columns',
        'age',
        '--synthetic',
        'alike',
      ],
      '--synthetic must have numbers with --task regress, received images without: name their table with --synthetic-csv.',
    ],
    [
      'no masks',
      ['--task', 'segment', '--data', 'real', '--synthetic', 'alike'],
      '--masks must name the masks with --task segment, received nothing.',
    ],
    [
      'synthetic images without masks',
      ['--task', 'segment', '--data', 'real', '--masks', 'm', '--synthetic', 'alike'],
      '--synthetic-masks must name the masks with --task segment, received nothing.',
    ],
    [
      'a table of no test images',
      ['--task', 'classify', '--data', 'real', '--test-csv', 'x', '--synthetic', 'alike'],
      '--test-csv must come with --test-data, received it alone.',
    ],
  ])('%s', async (_, args, message) => {
    await writeIdx(place('one-too'), bars(60, 3, 1));
    const mixed = bars(90, 5);
    mixed.pixels.set(bars(120, 1).pixels.subarray(0, 128), 128);
    await writeIdx(place('mixed'), mixed);
    await writePictures('fakes-too', bars(60, 19));
    const PLACES = ['--data', '--test-data', '--synthetic', '--csv', '--synthetic-csv'];
    const placed = args.map((arg, i) => (PLACES.includes(args[i - 1]!) ? place(arg) : arg));
    const run = runCli(
      'utility',
      '--cache-dir',
      place('cache'),
      '--out',
      place('out/refused'),
      '--real-count',
      '2',
      ...placed,
    );
    expect(await refusal(run)).toContain(message);
  });

  it('to write among the images', async () => {
    const args = ['--data', place('real'), '--synthetic', place('alike'), '--task', 'classify'];
    expect(await refusal(runCli('utility', ...args, '--out', place('real/out')))).toContain(
      '--out must lie outside the folder of the images',
    );
  });
});
