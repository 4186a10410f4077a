import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageSet } from '#evaluation/sets/types.ts';
import type { Run, Utility } from '#evaluation/utility/types.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { flatPicture, grayPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { refuses, runCli } from '#test/run-cli.ts';

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

const utility = (out: string, ...args: string[]) =>
  runCli('utility', '--cache-dir', place('cache'), '--out', place(`out/${out}`), ...args);

/** Few runs on bars: 9 real images, or what the options say. */
const classify = (out: string, synthetic: string, ...args: string[]) => {
  const usual = { '--real-count': '9', '--seeds': '3', '--steps': '40' };
  const left = Object.entries(usual).filter(([flag]) => !args.includes(flag));
  const images = ['--data', place('real'), '--test-data', place('test'), '--synthetic', place(synthetic)];
  return utility(out, ...images, ...left.flat(), ...args);
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
    expect(stdout).toMatch('3 real images: helps. With synthetic images the balanced accuracy is higher: ');
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
    // One line a run, which names no image.
    const runs: Run[] = runsOf('helps').map((line) => JSON.parse(line));
    expect(runs.map(({ arm, seed }) => `${arm} ${seed}`)).toEqual(
      [0, 1, 2].flatMap((seed) => [`synthetic ${seed}`, `real ${seed}`, `both ${seed}`]),
    );
  });

  it('goes on where it was, with more seeds too, and comes to the same in two goes as in one', {
    tags: 'long',
  }, async () => {
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

    await refuses(classify('pieces', 'wrong', ...short), 'received one of other synthetic images.');
  });

  it('checks and counts with --dry-run, and writes nothing', async () => {
    const { code, stdout } = await classify('dry', 'alike', '--dry-run', '--real-count', '30,9,30', '--seeds', '2');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'Real images: real, 120 to choose from, 90 to test on of test',
        'Synthetic images: alike, 150',
        'Runs: 10 of 40 steps with 32 images, for 9, 30 real images and 2 seeds; 0 are done',
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
      ...(['split', '--data', place('twice'), '--synthetic', place('alike'), '--dry-run'] as const),
      ...['--real-count', '9,50', '--validation-share', '0.3', '--json'],
    );
    const { data, notes, limits } = JSON.parse(stdout) as Utility;
    expect(data.test).toBe(36);
    const left = 84 - data.pool;
    expect(left).toBeGreaterThan(5);
    expect(notes).toContain(`Left out of training: ${left} images with the pixels of test images.`);
    expect(stderr).toContain('Left out of training');
    expect(limits.join()).toContain('Name images that it has not seen with --test-data.');
    expect(limits.join()).toContain(`Of ${data.pool} real images, runs of 50 share most`);
  });

  it('says where real and synthetic images are not resized alike, and how many synthetic ones are real ones', async () => {
    const grays = [0, 1].map((label) => [`${label}/a.png`, grayPicture(12, 12, (x) => 9 * x + 40 * label)] as const);
    await writeFiles(place('finer'), Object.fromEntries(grays));
    const copied = bars(150, 9);
    copied.pixels.set(bars(120, 1).pixels.subarray(0, 5 * 64));
    await writeIdx(place('copied'), copied);
    const said = async (synthetic: string, ...args: string[]): Promise<Utility> =>
      JSON.parse((await classify('dry', synthetic, '--dry-run', '--json', ...args)).stdout);
    const { notes } = await said('finer', '--size', '8');
    expect(notes).toContain(
      'Real images of 8 x 8 pixels and synthetic ones of 12 x 12 are fitted to one size: that alone may make them unlike, as in sharpness.',
    );
    expect(notes).toContain('The synthetic images have none of 2.');
    const found = await said('copied');
    expect(found.synthetic.copies).toBe(5);
    expect(found.notes.join()).toContain('5 of 150 synthetic images have the pixels of real training images');
  });
});

describe('pipeline utility refuses', () => {
  beforeAll(async () => {
    await writeIdx(place('one'), bars(60, 2, 1));
    await writeIdx(place('one-too'), bars(60, 3, 1));
    await writeIdx(place('four'), { ...bars(60, 2), labels: Int32Array.from({ length: 60 }, (_, i) => i % 4) });
    const { labels: _, ...unlabelled } = bars(60, 3);
    await writeIdx(place('unlabelled'), unlabelled);
    const mixed = bars(90, 5);
    await writePictures('seen', mixed, 86);
    await writePictures('fakes', bars(60, 9));
    await writePictures('fakes-too', bars(60, 19));
    mixed.pixels.set(bars(120, 1).pixels.subarray(0, 128), 128);
    await writeIdx(place('mixed'), mixed);
    await writeFiles(place('large'), { '0/a.png': flatPicture(9, 9, 136, 136, 136) });
    await writeFiles(place('red'), { '0/a.png': flatPicture(8, 8, 255, 0, 0) });
    await writeFiles(root, { 'some.csv': 'id,kind\n0,0\n3,\n6,1\n' });
  });
  const USUAL = '--data @real --test-data @test';
  const OF_TABLE = '--csv @some.csv --label-column kind --synthetic @fakes-too --synthetic-csv @some.csv';

  it.each([
    [
      `${USUAL} --synthetic @alike --real-count 9,121`,
      'must be from 3, one for each class, to 120, the real images to',
    ],
    [
      `${USUAL} --synthetic @alike --real-count 9,many`,
      '--real-count must be whole numbers separated by commas, as 50,',
    ],
    [
      `${USUAL} --synthetic @alike --synthetic-share 1`,
      '--synthetic-share must be a number between 0 and 1, received 1.',
    ],
    [`${USUAL} --synthetic @four`, '--synthetic must have classes of --data alone, received also 3.'],
    [`${USUAL} --synthetic @unlabelled`, '--synthetic must have classes, received images without: give a folder for'],
    [`${USUAL} --synthetic @real`, '--data must be other images than --synthetic, received'],
    [`${USUAL} --synthetic @test`, '--test-data must be other images than --synthetic, received'],
    [
      `${USUAL} --synthetic @seen`,
      'received 4 with the pixels of test images: 0/87.png, 1/88.png, 2/86.png, 2/89.png. Take them out.',
    ],
    [
      `${USUAL} --synthetic @large --channels 1`,
      'all images must be of one size, received 8 x 8, 9 x 9. Fit them to one',
    ],
    [
      `${USUAL} --synthetic @red`,
      '--synthetic must be gray, as --data is, received images in colour. Add --channels 1',
    ],
    [
      `${USUAL} --synthetic @alike --synthetic-masks m`,
      'has no option --synthetic-masks any more. It trains classifiers',
    ],
    ['--data @one --synthetic @one-too', '--data must have two classes at least to train on, received 0 alone.'],
    ['--data @real --synthetic @alike --validation-share 0', '--validation-share must be above 0 without --test-data'],
    [
      '--data @real --test-data @mixed --synthetic @alike',
      '--data must be other images than --test-data, received 2 with',
    ],
    [`--data @fakes ${OF_TABLE}`, '3: line 3 has no kind'],
    ['--data @real --test-csv x --synthetic @alike', '--test-csv must come with --test-data, received it alone.'],
    ['--data @real --synthetic @alike --out @real/out', '--out must lie outside the folder of the images'],
  ])('%s', async (typed, message) => {
    const args = typed.split(' ').map((word) => (word.startsWith('@') ? place(word.slice(1)) : word));
    for (const [option, value] of [
      ['--out', place('out/refused')],
      ['--real-count', '3'],
    ] as const) {
      if (!args.includes(option)) args.push(option, value);
    }
    await refuses(runCli('utility', '--cache-dir', place('cache'), ...args), message);
    expect(existsSync(place('out/refused/runs.jsonl'))).toBe(false);
  });
});
