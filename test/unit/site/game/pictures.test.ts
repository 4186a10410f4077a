import { expect, it } from 'vitest';
import { ownPool, poolOf } from '#site/views/game/rules/pool.ts';
import { LEVELS, type Presentation, present } from '#site/views/game/rules/presentation.ts';

const COUNTING = Uint8Array.from({ length: 12 }, (_, i) => i);
const GRAY = { count: 2, width: 2, height: 3 };
const COLOURS = { count: 2, width: 2, height: 1, channels: 3 as const };

it('pools cut pictures out of bytes, and refuse a file that is cut off and another shape than the model’s', () => {
  for (const pool of [poolOf(GRAY, COUNTING, [1, 3, 2], 'u'), poolOf(COLOURS, COUNTING, [3, 1, 2], 'u')]) {
    expect([...pool.read(1)]).toEqual([6, 7, 8, 9, 10, 11]);
  }
  expect(() => poolOf(GRAY, new Uint8Array(11), [1, 3, 2], 'u')).toThrow('must be 12 bytes, received 11');
  expect(() => poolOf(GRAY, COUNTING, [1, 2, 3], 'u')).toThrow('1 × 2 × 3, received 1 × 3 × 2');
  expect(() => poolOf(COLOURS, COUNTING, [1, 1, 2], 'u')).toThrow('1 × 1 × 2, received 3 × 1 × 2');
});

it('pools are drawings where most is plain black or white, else scenes; phantoms alone are softened', () => {
  const zoom = (fill: (i: number) => number, channels: 1 | 3 = 1) => {
    const pixels = Uint8ClampedArray.from({ length: 16 * channels }, (_, i) => fill(i));
    return ownPool(Array(10).fill({ name: '', pixels }), [channels, 4, 4]).presentation.zoom[0];
  };
  const [slate, paper] = [zoom((i) => (i % 4 === 0 ? 128 : 3)), zoom((i) => (i % 4 === 0 ? 128 : 250), 3)];
  const [scene, clothes] = [zoom((i) => 40 + 3 * i, 3), zoom((i) => (i % 5 < 2 ? 128 : 0))];
  expect([slate, paper, scene, clothes]).toEqual([0.9, 0.9, 1, 1]);
  const soft = (more: object) => poolOf({ ...GRAY, ...more }, COUNTING, [1, 3, 2], 'u').presentation.soft;
  expect([soft({ notice: 'Synthetic phantom' }), soft({})]).toEqual([true, undefined]);
});

const DRAWINGS: Presentation = { ends: [48, 208], zoom: [0.9, 1.1] };
const STILL: Presentation = { ends: [0, 255], zoom: [1, 1] };
const SCENES: Presentation = { ...STILL, zoom: [1, 1.15] };
const picture = (length: number, of: (i: number) => number) => Float32Array.from({ length }, (_, i) => of(i));
const levelsOf = (shown: ArrayLike<number>) => [...new Set(Array.from(shown))];

it('present evens out what is near the ends, and leaves few levels', () => {
  const flat = (byte: number) =>
    levelsOf(
      present(
        picture(64, () => byte / 127.5 - 1),
        [1, 8, 8],
        DRAWINGS,
        3,
      ),
    );
  expect([0, 12, 48, 128, 208, 255].flatMap(flat)).toEqual([0, 0, 0, 132, 255, 255]); // an even number of levels
  const ramp = picture(4096, (i) => (2.4 * i) / 4095 - 1.2);
  expect(levelsOf(present(ramp, [1, 64, 64], STILL, 0))).toHaveLength(LEVELS);
});

it('present moves and scales by lot: the same for the same seed, another for another', () => {
  const inside = (at: number) => at >= 4 && at < 24;
  const square = picture(784, (i) => (inside(i % 28) && inside(Math.floor(i / 28)) ? 1 : -1));
  const shown = Array.from({ length: 200 }, (_, seed) => present(square, [1, 28, 28], DRAWINGS, seed));
  const widths = shown.map((pixels) => pixels.subarray(392, 420).filter((v) => v >= 128).length);
  expect([Math.min(...widths), Math.max(...widths)]).toEqual([18, 22]);
  expect(present(square, [1, 28, 28], DRAWINGS, 7)).toEqual(shown[7]);
  expect(shown[7]).not.toEqual(shown[8]);
});

it('present keeps the channels of colour apart, and lets no edge of a scene come into view', () => {
  const planes = picture(135, (i) => [-1, -0.2, 1][Math.floor(i / 45)]!);
  const out = present(planes, [3, 5, 9], SCENES, 11);
  expect([0, 45, 90].flatMap((from) => levelsOf(out.subarray(from, from + 45)))).toEqual([0, 99, 255]);
  const ramp = picture(1024, (i) => (i % 32) / 15.5 - 1);
  for (let seed = 0; seed < 100; seed++) {
    const row = [...present(ramp, [1, 32, 32], SCENES, seed).subarray(0, 32)];
    expect(row.filter((v, i) => v === row[i + 1]).length, `seed ${seed}`).toBeLessThan(7);
    expect(row.filter((v) => v === row[0]).length).toBeLessThan(4);
  }
});

it('present softens where it is asked to: a point becomes 4, 2 and 1 sixteenths, edges go on, channels stay apart', () => {
  const soft: Presentation = { ...STILL, soft: true };
  const out = present(
    picture(25, (i) => (i === 12 ? 1 : -1)),
    [1, 5, 5],
    soft,
    0,
  );
  const near = (share: number) => Math.round(Math.round(share * (LEVELS - 1)) * (255 / (LEVELS - 1)));
  const [corner, side, middle] = [1 / 16, 1 / 8, 1 / 4].map(near);
  expect([...out.subarray(5, 15)]).toEqual([0, corner, side, corner, 0, 0, side, middle, side, 0]);
  const halves = present(
    picture(50, (i) => (i < 25 ? 1 : -1)),
    [2, 5, 5],
    soft,
    0,
  );
  expect([halves.subarray(0, 25), halves.subarray(25)].flatMap(levelsOf)).toEqual([255, 0]);
});
