import { beforeAll, describe, expect, it } from 'vitest';
import { readRealDigits } from '#site/build/real-digits.ts';
import type { ImageShape } from '#site/state/pixels.ts';
import { depth, isInverted, type Plane, pieces } from '#site/views/game/measures/ink.ts';
import { giveaways, measureReals, type Reference } from '#site/views/game/measures/unusual.ts';

const SHAPE: ImageShape = [1, 28, 28];
const SIZE = 784;
let digits: Uint8Array;
let reference: Reference;
const read = (index: number) => digits.subarray(index * SIZE, (index + 1) * SIZE);
const noPause = async () => {};

beforeAll(async () => {
  digits = (await readRealDigits()).pixels;
  reference = await measureReals(400, SHAPE, read, noPause);
});

/** A real picture that has nothing unusual, after a change. */
function changed(change: (v: number, i: number, all: Uint8Array) => number): Uint8ClampedArray {
  const plain = Array.from({ length: 400 }, (_, i) => i).find((i) => giveaways(read(i), reference, i)!.length === 0)!;
  return Uint8ClampedArray.from(read(plain), (v, i) => change(v, i, read(plain)));
}
const found = (pixels: ArrayLike<number>, own?: number) => giveaways(pixels, reference, own)!;
const ids = (pixels: ArrayLike<number>, own?: number) => found(pixels, own).map(({ id }) => id);

describe('giveaways', () => {
  it('finds nothing in most real digits', { tags: 'long' }, () => {
    const unusual = Array.from({ length: 400 }, (_, i) => ids(read(i), i)).filter((found) => found.length > 0);
    expect(unusual.length).toBeGreaterThan(0);
    expect(unusual.length).toBeLessThan(60);
  });

  it('finds nothing in a copy of a real picture that has nothing', () => {
    expect(ids(changed((v) => v))).toEqual([]);
  });

  it('sees a stray speck, and where it is', () => {
    const at = [28 * 1 + 1, 28 * 1 + 2, 28 * 2 + 1, 28 * 2 + 2, 28 * 3 + 1, 28 * 3 + 2];
    const all = found(changed((v, i) => (at.includes(i) ? 220 : v)));
    expect(all[0]).toMatchObject({ id: 'specks', title: 'Stray specks', faint: false, where: at });
    expect(all[0]!.sentence).toBe('There is ink apart from the main stroke: 6 pixels.');
  });

  it('sees a smudge that is too weak for a speck', () => {
    const all = found(changed((v, i) => (i === 29 || i === 30 ? 30 : v)));
    expect(all[0]).toMatchObject({ id: 'smudge', faint: false, where: [29, 30] });
  });

  it('sees ink at the edge', () => {
    const all = found(changed((v, i) => (i % 28 === 27 ? 120 : v)));
    expect(all.find(({ id }) => id === 'border')?.where).toHaveLength(28);
  });

  it('sees haze on the paper and calls it faint, at the end', () => {
    const all = found(changed((v) => Math.max(v, 3)));
    expect(all.map(({ id, faint }) => [id, faint])).toEqual([['haze', true]]);
    expect(all[0]!.compared).toMatch(/^Real pictures: .* of 255; none of 400 is as far out\.$/);
  });

  it('sees a gray stroke, a drawing out of place and ink that never is white', () => {
    expect(ids(changed((v) => Math.min(v, 180)))).toEqual(expect.arrayContaining(['fringe', 'peak']));
    const moved = changed((_, i, all) => (i % 28 >= 4 ? all[i - 4]! : 0));
    expect(ids(moved)).toContain('centre');
  });

  it('sees a picture that is too small', () => {
    const half = changed((_, i, all) => {
      const [x, y] = [(i % 28) - 7, Math.floor(i / 28) - 7];
      return x >= 0 && y >= 0 && x < 14 && y < 14 ? all[2 * y * 28 + 2 * x]! : 0;
    });
    const size = found(half).find(({ id }) => id === 'size');
    expect(size).toMatchObject({ title: 'Too small', faint: false });
  });

  it('finds the same in dark ink on bright paper', { tags: 'long' }, async () => {
    const negative = (v: number) => 255 - v;
    const dark = await measureReals(400, SHAPE, (i) => read(i).map(negative), noPause);
    expect(dark.inverted).toBe(true);
    const hazy = changed((v, i) => (i === 29 ? 220 : Math.max(v, 3)));
    const found = giveaways(hazy.map(negative), dark)!.map(({ id, where }) => [id, where.length]);
    expect(found).toEqual(giveaways(hazy, reference)!.map(({ id, where }) => [id, where.length]));
  });

  it('does not compare a real picture with itself', async () => {
    const odd = changed((v, i) => (i === 29 ? 220 : Math.max(v, 3)));
    const withOdd = (i: number) => (i === 0 ? odd : read(i));
    const among = await measureReals(40, SHAPE, withOdd, noPause);
    const [first] = giveaways(odd, among, 0)!;
    expect(first?.compared).toContain('of 39');
  });

  it('says nothing of what is unusual with too few real pictures', async () => {
    expect(giveaways(read(0), await measureReals(29, SHAPE, read, noPause))).toBeUndefined();
  });

  it('may pause after every look at a picture', async () => {
    let [looks, since, most] = [0, 0, 0];
    const look = (i: number) => {
      looks++;
      most = Math.max(most, ++since);
      return read(i);
    };
    await measureReals(40, SHAPE, look, async () => {
      since = 0;
    });
    expect(looks).toBe(80); // whether they are dark on bright, then what they measure
    expect(most).toBe(1);
  });

  it('stands an empty picture', () => {
    expect(() => giveaways(new Uint8Array(SIZE), reference)).not.toThrow();
  });
});

describe('ink', () => {
  const plane = (rows: string[]): Plane => ({
    width: rows[0]!.length,
    height: rows.length,
    ink: Float64Array.from(rows.join(''), (c) => (c === '#' ? 255 : 0)),
  });

  it('pieces joins over corners and puts the largest first', () => {
    const drawn = plane(['#....', '.....', '..#.#', '...#.']);
    expect(pieces(drawn, (i) => drawn.ink[i]! > 0).map((piece) => piece.sort((a, b) => a - b))).toEqual([
      [12, 14, 18],
      [0],
    ]);
  });

  it('depth is how far it is to what is outside, the edge included', () => {
    const drawn = plane(['#####', '#####', '#####']);
    expect([...depth(drawn, (i) => drawn.ink[i]! > 0)]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1]);
  });

  it('isInverted looks at the edge', () => {
    const bright = Uint8Array.from({ length: 9 }, (_, i) => (i === 4 ? 0 : 255));
    expect(isInverted(bright, [1, 3, 3])).toBe(true);
    const dark = bright.map((v) => 255 - v);
    expect(isInverted(dark, [1, 3, 3])).toBe(false);
  });
});
