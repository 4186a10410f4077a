import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFilm } from '#pipeline/commands/stages/film.ts';
import { spreadSteps } from '#training/pictures/spread-steps.ts';

describe('spreadSteps', () => {
  test('is evenly spread, rises, stays within the steps and ends with the last', () => {
    expect(spreadSteps(10, 4)).toEqual([3, 5, 8, 10]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 120 }), (steps, wanted) => {
        const kept = spreadSteps(steps, wanted);
        expect(kept).toHaveLength(Math.min(steps, wanted));
        expect(kept.at(-1)).toBe(steps);
        expect(kept[0]).toBeGreaterThanOrEqual(1);
        const gaps = kept.map((step, i) => step - (kept[i - 1] ?? 0));
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('is all steps when more are wanted', () => {
    expect(spreadSteps(3, 9)).toEqual([1, 2, 3]);
  });
});

describe('createFilm', () => {
  test('keeps copies of the wanted steps, batch by batch', () => {
    const film = createFilm(3, 2, [1, 3]);
    const x = new Float32Array(4);
    for (const step of [1, 2, 3]) film.keep({ step, first: 0, x: x.fill(step) });
    for (const step of [1, 2, 3]) film.keep({ step, first: 2, x: x.subarray(0, 2).fill(10 * step) });
    expect([...film.frames.keys()]).toEqual([1, 3]);
    expect([...film.frames.get(1)!]).toEqual([1, 1, 1, 1, 10, 10]);
    expect([...film.frames.get(3)!]).toEqual([3, 3, 3, 3, 30, 30]);
  });

  test('refuses more than fits', () => {
    expect(() => createFilm(1000, 64 * 64 * 3, spreadSteps(300, 300))).toThrow(/at most 1 GiB, received 13\.7 GiB/);
  });
});
