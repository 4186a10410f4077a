import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportRun } from '#pipeline/export/export.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { runPrivate } from '#test/train/private-run.ts';

it('a private run becomes a folder that tells of its promise, and nothing else of its images', {
  tags: 'long',
}, async () => {
  const { run } = await runPrivate({ training: { steps: 4 } });
  const out = join(run, '..', 'model');
  // An earlier checkpoint has spent less.
  await exportRun({ run, out, checkpoint: 2, weights: false });

  const { key, images } = JSON.parse(readFileSync(join(run, 'privacy.json'), 'utf8'));
  const training = JSON.parse(readFileSync(join(out, 'training.json'), 'utf8'));
  expect(training.privacy).toMatchObject({ delta: 1e-3, unit: 'image', records: 19, clip: 1, timesteps: 1, steps: 2 });
  expect(training.privacy.epsilon).toBeGreaterThan(3);
  expect(training.privacy.epsilon).toBeLessThan(7.5);
  expect(training.privacy.samplingRate).toBeCloseTo(6 / 19, 12);
  expect(training.data.hash).toBe(images);
  expect(training.trained.seen).toBeUndefined();

  const files = readdirSync(out, { recursive: true }) as string[];
  expect(files).not.toContain('training.png');
  const card = readFileSync(join(out, 'README.md'), 'utf8');
  expect(card).toMatch(
    /\*\*epsilon [\d.]+ at delta 0\.001\*\*, by which these weights would be nearly as likely without one image/,
  );
  expect(card).toContain('each of 2 steps takes each of 19 images with a chance of 0.3158 (Poisson sampling)');
  expect(card).not.toMatch(/training loss|loss on held-out/);
  for (const file of ['README.md', 'training.json', 'model_index.json', 'unet/config.json', 'unet/model.onnx']) {
    const text = readFileSync(join(out, file), 'latin1');
    expect(text).not.toContain(key);
    expect(text).not.toContain(memoryDataset().hash);
  }
});
