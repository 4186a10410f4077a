/** The measure of a model that is asked for numbers: what a regressor reads in its pictures. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler/model';
import { describe, expect, test } from 'vitest';
import type { NumberReader } from '#evaluation/features/index.ts';
import { measureRuns } from '#evaluation/measure.ts';
import { aboutMeasure } from '#evaluation/measures/index.ts';
import type { Run } from '#evaluation/sampling/runs.ts';
import type { FeatureNetwork, ImageSet } from '#evaluation/sets/types.ts';
import { writeProjection } from '#test/evaluate/projection.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture, writeFiles } from '#test/pictures/images.ts';
import { normalSet } from '#test/programs/measure-sets.ts';
import { runCli } from '#test/run-cli.ts';

const COUNT = 40;

describe('measureRuns', () => {
  test('holds what is read in pictures, real images and noise against what was asked for, in each run', async () => {
    const set = (seed: number, off: number) => {
      const { images, features } = normalSet(COUNT, 6, seed);
      return { images: { ...images, conditions: new Float64Array(COUNT).fill(100 + off) }, features };
    };
    const [good, bad, real, noise] = [set(1, 2), set(2, 30), set(3, 1), set(4, 50)];
    const reader: NumberReader = {
      names: ['boneage'],
      name: 'regressor',
      hash: '',
      read: async ({ count }) => new Float64Array(count).fill(100),
      dispose: async () => {},
    };
    const network = {
      about: { kind: 'autoencoder', name: '', hash: '', width: 6 },
      extract: async (images: ImageSet) => [good, bad].find((one) => one.images === images)!.features,
      dispose: async () => {},
    } satisfies FeatureNetwork;
    const runs = [good, bad].map(
      ({ images }) => ({ pictures: images, settings: exampleEvaluation().settings, secondsAPicture: 1 }) as Run,
    );
    const sets = { training: set(5, 0), unseen: real, real, noise };
    const measured = await measureRuns(runs, { sets, network, reader, seed: 0 }, {
      stage: (_label: string, _unit: string, work: (report: () => void) => Promise<unknown>) => work(() => {}),
    } as never);
    const errors = runs.map((run) => measured.get(run)!.measures.find(({ id }) => id === 'number_error_boneage')!);
    expect(errors.map(({ model }) => model.value)).toEqual([2, 30]);
    for (const { name, better, real: ofReal, noise: ofNoise } of errors) {
      expect([name, better, ofReal.value, ofNoise.value]).toEqual(['Error of boneage', 'lower', 1, 50]);
    }
    const without = await measureRuns(runs, { sets, network, seed: 0 }, {
      stage: (_label: string, _unit: string, work: (report: () => void) => Promise<unknown>) => work(() => {}),
    } as never);
    expect(without.get(runs[0]!)!.measures.map(({ id }) => id)).not.toContain('number_error_boneage');
  });
});

test('the report explains the measure, by the number that it is of', () => {
  expect(aboutMeasure('number_error_boneage')!.how).toContain('in the unit of boneage');
  expect(aboutMeasure('frechet')!.name).toBe('Frechet distance');
  expect(aboutMeasure('something')).toBeUndefined();
});

test('pipeline evaluate measures it, tells it, and leaves it out for test images without a table', {
  tags: 'long',
  timeout: 120_000,
}, async () => {
  const folder = await temporaryFolder();
  const place = (name: string) => join(folder, name);
  const age = (i: number) => 20 + ((i * 7) % 60);
  const images = (seed: number) =>
    Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [
        `${i}.png`,
        grayPicture(8, 8, (x, y) => 3 * age(i) + ((x * y + i + seed) % 8)),
      ]),
    );
  const table = `id,age\n${Array.from({ length: 100 }, (_, i) => `${i},${age(i)}`).join('\n')}\n`;
  await writeFiles(place('data'), { ...images(0), 'ages.csv': table });
  await writeFiles(place('other'), images(1));
  await writeProjection(place('seen.onnx'), [1, 8, 8], 8);
  const model = await tinyArtefact({
    shape: [1, 8, 8],
    conditions: [{ name: 'age', mean: 50, std: 17, min: 20, max: 79 }],
  });
  const data = ['--data', place('data'), '--csv', place('data/ages.csv'), '--condition-columns', 'age'];
  const rest = ['--validation-share', '0.4', '--cache-dir', place('cache'), '--feature-model', place('seen.onnx')];
  const evaluate = (...more: string[]) =>
    runCli('evaluate', '--model', model, ...data, ...rest, '--steps', '2', '--no-card', '--out', place('out'), ...more);
  const { code, stdout, stderr } = await evaluate();
  expect([code, stderr]).toEqual([0, expect.stringContaining('Regressor')]);
  expect(stdout).toContain('Error of age');
  const evaluation = JSON.parse(await readFile(place('out/evaluation.json'), 'utf8'));
  const { real, noise } = readEvaluation(evaluation).measures.find(({ id }) => id === 'number_error_age')!;
  expect(real.value).toBeLessThan(8); // guessing the mean is off by 15
  expect(noise.value).toBeGreaterThan(real.value);
  expect(evaluation.reader.name).toBe('regressor of age in data');
  const html = await readFile(place('out/report.html'), 'utf8');
  expect(html).toContain('regressor of age in data');
  expect(html).toContain('Mean absolute difference, in the unit of age');

  const other = await evaluate('--test-data', place('other'));
  expect(other.code).toBe(0);
  expect(other.stderr).toContain('is not measured: no numbers are read from --test-data without --test-csv.');
  expect(other.stdout).not.toContain('Error of age');

  const told = await evaluate('--test-data', place('other'), '--test-csv', place('data/ages.csv'));
  expect([told.code, told.stderr]).toEqual([0, expect.not.stringContaining('is not measured')]);
  const measured = readEvaluation(JSON.parse(await readFile(place('out/evaluation.json'), 'utf8'))).measures;
  expect(measured.find(({ id }) => id === 'number_error_age')!.real.value).toBeLessThan(8);
});
