/** The measure of a model that is asked for numbers: what a regressor reads in its pictures. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEvaluation } from '@onnoise/scheduler/evaluation';
import { expect, test } from 'vitest';
import { writeProjection } from '#test/evaluate/projection.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture, writeFiles } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';

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
});
