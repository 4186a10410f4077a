import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { radiomicsDistance } from '#evaluation/radiomics/distance.ts';
import { radiomicsOf } from '#evaluation/radiomics/features.ts';

type Features = Record<string, number>;

/** Made by scripts/golden/evaluation/frd.py: phantoms, and what pyradiomics and frd-score say of them. */
const golden: {
  height: number;
  width: number;
  pictures: string[][];
  masks: string[][];
  features: { whole: Features; masked: Features }[];
  distance: number;
  distance_masked: number;
} = JSON.parse(readFileSync(new URL('../data/evaluate/radiomics.json', import.meta.url), 'utf8'));

const { height, width, pictures, masks } = golden;
const bytesOf = (packed: string) => new Uint8Array(Buffer.from(packed, 'base64'));
const featuresOf = (set: number, i: number, masked: boolean): Features =>
  radiomicsOf({
    height,
    width,
    pixels: bytesOf(pictures[set]![i]!),
    ...(masked && { mask: bytesOf(masks[set]![i]!) }),
  })!;

describe.each([
  ['of all pixels', false],
  ['within a mask', true],
])('radiomics %s', (_, masked) => {
  it.each(golden.features.map((each, i) => [i, masked ? each.masked : each.whole] as const))(
    'has the names, order and values of pyradiomics: picture %i',
    (i, expected) => {
      const found = featuresOf(0, i, masked);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      expect(Object.keys(found)).toHaveLength(398);
      for (const [name, value] of Object.entries(expected)) {
        const apart = Math.abs(found[name]! - value) / Math.max(Math.abs(value), 1e-6);
        expect(apart, `${name}: ${found[name]}, expected ${value}`).toBeLessThan(1e-6);
      }
    },
  );

  it("has frd-score's distance to 1 %", { timeout: 180_000 }, () => {
    const [reference, others] = pictures.map((set, k) => set.map((_, i) => featuresOf(k, i, masked)));
    const expected = masked ? golden.distance_masked : golden.distance;
    expect(Math.abs(radiomicsDistance(reference!, others!) / expected - 1)).toBeLessThan(0.01);
  });
});

it('leaves out a picture whose mask holds at most a pixel', () => {
  const mask = new Uint8Array(height * width);
  mask[77] = 1;
  expect(radiomicsOf({ height, width, pixels: bytesOf(pictures[0]![0]!), mask })).toBeUndefined();
});

it('refuses a set of one', () => {
  const one = [featuresOf(0, 0, false)];
  expect(() => radiomicsDistance(one, one)).toThrow(
    'Cannot compare radiomics: the reference must be at least 2 images that have features, received 1.',
  );
});
