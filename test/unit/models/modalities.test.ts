import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel } from '#runtime-node/index.ts';

const KINDS = ['abdomen CT', 'breast MRI', 'chest X-ray', 'chest CT', 'hand X-ray', 'head CT'];
const SIDE = 64;
const folder = fileURLToPath(new URL('../../../models/modalities', import.meta.url));
let model: DiffusionModel;
beforeAll(async () => {
  model = await loadModel(folder, { device: 'cpu' });
});
afterAll(() => model.dispose());

const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;

describe('models/modalities', () => {
  it('is gray and has six kinds, which it draws as they look', async () => {
    expect(model).toMatchObject({ shape: [1, SIDE, SIDE], classes: 6, classNames: KINDS });
    const kinds = KINDS.map((_, i) => i);
    const { images } = await model.sample({ labels: kinds, seeds: kinds, steps: 12 });
    const pictures = kinds.map((i) => images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    const levels = pictures.map(mean);
    // MedNIST has CTs of the trunk as gray on gray, chest X-rays bright, and the others on black.
    const flat = pictures.map((picture) => mean(picture.map((value) => Number(Math.abs(value) < 0.4))) > 0.8);
    expect(flat).toEqual([true, false, false, true, false, false]);
    expect(levels.map((level) => level < -0.3)).toEqual([false, true, false, false, true, true]);
    expect(levels[0]!).toBeLessThan(levels[3]!);
    // A wrist reaches the lower edge; breasts and heads do not.
    const wrist = pictures.map((picture) => mean(picture.subarray(62 * SIDE + 16, 62 * SIDE + 48)) > -0.5);
    expect([wrist[1], wrist[4], wrist[5]]).toEqual([false, true, false]);
  });
});
