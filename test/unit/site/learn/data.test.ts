import { expect, test } from 'vitest';
import { fromBytes } from '#site/state/picture.ts';
import { gradientOf, meansOf, type Weights } from '#site/views/learn/data/batch.tsx';
import { clippedShares, scaled, windowOf } from '#site/views/learn/data/scale.tsx';
import { expectClose } from '#test/compare.ts';

test('scaled has black and white where the window ends, cuts off what lies outside, and is the page’s where it is whole', () => {
  const bytes = Uint8Array.of(0, 1, 100, 127, 254, 255);
  expectClose(scaled(bytes, windowOf(127.5, 255)), fromBytes(bytes), { absolute: 1e-6 });
  const [levels, window] = [[10, 60, 80, 100, 140, 200], windowOf(100, 80)];
  expect([...scaled(levels, window)]).toEqual([-1, -1, -0.5, 0, 1, 1]);
  expect(clippedShares(levels, window)).toEqual({ black: 1 / 6, white: 1 / 6 });
});

const wave = (scale: number) => Float32Array.from({ length: 64 }, (_, i) => 0.8 * Math.sin(scale * i) - 0.2);

test('the smallest network has the gradient of its loss', () => {
  const [x0, noise] = [wave(0.7), Float32Array.from({ length: 64 }, (_, i) => Math.cos(5 * i))];
  const loss = ([scale, shift]: Weights) => {
    const errors = x0.map((value, i) => scale * (0.6 * value + 0.8 * noise[i]!) + shift - noise[i]!);
    return errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
  };
  const h = 1e-3;
  const slope = (a: number, b: number) => (loss([0.3 + a, -0.4 + b]) - loss([0.3 - a, -0.4 - b])) / (2 * h);
  expectClose(gradientOf(meansOf(x0, noise, 0.6, 0.8), [0.3, -0.4]), [slope(h, 0), slope(0, h)], { absolute: 5e-4 });
});
