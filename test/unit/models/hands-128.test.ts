import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { loadModel, openCoder } from '#runtime-node/index.ts';

const folder = fileURLToPath(new URL('../../../models/hands-128', import.meta.url));

it('draws hands of 128 pixels, conditional as models/hands is, the same from the same seed', async () => {
  const model = await loadModel(folder, { device: 'cpu' });
  expect(model).toMatchObject({ shape: [4, 32, 32], classNames: ['female', 'male'], trainedOn: 'phantoms' });
  expect(model.conditions).toMatchObject([{ name: 'boneage', min: 1, max: 228 }]);
  const options = { seeds: [7], steps: 12, labels: [1], conditions: { boneage: [150] } };
  const { images, shape } = await model.sample(options);
  expect(shape).toEqual([1, 128, 128]);
  const share = images.filter((value) => value > -0.4).length / images.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.7);
  expect((await model.sample(options)).images).toEqual(images);
  await model.dispose();
});

/** In [-1, 1]. */
function phantom(age: number): Float32Array {
  const { pixels } = createPainter()({ seed: 77, picture: age, size: 128, age });
  return Float32Array.from(pixels, (level) => level / 127.5 - 1);
}

it('starts from a picture, whose latents lie beyond -1 and 1, and keeps what a mask keeps to the bit', async () => {
  const model = await loadModel(folder, { device: 'cpu' });
  const from = phantom(150);
  const mask = from.map((_, i) => Number(i < from.length / 2));
  const { images } = await model.sample({ seed: 1, steps: 4, sampler: 'ddim', from, mask, strength: 0.5 });
  expect(images.subarray(from.length / 2)).toEqual(from.subarray(from.length / 2));
  expect(images.subarray(0, from.length / 2)).not.toEqual(from.subarray(0, from.length / 2));
  await model.dispose();
});

it('gives phantoms that it has not seen back at 30 dB and more', async () => {
  const half = (name: string) => join(folder, 'vae', `${name}.onnx`);
  const coder = openCoder([1, 128, 128], [4, 32, 32], { encoder: half('encoder'), decoder: half('decoder') });
  for (const age of [20, 90, 150, 220]) {
    const picture = phantom(age);
    const back = await coder.decode((await coder.encode(picture)).mean);
    const square = picture.reduce((sum, value, i) => sum + ((value - back[i]!) / 2) ** 2, 0) / picture.length;
    expect(-10 * Math.log10(square)).toBeGreaterThan(30);
  }
  await coder.dispose();
});
