import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '#evaluation/report/types.ts';
import { SHARE, writeModels } from '#test/evaluate/models.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { PIPELINE, runCli } from '#test/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';

const MINUTES = 60_000;
const root = temporaryFolder();
const place = (name: string) => join(root, name);
const read = async (name: string): Promise<Evaluation> =>
  JSON.parse(await readFile(join(place(name), 'evaluation.json'), 'utf8'));

beforeAll(() => writeModels(root));

/** With feature networks that are trained: on labelled images a classifier, on others an autoencoder. */
describe('pipeline evaluate', { timeout: 10 * MINUTES }, () => {
  const evaluateModel = (model: string, data: string, ...args: string[]) =>
    runCli(
      ...['evaluate', '--model', place(model), '--data', place(data), '--cache-dir', place('cache'), '--steps', '10'],
      ...['--no-card', '--out', place(`out/${model}`), ...args],
    );

  test('calls out the model that copies, and not the other, with a classifier that is trained once', async () => {
    const fresh = await evaluateModel('fresh', 'bars', '--fail-on', 'memorisation');
    expect([fresh.code, fresh.stderr]).toEqual([0, expect.stringMatching(/Feature network {2}100%/)]);
    const { features, measures, memorisation, classes } = await read('out/fresh');
    expect([features.kind, memorisation?.verdict, classes?.length]).toEqual(['classifier', 'none found', 2]);
    const of = (id: string) => measures.find((measure) => measure.id === id)!;
    expect(of('frechet').noise.value).toBeGreaterThan(3 * of('frechet').real.value);
    expect(of('class_accuracy').real.value).toBeGreaterThan(0.9);
    expect(of('class_accuracy').model.value).toBeGreaterThan(0.9);
    expect(of('synthetic_accuracy').model.value).toBeGreaterThan(0.8);

    const copier = await evaluateModel('copier', 'bars', '--fail-on', 'memorisation');
    expect([copier.code, copier.stderr]).toEqual([3, expect.not.stringContaining('Feature network')]);
    expect((await read('out/copier')).memorisation?.verdict).toBe('copies found');
  });

  test('trains an autoencoder on images without labels', async () => {
    const { code, stderr } = await evaluateModel('unconditional', 'plain', '--validation-share', String(SHARE));
    expect([code, stderr]).toEqual([0, expect.stringContaining('Sampling')]);
    const { features, measures, classes, memorisation } = await read('out/unconditional');
    expect(features.kind).toBe('autoencoder');
    expect(measures.map(({ id }) => id)).not.toContain('class_accuracy');
    expect([classes, memorisation?.verdict]).toEqual([undefined, 'none found']);
  });

  test('stops at Ctrl-C with exit code 130 and writes nothing', skipBecause(LACKS_SIGINT), async () => {
    const data = ['--data', place('bars'), '--cache-dir', place('other-cache')];
    const args = ['evaluate', '--model', place('fresh'), ...data, '--out', place('stopped/out')];
    const card = await readFile(place('fresh/README.md'), 'utf8');
    const child = spawn(process.execPath, [PIPELINE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      // Training begins when the images are prepared.
      if (!stderr.includes('Preparing') && String(text).includes('Preparing'))
        setTimeout(() => child.kill('SIGINT'), 500);
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([130, expect.stringMatching(/Interrupted\.\n$/)]);
    expect([existsSync(place('stopped')), existsSync(place('fresh/evaluation.json'))]).toEqual([false, false]);
    expect(await readFile(place('fresh/README.md'), 'utf8')).toBe(card);
  });
});
