import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '#pipeline/evaluate/report/types.ts';
import { writeExactModel } from '#test/evaluate/exact-model.ts';
import { grainedBars, writeIdx } from '#test/evaluate/grained.ts';
import { prepare, temporaryFolder } from '#test/images.ts';
import { runCli } from '#test/run-cli.ts';

const root = temporaryFolder();
const cacheDir = join(root, 'cache');
const NAMES = ['0', '1'];
/** Of 240 images 96 are held out. */
const CONFIG = { data: { source: 'bars', fit: 'crop', validationShare: 0.4 }, training: { seed: 3 } };
const bars = grainedBars({ count: 240, classes: 2 }, 1);
const place = (name: string) => join(root, name);

/** A model of fresh images, one that copies its training images, and one without classes. */
beforeAll(async () => {
  const data = await writeIdx(place('bars'), bars);
  const { labels: _, ...unlabelled } = bars;
  await writeIdx(place('plain'), unlabelled);
  const dataset = await prepare({ data, cacheDir, channels: 1, validationShare: 0.4, seed: 3 });
  const trained = { ...bars, count: dataset.train.length, ...takeOf(dataset.train) };
  dataset.close();
  const trainedOn = { hash: dataset.hash, config: CONFIG };
  const fresh = grainedBars({ count: 240, classes: 2 }, 2);
  await writeExactModel({ out: place('fresh'), images: fresh, classNames: NAMES, trainedOn });
  await writeExactModel({ out: place('copier'), images: trained, classNames: NAMES, trainedOn });
  await writeExactModel({ out: place('unconditional'), images: fresh });
});

function takeOf(numbers: Uint32Array) {
  const size = bars.pixels.length / bars.count;
  return {
    pixels: Uint8Array.from({ length: numbers.length * size }, (_, i) => {
      return bars.pixels[numbers[Math.floor(i / size)]! * size + (i % size)]!;
    }),
    labels: Int32Array.from(numbers, (number) => bars.labels![number]!),
  };
}

const evaluateModel = (model: string, ...args: string[]) =>
  runCli(
    'evaluate',
    '--model',
    place(model),
    '--data',
    place('bars'),
    '--cache-dir',
    cacheDir,
    '--steps',
    '10',
    ...args,
  );

const read = async (folder: string): Promise<Evaluation> =>
  JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8'));

describe('pipeline evaluate', () => {
  test('measures, writes report, figures and card, and does it again with the same figures', async () => {
    const out = place('out/first');
    const { code, stdout, stderr } = await evaluateModel('fresh', '--out', out, '--fail-on', 'memorisation');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('not those')]);
    expect(stdout).toMatch(/^96 pictures of fresh: dpmpp_2m_sde, 10 steps, [\d.]+ m?s a picture\n/);
    expect(stdout).toContain('Memorisation: no copies of training images found. ');
    const evaluation = await read(out);
    expect(readEvaluation(evaluation)).toMatchObject({ data: { name: 'bars', train: 144, heldOut: 96 } });
    expect(evaluation.measures.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['frechet', 'precision', 'class_accuracy', 'synthetic_accuracy']),
    );
    for (const { id, model, real, noise } of evaluation.measures) {
      for (const { value } of [model, real, noise]) expect(value, id).toSatisfy(Number.isFinite);
    }
    const frechet = evaluation.measures.find(({ id }) => id === 'frechet')!;
    expect(frechet.noise.value).toBeGreaterThan(5 * frechet.real.value);
    expect(frechet.model.value).toBeLessThan(2 * frechet.real.value);
    expect(evaluation.classes).toHaveLength(2);

    const html = await readFile(join(out, 'report.html'), 'utf8');
    expect(html).not.toMatch(/(src|href)="(?!data:|#)|url\((?!data:|#)|@import/);
    const card = await readFile(join(place('fresh'), 'README.md'), 'utf8');
    expect(card.match(/^## Evaluation$/gm)).toHaveLength(1);
    expect(await read(place('fresh'))).toEqual(evaluation);

    const again = place('out/again');
    expect(await evaluateModel('fresh', '--out', again, '--quiet')).toMatchObject({ code: 0, stderr: '' });
    const second = await read(again);
    expect([second.measures, second.memorisation]).toEqual([evaluation.measures, evaluation.memorisation]);
    const newer = await readFile(join(place('fresh'), 'README.md'), 'utf8');
    expect(newer.match(/^## Evaluation$/gm)).toHaveLength(1);
  });

  test('calls out a model that copies, and ends with 3 if so asked', async () => {
    const out = place('out/copier');
    const before = await readFile(join(place('copier'), 'README.md'), 'utf8');
    const args = ['--out', out, '--no-card', '--json'];
    const { code, stdout, stderr } = await evaluateModel('copier', ...args, '--fail-on', 'memorisation');
    expect(code).toBe(3);
    expect(stderr).toContain('--fail-on memorisation: copies of training images were found among the pictures of ');
    expect(JSON.parse(stdout)).toMatchObject({
      memorisation: { verdict: 'copies found' },
      files: { html: join(out, 'report.html') },
    });
    expect((await read(out)).memorisation?.flagged.length).toBeGreaterThan(80);
    expect(await readFile(join(place('copier'), 'README.md'), 'utf8')).toBe(before);
    expect((await evaluateModel('copier', ...args, '--quiet')).code).toBe(0);
  });

  test('sweeps, and samples the same settings once', async () => {
    const out = place('out/sweep');
    const sweep = ['--sweep', 'steps=5,10', 'sampler=ddim,dpmpp_2m_sde'];
    const { code, stdout, stderr } = await evaluateModel('fresh', '--out', out, '--no-card', ...sweep);
    expect(code).toBe(0);
    const { sweep: rows, measures } = await read(out);
    expect(rows!.map(({ settings: { sampler, steps } }) => `${sampler} ${steps}`)).toEqual([
      'ddim 5',
      'dpmpp_2m_sde 5',
      'ddim 10',
      'dpmpp_2m_sde 10',
    ]);
    // One of the rows is the evaluation itself, four of five are sampled.
    expect(rows![3]!.measures).toEqual(measures.filter(({ id }) => id !== 'synthetic_accuracy'));
    expect(stderr).toMatch(/Sampling {2}100% {2}384\/384 pictures/);
    expect(stdout).toMatch(/\nddim, 5 steps +[\d.]+ %/);
  });

  test('takes a model without classes, and images without labels', async () => {
    const out = place('out/plain');
    const data = ['--data', place('plain'), '--validation-share', '0.4', '--cache-dir', cacheDir];
    const { code, stderr } = await runCli(
      ...['evaluate', '--model', place('unconditional'), '--steps', '5', '--out', out, ...data, '--no-card'],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('Sampling')]);
    const { features, measures, classes, memorisation } = await read(out);
    expect(features.kind).toBe('autoencoder');
    expect(measures.map(({ id }) => id)).not.toContain('class_accuracy');
    expect([classes, memorisation?.verdict]).toEqual([undefined, 'none found']);
  });
});

test('the folders of results hold just the two files', () => {
  for (const name of readdirSync(place('out'))) {
    expect(readdirSync(place(`out/${name}`))).toEqual(['evaluation.json', 'report.html']);
  }
});
