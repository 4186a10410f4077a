import { describe, expect, it } from 'vitest';
import type { ImageShape } from '#site/state/pixels.ts';
import { LEVELS, type Presentation, present } from '#site/views/game/rules/presentation.ts';

const drawings: Presentation = { ends: [48, 208], zoom: [0.9, 1.1] };
const scenes: Presentation = { ends: [8, 247], zoom: [1, 1.15] };
const still: Presentation = { ends: [0, 255], zoom: [1, 1] };
const level = (byte: number) => byte / 127.5 - 1;

describe('present', () => {
  it('evens out what is near the ends: haze is black, a pale white is white', () => {
    const shape: ImageShape = [1, 8, 8];
    const flat = (byte: number) => new Set(present(new Float32Array(64).fill(level(byte)), shape, drawings, 3));
    expect([0, 4, 12, 48].map((byte) => [...flat(byte)])).toEqual(Array(4).fill([0]));
    expect([208, 244, 255].map((byte) => [...flat(byte)])).toEqual(Array(3).fill([255]));
    expect([...flat(128)]).toEqual([132]); // the middle lies between two of an even number of levels
  });

  it('leaves few levels, whatever comes in', () => {
    const x = Float32Array.from({ length: 4096 }, (_, i) => (2.4 * i) / 4095 - 1.2);
    expect(new Set(present(x, [1, 64, 64], still, 0)).size).toBe(LEVELS);
  });

  it('moves and scales by lot: the same for the same seed, another for another', () => {
    const shape: ImageShape = [1, 28, 28];
    const square = Float32Array.from({ length: 784 }, (_, i) => {
      const [u, v] = [i % 28, Math.floor(i / 28)];
      return u >= 4 && u < 24 && v >= 4 && v < 24 ? 1 : -1;
    });
    const widths = Array.from(
      { length: 200 },
      (_, seed) =>
        present(square, shape, drawings, seed)
          .subarray(14 * 28, 15 * 28)
          .filter((v) => v >= 128).length,
    );
    expect([Math.min(...widths), Math.max(...widths)]).toEqual([18, 22]);
    expect(present(square, shape, drawings, 7)).toEqual(present(square, shape, drawings, 7));
    expect(present(square, shape, drawings, 7)).not.toEqual(present(square, shape, drawings, 8));
  });

  it('keeps the channels of colour apart, and sides that differ', () => {
    const shape: ImageShape = [3, 5, 9];
    const x = Float32Array.from({ length: 135 }, (_, i) => level([0, 102, 255][Math.floor(i / 45)]!));
    const out = present(x, shape, { ends: [0, 255], zoom: [1, 1.15] }, 11);
    expect([0, 45, 90].map((from) => [...new Set(out.subarray(from, from + 45))])).toEqual([[0], [99], [255]]);
  });

  it('lets no edge of a scene come into view', () => {
    const shape: ImageShape = [1, 32, 32];
    const ramp = Float32Array.from({ length: 1024 }, (_, i) => (i % 32) / 15.5 - 1);
    for (let seed = 0; seed < 100; seed++) {
      const row = present(ramp, shape, { ...scenes, ends: [0, 255] }, seed).subarray(0, 32);
      const steps = Array.from({ length: 31 }, (_, i) => row[i + 1]! - row[i]!);
      expect(steps.filter((step) => step === 0).length, `seed ${seed}`).toBeLessThan(7);
      expect(row.filter((v) => v === row[0]).length).toBeLessThan(4);
    }
  });

  it('softens where it is asked to: a point becomes 4, 2 and 1 sixteenths, and an edge goes on', () => {
    const soft: Presentation = { ...still, soft: true };
    const point = Float32Array.from({ length: 25 }, (_, i) => (i === 12 ? 1 : -1));
    const out = present(point, [1, 5, 5], soft, 0);
    const near = (level: number) => Math.round(Math.round((level / 255) * (LEVELS - 1)) * (255 / (LEVELS - 1)));
    expect([...out.subarray(5, 10)]).toEqual([0, near(255 / 16), near(255 / 8), near(255 / 16), 0]);
    expect([...out.subarray(10, 15)]).toEqual([0, near(255 / 8), near(255 / 4), near(255 / 8), 0]);
    expect([...new Set(present(new Float32Array(75).fill(1), [3, 5, 5], soft, 0))]).toEqual([255]);
    const half = Float32Array.from({ length: 50 }, (_, i) => (i < 25 ? 1 : -1));
    expect([...new Set(present(half, [2, 5, 5], soft, 0).subarray(25))], 'channels stay apart').toEqual([0]);
  });

  it('stands a picture of one pixel', () => {
    expect([...present([1], [1, 1, 1], drawings, 5)]).toEqual([255]);
  });
});
