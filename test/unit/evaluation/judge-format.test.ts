import { expect, it } from 'vitest';
import { judge, requireJudgement } from '#evaluation/judge-format.ts';
import { barImages, barsDataset } from '#test/bars.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import type { PrepareOptions } from '#training/data/index.ts';

const COUNT = 100;

it('judges the pictures of both networks from the training images', async () => {
  const { pixels } = barImages({ count: COUNT }, 5);
  // Each pixel moved a third of the way to the noise of its place.
  const worse = pixels.map((value, i) => (2 * value + ((i * 7919) % 256)) / 3);
  const options = {
    data: {} as PrepareOptions, // read by `prepare` alone
    cacheDir: await temporaryFolder(),
    length: { batch: 12, epochs: 1, least: 40, most: 40 },
    prepare: async () => barsDataset(),
  };
  const same = await judge({ before: pixels, after: pixels.slice(), count: COUNT }, options);
  expect(same.after).toBe(same.before);
  expect(same.before).toBeGreaterThan(0);
  requireJudgement('export it', same);

  const drifted = await judge({ before: pixels, after: worse, count: COUNT }, options);
  expect(drifted.before).toBe(same.before);
  expect(drifted.after).toBeGreaterThan(2 * drifted.before);
  expect(() => requireJudgement('export it', drifted)).toThrow(
    /^Cannot export it: the pictures' Frechet distance must be at most 1.1 times that of the float32 network/,
  );
});
