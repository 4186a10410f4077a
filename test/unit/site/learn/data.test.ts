import { describe, expect, test } from 'vitest';
import { fromBytes } from '#site/state/pixels.ts';
import {
  average,
  batchOf,
  bestOf,
  contourOf,
  gradientOf,
  meansOf,
  noisyPictures,
  START,
  STEPS,
  scatterOf,
  singleScatter,
  type Weights,
  walkOf,
} from '#site/views/learn/data/batch/gradients.ts';
import { clippedShares, scaled, windowOf } from '#site/views/learn/data/small/window.ts';
import { expectClose } from '#test/compare.ts';

describe('scaled', () => {
  test('is what the page makes of bytes, where the window is all of them', () => {
    const bytes = Uint8Array.of(0, 1, 100, 127, 254, 255);
    expectClose(scaled(bytes, windowOf(127.5, 255)), fromBytes(bytes), { absolute: 1e-6 });
  });

  test('has black and white where the window ends, and cuts off what lies outside', () => {
    const window = windowOf(100, 80);
    expect([...scaled([10, 60, 80, 100, 140, 200], window)]).toEqual([-1, -1, -0.5, 0, 1, 1]);
    expect(clippedShares([10, 60, 80, 100, 140, 200], window)).toEqual({ black: 1 / 6, white: 1 / 6 });
  });
});

describe('the smallest network', () => {
  const wave = (scale: number) => Float32Array.from({ length: 64 }, (_, i) => 0.8 * Math.sin(scale * i) - 0.2);
  const meansAt = noisyPictures([wave(0.3), wave(1.1), wave(2)], 200);
  const all = Array.from({ length: 200 }, (_, place) => meansAt(place));
  const whole = average(all);

  test('has the gradient of its loss', () => {
    const [x0, noise] = [wave(0.7), Float32Array.from({ length: 64 }, (_, i) => Math.cos(5 * i))];
    const loss = ([scale, shift]: Weights) => {
      const errors = x0.map((value, i) => scale * (0.6 * value + 0.8 * noise[i]!) + shift - noise[i]!);
      return errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
    };
    const [a, b] = gradientOf(meansOf(x0, noise, 0.6, 0.8), [0.3, -0.4]);
    const h = 1e-3;
    expect(a).toBeCloseTo((loss([0.3 + h, -0.4]) - loss([0.3 - h, -0.4])) / (2 * h), 3);
    expect(b).toBeCloseTo((loss([0.3, -0.4 + h]) - loss([0.3, -0.4 - h])) / (2 * h), 3);
  });

  test('is best where the gradient of all pictures is zero', () => {
    for (const slope of gradientOf(whole, bestOf(whole))) expect(slope).toBeCloseTo(0, 10);
  });

  test('has rings of equal loss', () => {
    const loss = ([scale, shift]: Weights) =>
      scale * scale * whole.xx +
      2 * scale * shift * whole.x +
      shift * shift -
      2 * scale * whole.xe -
      2 * shift * whole.e;
    const least = loss(bestOf(whole));
    for (const point of contourOf(whole, 0.3)) expect(loss(point) - least).toBeCloseTo(0.3, 8);
  });

  test('gets gradients whose noise falls with the root of the batch', () => {
    for (const size of [1, 4, 16, 64]) {
      const expected = singleScatter(all) / Math.sqrt(size);
      expect(Math.abs(scatterOf(all, size, 600) / expected - 1)).toBeLessThan(0.12);
    }
  });

  test('walks from the start, and the calmer the larger the batches are', () => {
    const [a, b] = bestOf(whole);
    const late = (size: number) =>
      [1, 2, 3, 4, 5].reduce((sum, seed) => {
        const path = walkOf(all, size, seed);
        expect(path).toHaveLength(STEPS + 1);
        expect(path[0]).toBe(START);
        return sum + path.slice(-20).reduce((total, [x, y]) => total + (x - a) ** 2 + (y - b) ** 2, 0);
      }, 0);
    expect(late(64)).toBeLessThan(late(8));
    expect(late(8)).toBeLessThan(late(1));
  });

  test('draws the same batch for the same seed and step, and others for others', () => {
    expect([...batchOf(100, 8, 1, 0)]).toEqual([...batchOf(100, 8, 1, 0)]);
    expect([...batchOf(100, 8, 1, 0)]).not.toEqual([...batchOf(100, 8, 1, 1)]);
    expect([...batchOf(100, 8, 1, 0)]).not.toEqual([...batchOf(100, 8, 2, 0)]);
  });
});
