import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitImages } from '#training/data/set/split.ts';

describe('splitImages', () => {
  it('puts every image on exactly one side, ascending', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (count, share) => {
        const { train, validation } = splitImages(count, share, 7);
        const all = [...train, ...validation].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
        for (const side of [train, validation]) expect([...side]).toEqual([...side].sort((a, b) => a - b));
        expect(train.length).toBeGreaterThan(0);
      }),
    );
  });

  it('holds out the rounded share, at least one unless the share is 0', () => {
    expect(splitImages(1000, 0.05, 0).validation.length).toBe(50);
    expect(splitImages(10, 0.001, 0).validation.length).toBe(1);
    expect(splitImages(10, 0, 0).validation.length).toBe(0);
    expect(splitImages(1, 0.5, 0).train.length).toBe(1);
    expect(splitImages(10, 0.99, 0).train.length).toBe(1);
  });

  it('is the same for the same seed and another for another', () => {
    const held = (seed: number) => [...splitImages(1000, 0.1, seed).validation];
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
  });

  it('draws the held-out images from the whole set', () => {
    const { validation } = splitImages(1000, 0.2, 3);
    for (let part = 0; part < 4; part++) {
      const inside = validation.filter((i) => Math.floor(i / 250) === part).length;
      expect(inside).toBeGreaterThan(25);
      expect(inside).toBeLessThan(75);
    }
  });
});
