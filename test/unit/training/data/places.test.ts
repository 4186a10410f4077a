/** Where pictures lie in space. */
import { describe, expect, it } from 'vitest';
import type { Origin, Place } from '#base/pictures/types.ts';
import { compareViews, cornersApart } from '#training/data/sources/places.ts';

interface Field {
  pixels?: number;
  /** Millimetres of a pixel. */
  side?: number;
  /** Of the outer edge, to the right, forwards and up. */
  from?: [number, number, number];
  space?: string | undefined;
  thickness?: number;
}

/** A square that begins at `from` and leads to the right and backwards. */
function field({
  pixels = 64,
  side = 1,
  from = [0, 0, 0],
  thickness,
  ...given
}: Field = {}): Origin & { place: Place } {
  const [x, y, z] = from;
  const last = (pixels - 0.5) * side;
  const corners = [
    [x + side / 2, y - side / 2, z],
    [x + last, y - side / 2, z],
    [x + side / 2, y - last, z],
  ];
  const space = 'space' in given ? given.space : 'one';
  return { width: pixels, height: pixels, place: { corners, space, thickness } };
}

const [a, b, c] = [0, 1, 2] as const;
const turned = (origin: Origin & { place: Place }, order: (corners: readonly (readonly number[])[]) => number[][]) => ({
  ...origin,
  place: { ...origin.place, corners: order(origin.place.corners) },
});

describe('fields of view', () => {
  it.each<[string, Field]>([
    ['of larger pixels', { pixels: 16, side: 4 }],
    ['of smaller pixels', { pixels: 256, side: 0.25 }],
    ['whose first pixels have the same centre', { pixels: 16, side: 4, from: [-1.5, 1.5, 0] }],
    ['whose sides are rounded up', { pixels: 17, side: 4, from: [-1.5, 1.5, 0] }],
    ['of a slice within the same thick one', { pixels: 16, side: 4, from: [0, 0, 2], thickness: 4 }],
  ])('are the same: %s', (_, other) => {
    expect(compareViews(field(other), field())).toBe('same');
    expect(compareViews(field(), field(other))).toBe('same');
  });

  it.each<[string, Field, string]>([
    ['by half a pixel and more', { pixels: 16, side: 4, from: [2.1, 0, 0] }, 'by up to 2.1 mm at an edge'],
    ['by more than half a pixel of the same size', { from: [0, 0.6, 0] }, 'by up to 0.6 mm at an edge'],
    ['by a part', { pixels: 12, side: 4, from: [8, -8, 0] }, 'by up to 11 mm at an edge'],
    ['by a slice', { pixels: 16, side: 4, from: [0, 0, 3], thickness: 4 }, 'up to 3 mm before or behind it'],
  ])('lie apart: %s', (_, other, apart) => {
    expect(compareViews(field(other), field())).toEqual({ apart });
  });

  it('must lead the same way', () => {
    const low = field({ pixels: 16, side: 4 });
    const fourth = (corners: readonly (readonly number[])[]) =>
      corners[b]!.map((at, i) => at + corners[c]![i]! - corners[a]![i]!);
    const mirrored = turned(low, (corners) => [corners[b]!, corners[a]!, fourth(corners)].map((at) => [...at]));
    const upright = turned(low, (corners) => [corners[c]!, corners[a]!, fourth(corners)].map((at) => [...at]));
    for (const other of [mirrored, upright])
      expect(compareViews(other, field())).toEqual({ apart: expect.stringContaining('at an edge') });
    const transposed = turned(low, (corners) => [corners[a]!, corners[c]!, corners[b]!].map((at) => [...at]));
    expect(compareViews(transposed, field())).toEqual({ apart: 'by up to 91 mm at an edge' });
  });

  it('are unknown without a place, in two spaces, and of pixels without a size', () => {
    const far = { from: [500, 0, 0] } satisfies Field;
    const { place: _, ...without } = field();
    for (const other of [field({ ...far, space: 'two' }), field({ ...far, space: undefined }), without]) {
      expect(compareViews(other, field())).toBe('unknown');
      expect(compareViews(field(), other)).toBe('unknown');
    }
    expect(compareViews(field({ side: 0 }), field())).toBe('unknown');
    expect(compareViews(field({ side: Number.NaN }), field())).toBe('unknown');
  });
});

describe('corners', () => {
  it('are the same up to a tenth of a pixel, also where a file does not name its space', () => {
    expect(cornersApart(field(), field({ from: [0.09, 0, 0] }))).toBeUndefined();
    expect(cornersApart(field(), field({ from: [0.11, 0, 0] }))).toBe(0.11);
    expect(cornersApart(field({ space: undefined }), field({ from: [3, 0, 0] }))).toBe(3);
    expect(cornersApart(field({ space: 'two' }), field({ from: [3, 0, 0] }))).toBeUndefined();
  });
});
