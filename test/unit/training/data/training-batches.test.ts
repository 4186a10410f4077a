import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { grayPicture, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { createTrainingBatches, readFloats, type TrainingBatch } from '#training/data/set/training-batches.ts';
import type { Dataset } from '#training/data/set/types.ts';

const root = temporaryFolder();
let dataset: Dataset; // 10 images in two classes, image n has level 20 n + x + y at (x, y); 7 to train on

beforeAll(async () => {
  for (let n = 0; n < 10; n++) {
    const name = `${n < 4 ? 'few' : 'many'}/${n}.png`;
    await writeFiles(`${root}/data`, { [name]: grayPicture(4, 4, (x, y) => 20 * n + x + y) });
  }
  dataset = await prepare({
    data: `${root}/data`,
    cacheDir: `${root}/cache`,
    size: 4,
    validationShare: 0.3,
    seed: 5,
  });
});

async function take(
  count: number,
  options: Partial<Parameters<typeof createTrainingBatches>[1]> = {},
): Promise<TrainingBatch[]> {
  const batcher = createTrainingBatches(dataset, { batch: 2, seed: 1, flip: false, ...options });
  const batches: TrainingBatch[] = [];
  for (let i = 0; i < count; i++) batches.push(await batcher.next());
  return batches;
}

describe('createBatcher', () => {
  it('gives floats in [-1, 1] with the labels of the same images', async () => {
    for (const { images, labels, numbers } of await take(3)) {
      expect(images.length).toBe(2 * 16);
      for (const [i, number] of numbers.entries()) {
        const levels = Array.from({ length: 16 }, (_, p) => (20 * number + (p % 4) + Math.floor(p / 4)) / 127.5 - 1);
        expectClose(images.subarray(16 * i, 16 * i + 16), levels, { absolute: 1e-6 });
        expect(labels![i]).toBe(number < 4 ? 0 : 1);
      }
    }
  });

  it('gives every training image at most once an epoch, full batches only, and no held-out image', async () => {
    const batches = await take(30);
    expect(batches.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 30 }, (_, i) => Math.floor(i / 3)));
    const seen = new Set<number>();
    for (let epoch = 0; epoch < 10; epoch++) {
      const numbers = batches.slice(3 * epoch, 3 * epoch + 3).flatMap((batch) => [...batch.numbers]);
      expect(new Set(numbers).size).toBe(6);
      for (const number of numbers) seen.add(number);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([...dataset.train]);
    for (const number of dataset.validation) expect(seen.has(number)).toBe(false);
  });

  it('orders every epoch and every seed anew, and the same seed alike', async () => {
    const orders = (batches: TrainingBatch[]) => batches.map(({ numbers }) => [...numbers].join());
    const one = orders(await take(6));
    expect(orders(await take(6))).toEqual(one);
    expect(orders(await take(6, { seed: 2 }))).not.toEqual(one);
    expect(one.slice(0, 3)).not.toEqual(one.slice(3));
  });

  it('goes on from any saved position with the very same batches', async () => {
    const whole = await take(12, { flip: true });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 10 }), async (stop) => {
        const batcher = createTrainingBatches(dataset, { batch: 2, seed: 1, flip: true });
        if (stop > 0) batcher.position = JSON.parse(JSON.stringify(whole[stop - 1]!.position));
        const next = await batcher.next();
        expect(next).toEqual(whole[stop]);
        expect(batcher.position).toEqual(next.position);
      }),
    );
  });

  it('gives each of several batches asked for at once its own place', async () => {
    const batcher = createTrainingBatches(dataset, { batch: 2, seed: 1, flip: false });
    const together = await Promise.all([batcher.next(), batcher.next(), batcher.next(), batcher.next()]);
    expect(together).toEqual(await take(4));
  });

  it('mirrors about half of the images when asked, each by its place and seed', async () => {
    const plain = await take(60);
    const flipped = await take(60, { flip: true });
    let mirrored = 0;
    for (const [i, { images }] of flipped.entries()) {
      for (let k = 0; k < 2; k++) {
        const original = plain[i]!.images.slice(16 * k, 16 * k + 16);
        const received = images.slice(16 * k, 16 * k + 16);
        const mirror = Float32Array.from(original, (_, p) => original[p - (p % 4) + 3 - (p % 4)]!);
        const isMirror = received[0] !== original[0];
        if (isMirror) mirrored++;
        expect(received).toEqual(isMirror ? mirror : original);
      }
    }
    expect(mirrored).toBeGreaterThan(40);
    expect(mirrored).toBeLessThan(80);
  });

  it('refuses a batch that is larger than the training images', () => {
    expect(createTrainingBatches(dataset, { batch: 7, seed: 0, flip: false }).batchesPerEpoch).toBe(1);
    expect(() => createTrainingBatches(dataset, { batch: 8, seed: 0, flip: false })).toThrow(
      'Cannot make batches: batch must be at most the number of training images, 7 (3 more are held out for validation), received 8.',
    );
    expect(() => createTrainingBatches(dataset, { batch: 0, seed: 0, flip: false })).toThrow(
      'batch must be an integer from 1',
    );
  });

  it('refuses a position that is none', () => {
    const batcher = createTrainingBatches(dataset, { batch: 2, seed: 0, flip: false });
    for (const position of [null, {}, { epoch: -1, index: 0 }, { epoch: 0, index: 8 }, { epoch: 0.5, index: 0 }]) {
      expect(() => {
        batcher.position = position as never;
      }).toThrow(/Cannot go on: position/);
    }
    expect(batcher.position).toEqual({ epoch: 0, index: 0 });
  });
});

describe('readFloats', () => {
  it('maps 0 to -1 and 255 to 1, and mirrors each row of each channel', async () => {
    const source: Dataset = {
      ...dataset,
      channels: 3,
      height: 1,
      width: 2,
      read: (_, out) => out.set([0, 255, 51, 102, 255, 0]),
    };
    expectClose(await readFloats(source, [0]), [-1, 1, -0.6, -0.2, 1, -1], { absolute: 1e-6 });
    expectClose(await readFloats(source, [0], [1]), [1, -1, -0.2, -0.6, -1, 1], { absolute: 1e-6 });
  });
});
