import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel } from '#runtime-node/index.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

const folderOf = (name: string) => fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
const folder = folderOf('hands');
let model: DiffusionModel;
beforeAll(async () => {
  model = await loadModel(folder, { device: 'cpu' });
});
afterAll(() => model.dispose());

const female = async (age: number) =>
  (await model.sample({ seeds: [3, 4], steps: 12, labels: [0], conditions: { boneage: [age] } })).images;

const distance = (a: Float32Array, b: Float32Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);

describe('models/hands', () => {
  it('is conditional on sex and on age in months, and says that it learnt from phantoms', async () => {
    expect(model).toMatchObject({ shape: [1, 64, 64], classNames: ['female', 'male'], trainedOn: 'phantoms' });
    expect(model.conditions).toMatchObject([{ name: 'boneage', min: 1, max: 228 }]);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('All are synthetic phantoms');
  });

  it('draws a hand: bright on a dark background, the same from the same seed', async () => {
    const options = { seeds: [7], steps: 12, labels: [1], conditions: { boneage: [150] } };
    const { images } = await model.sample(options);
    const share = images.filter((value) => value > -0.4).length / images.length;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.7);
    expect((await model.sample(options)).images).toEqual(images);
  });

  it('keeps the hand of a seed while it grows: the nearer in age, the more alike', { tags: 'long' }, async () => {
    const [at120, at132, at24] = await Promise.all([120, 132, 24].map(female));
    expect(distance(at120!, at132!)).toBeGreaterThan(0);
    expect(distance(at120!, at132!)).toBeLessThan(distance(at120!, at24!) / 2);
    const { images: others } = await model.sample({
      seeds: [5, 6],
      steps: 12,
      labels: [0],
      conditions: { boneage: [120] },
    });
    expect(distance(at120!, at24!)).toBeLessThan(distance(at120!, others));
  });

  it("passes ONNX's own checker", skipBecause(lacksPython('onnx')), () => {
    const check = 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)';
    execFileSync(PYTHON, ['-c', check, `${folder}/unet/model.onnx`]);
  });
});

describe('models/hands-2', () => {
  it('draws in two calls, unasked, what its teacher draws of the same noise, age and sex', async () => {
    const student = await loadModel(folderOf('hands-2'), { device: 'cpu' });
    expect(student).toMatchObject({ distilled: { calls: 2 }, trainedOn: 'phantoms', conditions: model.conditions });
    const asked = { seeds: [3, 4, 5, 6], labels: [0, 1], conditions: { boneage: [60, 150] } };
    let calls = 0;
    const { images } = await student.sample({ ...asked, onStep: () => calls++ });
    expect(calls).toBe(2);
    const drawn = await model.sample({ ...asked, sampler: 'ddim', steps: 20 });
    const other = await model.sample({ ...asked, seeds: [13, 14, 15, 16], sampler: 'ddim', steps: 20 });
    expect(distance(images, drawn.images)).toBeLessThan(0.7 * distance(images, other.images));
    await student.dispose();
  });
});
