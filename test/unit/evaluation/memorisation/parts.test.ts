import { beforeAll, describe, expect, it } from 'vitest';
import { findCopies } from '#evaluation/memorisation/index.ts';
import { plantParts } from '#evaluation/memorisation/plant-parts.ts';
import { cellsOf, planeOf, type Rectangle } from '#evaluation/parts/plane.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { digitGroups, join, pick, upTo } from '#test/evaluate/digits.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();
let training: ImageSet;
let heldOut: ImageSet;
let fresh: ImageSet;

beforeAll(async () => {
  ({ training, heldOut, fresh } = await digitGroups(folder, { training: 200, heldOut: 210, fresh: 40 }));
});

describe('the cells of a rectangle', () => {
  const cells = (images: ImageSet, rectangle: Rectangle, side: number) => {
    const out = new Float32Array(side * side);
    cellsOf(planeOf(images, 0), rectangle, side, out);
    return out;
  };
  const levels = (...pixels: number[]): ImageSet => ({ shape: [1, 2, 4], count: 1, pixels: Uint8Array.from(pixels) });

  it('are means, by the share of each pixel that lies inside, at mean 0 and length 1', () => {
    // Columns 0.5 to 2.5: cells of one pixel, of two halves each.
    const found = cells(levels(0, 40, 80, 120, 0, 40, 80, 120), { left: 0.5, top: 0, width: 2, height: 2 }, 2);
    expect(Array.from(found)).toEqual([-0.5, 0.5, -0.5, 0.5].map((value) => expect.closeTo(value, 6)));
  });

  it('of what is nearly flat stay short', () => {
    const flat = cells(levels(9, 9, 9, 10, 9, 9, 9, 9), { left: 0, top: 0, width: 4, height: 2 }, 2);
    expect(Math.hypot(...flat)).toBeLessThan(0.2);
  });

  it('are those of all channels together', () => {
    const one = levels(0, 40, 80, 120, 3, 9, 200, 70);
    const both: ImageSet = { shape: [2, 2, 4], count: 1, pixels: Uint8Array.of(...one.pixels, ...one.pixels) };
    const whole = { left: 0, top: 0, width: 4, height: 2 };
    expect(cells(both, whole, 2)).toEqual(cells(one, whole, 2));
  });
});

describe('findCopies with parts', () => {
  /** Real digits, the first of which hold parts of training images. */
  async function findPlanted(kind: number) {
    const { images } = (await plantParts(training, heldOut, 12, 9))[kind]!;
    const samples = join(images, pick(fresh, upTo(28)));
    return findCopies({ samples, training, heldOut, parts: true, seed: 0 });
  }

  it('says of halves which half it is, and how many would be seen', { tags: 'long' }, async () => {
    const found = await findPlanted(3);
    expect(found.verdict).toBe('copies found');
    const halves = found.flagged.filter(({ space, sample }) => space === 'halves' && sample < 12);
    expect(halves.length).toBeGreaterThan(8);
    for (const { sample, part } of halves.filter(({ score }) => score < 0.2)) {
      expect(part!.name).toBe(['left', 'right', 'top', 'bottom'][sample % 4]);
    }
    expect(found.parts!.map(({ part, side }) => [part, side])).toEqual([
      ['crop', 0.5],
      ['crop', 0.625],
      ['crop', 0.75],
      ['half', undefined],
    ]);
    expect(found.parts![3]!.seen).toBeGreaterThan(0.8);
    expect(found.parts![3]!.sensitivity[0]!.found).toBeLessThan(0.05);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('finds crops, and says which', { tags: 'long' }, async () => {
    const found = await findPlanted(2);
    expect(found.verdict).toBe('copies found');
    const crops = found.flagged.filter(({ space, sample }) => space === 'crops' && sample < 12);
    expect(crops.length).toBeGreaterThan(5);
    for (const { part } of crops.slice(0, 4)) {
      expect(part!.name).toBe('crop');
      expect(Math.abs(part!.width - 21)).toBeLessThan(1.5);
    }
  });

  it('accuses no real digits', { tags: 'long' }, async () => {
    const found = await findCopies({ samples: fresh, training, heldOut, parts: true, seed: 0 });
    expect(found.verdict).not.toBe('copies found');
    expect(found.tests.map(({ space }) => space)).toEqual(['pixels', 'crops', 'halves']);
  });

  it('compares no parts of images below 16 pixels', async () => {
    const small = (count: number, from: number): ImageSet => ({
      shape: [1, 8, 8],
      count,
      pixels: Uint8Array.from({ length: 64 * count }, (_, i) => (i * i * 31 + from * 57) % 251),
    });
    const found = await findCopies({
      samples: small(8, 1),
      training: small(20, 2),
      heldOut: small(8, 3),
      parts: true,
      seed: 0,
    });
    expect(found).not.toHaveProperty('parts');
    expect(found.tests).toHaveLength(1);
  });
});
