import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel } from '#runtime-node/index.ts';

const folder = fileURLToPath(new URL('../../../models/radiographs', import.meta.url));
let model: DiffusionModel;
beforeAll(async () => {
  model = await loadModel(folder, { device: 'cpu' });
});
afterAll(() => model.dispose());

describe('models/radiographs', () => {
  it('is unconditional and gray, and spaces its steps exponentially', async () => {
    expect(model).toMatchObject({ shape: [1, 64, 64], classes: 0, conditions: [] });
    const { settings } = JSON.parse(await readFile(join(folder, 'training.json'), 'utf8'));
    expect(settings.scheduler.use_exponential_sigmas).toBe(true);
    const options = { seeds: [7], steps: 4 };
    const { images } = await model.sample(options);
    expect((await model.sample({ ...options, spacing: 'exponential' })).images).toEqual(images);
    expect((await model.sample({ ...options, spacing: 'trailing' })).images).not.toEqual(images);
  });

  it('draws a hand: bright on a dark background', async () => {
    const { images } = await model.sample({ seeds: [7], steps: 12 });
    const share = images.filter((value) => value > -0.4).length / images.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.7);
  });
});
