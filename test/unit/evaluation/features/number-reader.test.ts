import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNumberReader } from '#evaluation/features/index.ts';
import { readImages } from '#evaluation/measures/images.ts';
import { numberErrors } from '#evaluation/measures/index.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';

const SIDE = 12;
const COUNT = 160;
const length = { batch: 20, epochs: 1, least: 150, most: 150 };

/** Images as bright as their first number says, from 20 to 60; the second number is that of no image. */
function shades() {
  const values = Float64Array.from({ length: 2 * COUNT }, (_, i) => (i % 2 === 0 ? 20 + ((i * 7) % 41) : 5));
  const pixels = Uint8Array.from(
    { length: COUNT * SIDE * SIDE },
    (_, i) => 4 * values[2 * Math.floor(i / SIDE ** 2)]! + ((i * 31) % 9),
  );
  return {
    ...memoryDataset({ count: COUNT, size: SIDE }),
    conditions: { names: ['brightness', 'constant'], values },
    train: Uint32Array.from({ length: 120 }, (_, i) => i),
    validation: Uint32Array.from({ length: 40 }, (_, i) => 120 + i),
    read(indices: ArrayLike<number>, out: Uint8Array) {
      const size = SIDE ** 2;
      for (let i = 0; i < indices.length; i++) {
        out.set(pixels.subarray(indices[i]! * size, (indices[i]! + 1) * size), i * size);
      }
    },
  };
}

describe('openNumberReader', () => {
  it('reads a number that images show, and the constant of one that is the same in all', { tags: 'long' }, async () => {
    const dataset = shades();
    const cacheDir = await temporaryFolder();
    const steps: number[] = [];
    const reader = await openNumberReader({ dataset, cacheDir, length, onProgress: ({ done }) => steps.push(done) });
    const images = await readImages(dataset, dataset.validation);
    const read = await reader.read(images);
    expect(reader.names).toEqual(['brightness', 'constant']);
    const [brightness, constant] = numberErrors(read, images.conditions!, 2);
    expect(brightness!.value).toBeLessThan(4); // guessing the mean is off by 10
    expect(constant!.value).toBeLessThan(0.5);
    expect(steps.at(-1)).toBe(150);
    await reader.dispose();

    // The second time it comes from the cache, and reads the same.
    const again = await openNumberReader({ dataset, cacheDir, length, onProgress: () => expect.fail('trained again') });
    expect(again.hash).toBe(reader.hash);
    expect(await again.read(images)).toEqual(read);
    await again.dispose();
  });

  it('is another for other numbers, and is trained again where the cache is damaged', { tags: 'long' }, async () => {
    const dataset = shades();
    const cacheDir = await temporaryFolder();
    const short = { ...length, least: 3, most: 3 };
    const first = await openNumberReader({ dataset, cacheDir, length: short });
    const conditions = { names: dataset.conditions.names, values: dataset.conditions.values.map((value) => -value) };
    const other = await openNumberReader({ dataset: { ...dataset, conditions }, cacheDir, length: short });
    expect(other.hash).not.toBe(first.hash);
    const files = readdirSync(join(cacheDir, 'features'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      const path = join(cacheDir, 'features', file);
      await writeFile(path, (await readFile(path)).subarray(0, 2000));
    }
    const notes: string[] = [];
    const mended = await openNumberReader({ dataset, cacheDir, length: short, onNote: (note) => notes.push(note) });
    expect(notes.join()).toMatch(/is damaged, and is trained again\.$/);
    expect(mended.hash).toBe(first.hash);
    for (const reader of [first, other, mended]) await reader.dispose();
  });
});

describe('numberErrors', () => {
  it('are mean absolute differences with an interval, one for each number', () => {
    const read = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i : 7));
    const asked = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i + (i % 4 === 0 ? 3 : -1) : 7));
    const [first, second] = numberErrors(read, asked, 2);
    expect(first!.value).toBe(2);
    expect(first!.interval![0]).toBeLessThan(2);
    expect(second).toEqual({ value: 0, interval: [0, 0] });
  });
});
