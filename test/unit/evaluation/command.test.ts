import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readEvaluation } from '@onnoise/scheduler/evaluation';
import { describe, expect, test } from 'vitest';
import { evaluateCommand } from '#test/evaluate/command.ts';
import { runCli } from '#test/run-cli.ts';

const { place, read, evaluatePlain } = evaluateCommand();

describe('pipeline evaluate', () => {
  /** Of the card. */
  const sections = async () =>
    (await readFile(place('unconditional/README.md'), 'utf8')).match(/^## Evaluation$/gm)?.length;

  test('measures, writes report, figures and card', async () => {
    const { code, stdout, stderr } = await evaluatePlain('first', '--steps', '10', '--fail-on', 'memorisation');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/Sampling {2}100% {2}224\/224 pictures/)]);
    expect(stderr).toContain('No training.json says which images were held out');
    expect(stdout).toMatch(/^224 pictures of unconditional: dpmpp_2m_sde, 10 steps, [\d.]+ m?s a picture\n/);
    expect(stdout).toContain('Memorisation: no copies of training images found. ');
    const evaluation = await read(place('out/first'));
    expect(readEvaluation(evaluation)).toMatchObject({ data: { name: 'plain', train: 336, heldOut: 224 } });
    const ids = evaluation.measures.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['frechet', 'kernel', 'precision', 'ms_ssim']));
    expect(ids).not.toContain('class_accuracy');
    for (const { id, model, real, noise } of evaluation.measures) {
      for (const { value } of [model, real, noise]) expect(value, id).toSatisfy(Number.isFinite);
    }
    const frechet = evaluation.measures.find(({ id }) => id === 'frechet')!;
    expect(frechet.noise.value).toBeGreaterThan(5 * frechet.real.value);
    expect(frechet.model.value).toBeLessThan(2 * frechet.real.value);

    const html = await readFile(place('out/first/report.html'), 'utf8');
    expect(html).not.toMatch(/\b(src|href)="(?!data:|#)|url\((?!data:|#)|@import|<script/);
    expect(await sections()).toBe(1);
    expect(await read(place('unconditional'))).toEqual(evaluation);
  });

  test('says when the split is not that of training', async () => {
    const places = ['--cache-dir', place('cache'), '--out', place('out/split'), '--no-card'];
    const stderr = async (...args: string[]) => {
      const run = await runCli('evaluate', '--model', place('fresh'), '--data', place('bars'), ...places, ...args);
      return run.stderr; // of too many pictures
    };
    const note = 'The images held out here are not those that training held out';
    expect(await stderr('--count', '999', '--split-seed', '9')).toContain(note);
    expect(await stderr('--count', '999')).not.toContain(note);
  });
});

test('results are just two files', () => {
  for (const name of readdirSync(place('out'))) {
    expect(readdirSync(place(`out/${name}`))).toEqual(['evaluation.json', 'report.html']);
  }
});
