/** What gives a hand away is found in the page's phantoms, after they are changed, and in few of them as they are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type DrawPhantom, phantomPainter } from '#site/state/phantoms.ts';
import { fromBytes, type ImageShape } from '#site/state/pixels.ts';
import { HAND_MEASURES } from '#site/views/game/measures/hand-measures.ts';
import type { Plane } from '#site/views/game/measures/ink.ts';
import { giveaways, measureReals, type Reference } from '#site/views/game/measures/unusual.ts';
import type { Listing } from '#site/views/game/rules/listing.ts';
import { drawnPool, type Pool, picturesOf, poolOf, shippedPool } from '#site/views/game/rules/pool.ts';
import { present } from '#site/views/game/rules/presentation.ts';
import { TERMS } from '#site/views/game/rules/terms.ts';

const FOLDER = join(import.meta.dirname, '../../../..', 'site/public/hands');
const SHAPE: ImageShape = [1, 64, 64];
const SIDE = 64;
const PATIENCE = 120_000;

let pool: Pool;
let reference: Reference;
let listing: Listing;
const shown = (index: number) => present(fromBytes(pool.read(index)), SHAPE, pool.presentation, index);

beforeAll(async () => {
  listing = JSON.parse(await readFile(join(FOLDER, 'phantoms.json'), 'utf8')) as Listing;
  const { data, info } = await sharp(join(FOLDER, listing.sheet!))
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  pool = poolOf(
    listing,
    picturesOf({ data, width: info.width, height: info.height }, listing),
    SHAPE,
    'hands/phantoms.json',
  );
  reference = await measureReals(pool.count, SHAPE, shown, async () => {}, pool.subject);
}, PATIENCE);

describe('the page’s phantoms', () => {
  it('are called so, with the age and sex that the model is asked for', () => {
    expect([pool.count, pool.terms, pool.subject, pool.own]).toEqual([120, 'phantom', 'hand', false]);
    expect(pool.labels).toHaveLength(120);
    expect(pool.conditions?.boneage).toHaveLength(120);
    expect(pool.origin(3)).toBe('phantom 4 of the 120 on this page, which the model never saw');
  });

  it('are cut from their sheet, row by row', () => {
    const sheet = { width: 4, height: 4, data: Uint8Array.from({ length: 64 }, (_, i) => i >> 2) };
    const four = { ...listing, count: 3, width: 2, height: 2, columns: 2 };
    expect([...picturesOf(sheet, four)]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13]);
    expect(() => picturesOf({ ...sheet, height: 3 }, four)).toThrow(
      'their sheet must be 4 × 4 pixels, received "4 × 3"',
    );
  });
});

describe('phantoms of another size', () => {
  const shape: ImageShape = [1, 128, 128];

  it('are drawn when they are looked at, once each, and are called the same', () => {
    const asked: number[] = [];
    const draw: DrawPhantom = (seed, number, size) => {
      asked.push(number);
      return { pixels: new Uint8Array(size * size).fill(seed + 1), age: 1, sex: 'male' };
    };
    const drawn = drawnPool({ ...listing, seed: 0, firstNumber: 12_612 }, draw, shape, 'drawn');
    expect(asked).toEqual([]);
    expect([drawn.shape, drawn.count, drawn.terms, drawn.subject]).toEqual([shape, 120, 'phantom', 'hand']);
    expect([drawn.labels, drawn.conditions]).toEqual([pool.labels, pool.conditions]);
    expect(drawn.origin(3)).toBe(pool.origin(3));
    expect(drawn.read(3)).toHaveLength(128 * 128);
    expect(drawn.read(3)).toBe(drawn.read(3));
    expect(asked).toEqual([12_615]);
  });

  it('are drawn by the page in place of its sheet, where the model is of another size', async () => {
    vi.stubGlobal('fetch', async () => ({ ok: true, json: async () => listing }));
    const drawn = await shippedPool('https://page.invalid/hands/phantoms.json', shape);
    vi.unstubAllGlobals();
    const paint = await phantomPainter();
    expect(drawn.read(0)).toEqual(paint(0, 12_612, 128).pixels);
    expect(drawn.id).not.toBe(pool.id);
  });
});

/** A phantom in which nothing is unusual, after a change. */
function changed(change: (v: number, x: number, y: number, all: ArrayLike<number>) => number): Uint8ClampedArray {
  const plain = Array.from({ length: 120 }, (_, i) => i).find((i) => found(shown(i), i).length === 0)!;
  const pixels = shown(plain);
  return pixels.map((v, i) => change(v, i % SIDE, Math.floor(i / SIDE), pixels));
}
/** The first square of dark pixels that does not touch the picture's edge. */
function darkSquare(all: ArrayLike<number>, side: number): [left: number, top: number] {
  for (let top = 1; top < SIDE - side; top++) {
    for (let left = 1; left < SIDE - side; left++) {
      const inside = Array.from(
        { length: side * side },
        (_, i) => all[(top + Math.floor(i / side)) * SIDE + left + (i % side)]!,
      );
      if (Math.max(...inside) < 60) return [left, top];
    }
  }
  throw new Error('No such square.');
}
const found = (pixels: ArrayLike<number>, own?: number) => giveaways(pixels, reference, own, TERMS.phantom)!;
const ids = (pixels: ArrayLike<number>) => found(pixels).map(({ id }) => id);

describe('giveaways of hands', () => {
  it('are found in few phantoms', { tags: 'long' }, () => {
    const unusual = Array.from({ length: 120 }, (_, i) => found(shown(i), i)).filter((all) => all.length > 0);
    expect(unusual.length).toBeLessThan(24);
  });

  it('are not found in a copy of a phantom that has none', () => {
    expect(ids(changed((v) => v))).toEqual([]);
  });

  it('are compared with phantoms by that name', () => {
    const [first] = found(changed((v, x, y) => ((x >> 2) % 2 === 0 && y < 40 ? 255 : v)));
    expect(first?.compared).toMatch(/^Phantoms: /);
  });

  it('are marks beside the letter, and where they are', () => {
    const at = [
      [5, 20],
      [5, 30],
      [5, 40],
    ] as const;
    const marked = changed((v, x, y) => (at.some(([u, w]) => Math.abs(x - u) < 2 && Math.abs(y - w) < 2) ? 255 : v));
    const marks = found(marked).find(({ id }) => id === 'marks');
    expect(marks).toMatchObject({ title: 'Too many marks', faint: false });
    expect(marks!.where).toEqual(expect.arrayContaining([20 * SIDE + 5, 30 * SIDE + 5, 40 * SIDE + 5]));
  });

  it('are a letter that is too large', () => {
    const large = 10;
    let free: [left: number, top: number] | undefined; // where nothing is bright, nor beside it
    const smeared = changed((v, x, y, all) => {
      free ??= darkSquare(all, large + 2);
      return x > free[0] && x <= free[0] + large && y > free[1] && y <= free[1] + large ? 255 : v;
    });
    expect(ids(smeared)).toContain('letter');
  });

  it('are bones that fade, in a hand that is blurred', () => {
    const blurred = changed((_, x, y, all) => {
      let [sum, of] = [0, 0];
      for (let v = Math.max(0, y - 4); v <= Math.min(63, y + 4); v++) {
        for (let u = Math.max(0, x - 4); u <= Math.min(63, x + 4); u++) {
          sum += all[v * SIDE + u]!;
          of++;
        }
      }
      return sum / of;
    });
    const all = found(blurred);
    expect(all.find(({ id }) => id === 'bones')?.title).toBe('Bones fade into the flesh');
    expect(all.find(({ id }) => id === 'grain')?.title).toBe('Blurry');
  });

  it('are grain beside the hand', () => {
    const grainy = changed((v, x, y) => (v < 60 && (x + y) % 2 === 0 ? v + 40 : v));
    expect(found(grainy).find(({ id }) => id === 'noise')?.title).toBe('Grainy background');
  });
});

describe('the measures of a hand', () => {
  /** A palm with as many fingers as asked for, 3 wide and 2 apart. */
  const hand = (fingers: number): Plane => {
    const ink = new Float64Array(SIDE * SIDE);
    for (let y = 10; y < 60; y++) {
      for (let x = 4; x < 4 + 5 * fingers; x++) if (y >= 35 || (x - 4) % 5 < 3) ink[y * SIDE + x] = 200;
    }
    return { width: SIDE, height: SIDE, ink };
  };
  const measure = (id: string) => HAND_MEASURES.find((one) => one.id === id)!;

  it('count the fingers that a line meets, and mark them', () => {
    for (const fingers of [1, 3, 4, 5, 6, 7]) {
      const counted = measure('rays').of(hand(fingers))!;
      expect(counted.value).toBe(fingers);
      expect(counted.where).toHaveLength(3 * fingers);
    }
  });

  it('find the step at the outline, and no glow beside it', () => {
    expect(measure('outline').of(hand(5))?.value).toBe(200);
    expect(measure('halo').of(hand(5))?.value).toBe(0);
    expect(measure('noise').of(hand(5))?.value).toBe(0);
    expect(measure('bones').of(hand(5))?.value).toBe(0);
  });

  it('have nothing to say of an empty picture', () => {
    const empty: Plane = { width: SIDE, height: SIDE, ink: new Float64Array(SIDE * SIDE) };
    for (const { id, of } of HAND_MEASURES) expect(of(empty), id).toBeUndefined();
  });
});
