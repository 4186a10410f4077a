import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { FRAMES, lessonsOf, wayOf } from '#site/views/learn/map/journey.ts';
import { FACTS, type Recorded, readTiles } from '#site/views/learn/map/recording.ts';
import { expectClose } from '#test/compare.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..', '..');

async function recorded(): Promise<Recorded> {
  const file = await readFile(join(ROOT, 'site', 'public', 'learn', 'map', 'digits.png'));
  return readTiles(await sharp(file).ensureAlpha().raw().toBuffer());
}

describe('the pictures of the overview', () => {
  test('begin with a digit, end with its share of noise, and the guess of that noise is near it', async () => {
    const lessons = lessonsOf(FACTS, await recorded());
    expect(lessons).toHaveLength(FACTS.trained.length);
    for (const { frames, epsilon, guess, loss } of lessons) {
      expect(frames).toHaveLength(FRAMES);
      const spread = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
      expect(Math.max(...frames[0]!.map(Math.abs))).toBeLessThanOrEqual(1);
      expect(spread(epsilon)).toBeCloseTo(1, 0);
      expect(loss).toBeLessThan(0.35); // who says “no noise” has 1
      expect(spread(guess.map((v, i) => v - epsilon[i]!)) ** 2).toBeCloseTo(loss, 4);
    }
  });

  test('go from noise to the picture that the model draws in Node', async () => {
    const { picture, label, steps } = wayOf(FACTS, await recorded());
    const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
    const { seed, levels } = FACTS.drawn;
    const { images } = await model.sample({
      seed,
      labels: [label],
      steps: levels.length,
      sampler: 'ddim',
      guidance: 1,
    });
    await model.dispose();
    expect(steps.map(({ timestep }) => timestep)).toEqual(levels.map(({ timestep }) => timestep));
    expectClose(picture, images, { absolute: 1 / 127 }); // the recording has bytes
  });
});
