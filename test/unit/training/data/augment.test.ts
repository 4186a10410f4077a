import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { type Augmentation, adjustContrast, affine, drawAugmentations } from '#training/data/set/augment.ts';
import { createTrainingBatches, type TrainingBatch } from '#training/data/set/training-batches.ts';

const NONE: Augmentation = { angle: 0, shift: [0, 0], scale: 1, contrast: 1 };
const MOST = { rotate: 20, translate: 0.25, scale: 0.5, contrast: 0.75 };
const place = { seed: 3, epoch: 2, first: 0, count: 400, width: 8, height: 16 };

/** A square of bytes, moved, as bytes again. */
function moved(bytes: number[], side: number, change: Partial<Augmentation>, mirrored = false): number[] {
  const out = new Float32Array(side * side);
  const planes = { channels: 1, height: side, width: side, at: 0 };
  affine(Uint8Array.from(bytes), planes, { ...NONE, ...change }, mirrored, out);
  return [...out].map((value) => (value + 1) * 127.5);
}

describe('drawAugmentations', () => {
  const all = drawAugmentations(MOST, place);
  const values = (of: (augmentation: Augmentation) => number) => all.map(of);

  it.each([
    ['angles', values(({ angle }) => angle), -20, 20],
    ['shifts to the right', values(({ shift }) => shift[0]), -2, 2],
    ['shifts down', values(({ shift }) => shift[1]), -4, 4],
    ['scales', values(({ scale }) => scale), 0.5, 1.5],
    ['contrasts', values(({ contrast }) => contrast), 0.25, 1.75],
  ])('draws %s evenly from their range', (_, drawn, low, high) => {
    // Of 100 draws a quarter, give or take 5 standard deviations.
    const quarters = [0, 0, 0, 0];
    for (const value of drawn) quarters[Math.floor((4 * (value - low)) / (high - low))]!++;
    expect(quarters.reduce((sum, count) => sum + count)).toBe(400);
    for (const count of quarters) expect(Math.abs(count - 100)).toBeLessThan(44);
  });

  it('gives an image the same changes wherever a batch begins, and others in every epoch and for every seed', () => {
    expect(drawAugmentations(MOST, { ...place, first: 37, count: 5 })).toEqual(all.slice(37, 42));
    for (const other of [{ epoch: 3 }, { seed: 4 }]) {
      expect(drawAugmentations(MOST, { ...place, ...other })[0]).not.toEqual(all[0]);
    }
  });

  it('draws the same for one option whatever the others are', () => {
    const one = drawAugmentations({ rotate: 0, translate: 0, scale: 0.5, contrast: 0 }, place);
    expect(one.map(({ scale }) => scale)).toEqual(values(({ scale }) => scale));
    expect(one.every(({ angle, shift, contrast }) => angle === 0 && shift[0] === 0 && contrast === 1)).toBe(true);
  });
});

describe('affine', () => {
  it('turns clockwise, shifts to the right and down, and enlarges', () => {
    const corners = [10, 20, 30, 40];
    expectClose(moved(corners, 2, { angle: 90 }), [30, 10, 40, 20], { absolute: 1e-4 });
    const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expectClose(moved(ramp, 3, { shift: [1, 0] }), [1, 1, 2, 4, 4, 5, 7, 7, 8], { absolute: 1e-4 });
    expectClose(moved(ramp, 3, { shift: [0, 1] }), [1, 2, 3, 1, 2, 3, 4, 5, 6], { absolute: 1e-4 });
    expectClose(moved(ramp, 3, { scale: 2 }), [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7], { absolute: 1e-4 });
    expectClose(moved(ramp, 3, {}, true), [3, 2, 1, 6, 5, 4, 9, 8, 7], { absolute: 1e-4 });
  });

  it('adds no edge and no level that is not in the picture', () => {
    const change = fc.record({
      angle: fc.double({ min: -180, max: 180, noNaN: true }),
      shift: fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
      scale: fc.double({ min: 0.01, max: 2, noNaN: true }),
    });
    const picture = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(picture, change, fc.boolean(), (bytes, by, mirrored) => {
        const result = moved(bytes, 5, by, mirrored);
        expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...bytes) - 1e-4);
        expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...bytes) + 1e-4);
      }),
    );
  });
});

describe('adjustContrast', () => {
  it('keeps the mean, and cuts what leaves the range', () => {
    const planes = { channels: 1, height: 1, width: 4, at: 1 };
    const values = Float32Array.of(9, -0.6, -0.2, 0.2, 0.6, 9);
    adjustContrast(values, planes, 0.5);
    expectClose(values, [9, -0.3, -0.1, 0.1, 0.3, 9], { absolute: 1e-6 });
    adjustContrast(values, planes, 5);
    expectClose(values, [9, -1, -0.5, 0.5, 1, 9], { absolute: 1e-6 });
  });
});

describe('augmented batches', () => {
  const dataset = memoryDataset({ size: 6, channels: 3 });
  const batches = (options: object) => createTrainingBatches(dataset, { batch: 4, seed: 1, flip: true, ...options });

  it('go on from any saved position with the very same images, new ones in every epoch', async () => {
    const straight = batches(MOST);
    const whole: TrainingBatch[] = [];
    for (let i = 0; i < 10; i++) whole.push(await straight.next());
    for (const stop of [1, 4, 7]) {
      const continued = batches(MOST);
      continued.position = whole[stop - 1]!.position;
      expect(await continued.next()).toEqual(whole[stop]);
    }
    const versions = whole.flatMap(({ numbers, images }) => {
      const at = numbers.indexOf(whole[0]!.numbers[0]!);
      return at < 0 ? [] : [String(images.subarray(at * 108, (at + 1) * 108))];
    });
    expect(versions.length).toBeGreaterThan(1);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('have the order and the flips of batches that are not augmented', async () => {
    const slight = await batches({ contrast: 1e-7 }).next();
    const plain = await batches({}).next();
    expect(slight.numbers).toEqual(plain.numbers);
    expectClose(slight.images, plain.images, { absolute: 1e-5 });
    expect((await batches({ rotate: 0, scale: 0 }).next()).images).toEqual(plain.images);
  });
});
