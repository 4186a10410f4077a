import { gaussian } from '@onnoise/scheduler';
import { expect, test } from 'vitest';
import { measureRadiomics } from '#evaluation/radiomics/index.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';

const SIDE = 24;
const PLANE = SIDE * SIDE;
const COUNT = 3;

/** Waves with a grain, in the left half the rougher the larger `seed` is. */
function waves(seed: number): ImageSet {
  const grain = new Float32Array(COUNT * PLANE);
  gaussian(seed, 0, grain);
  const pixels = Uint8Array.from(grain, (value, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE) % SIDE];
    const rough = x < SIDE / 2 ? 4 * seed : 6;
    return Math.min(255, Math.max(0, 128 + 50 * Math.sin((x + y) / 4 + Math.floor(i / PLANE)) + rough * value));
  });
  return { shape: [1, SIDE, SIDE], count: COUNT, pixels };
}

const masked = (set: ImageSet, marks: (x: number, at: number) => number): ImageSet => ({
  ...set,
  masks: Uint8Array.from({ length: COUNT * PLANE }, (_, i) => marks(i % SIDE, i % PLANE)),
});

const [training, model, real, noise] = [1, 5, 2, 9].map(waves) as [ImageSet, ImageSet, ImageSet, ImageSet];
const whole = measureRadiomics({ training, model, real, noise }, { seed: 0 });
const withMasks = (marks: (x: number, at: number) => number) => ({
  training: masked(training, marks),
  model: masked(model, marks),
  real: masked(real, marks),
  noise: masked(noise, marks),
});

test('the Frechet radiomics distance is of what masks mark', { tags: 'long' }, async () => {
  // frd-score's mask of a picture without one: all but the first pixel.
  const all = await measureRadiomics(
    withMasks((_, at) => (at === 0 ? 0 : 2)),
    { seed: 0 },
  );
  expect(all).toEqual(await whole);
  const rough = await measureRadiomics(
    withMasks((x) => Number(x < SIDE / 2)),
    { seed: 0 },
  );
  const smooth = await measureRadiomics(
    withMasks((x) => Number(x >= SIDE / 2)),
    { seed: 0 },
  );
  // Where pictures differ from training images they are further than where they do not.
  expect(rough!.model.value).toBeGreaterThan(smooth!.model.value + 1);
});

test('a set without masks is measured whole, as all are then', async () => {
  const some = { ...withMasks((x) => Number(x < 8)), noise };
  expect(await measureRadiomics(some, { seed: 0 })).toEqual(await whole);
});

test('where masks mark nothing there is no distance', async () => {
  expect(
    await measureRadiomics(
      withMasks(() => 0),
      { seed: 0 },
    ),
  ).toBeUndefined();
});
