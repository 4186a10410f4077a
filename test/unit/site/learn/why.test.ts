import { expect, test } from 'vitest';
import { cornersOf, POINTS, shareOf, speedOf } from '#site/views/learn/why/measured.ts';
import { nearest, placeOf } from '#site/views/learn/why/triangle.tsx';

test('what was measured is shares with their intervals, at few and many steps', () => {
  expect(POINTS.map(({ steps }) => steps)).toEqual([5, 15, 50, 250]);
  for (const { precision, recall } of POINTS) {
    for (const { value, interval, real } of [precision, recall]) {
      expect(interval[0]).toBeLessThanOrEqual(value);
      expect(interval[1]).toBeGreaterThanOrEqual(value);
      expect(real).toBeGreaterThan(0.5);
      expect(shareOf({ value, interval, real })).toBeLessThanOrEqual(1);
    }
  }
});

test('more than 15 steps are not measurably better, as the chapter says, and 5 miss a part of the data', () => {
  const [five, fifteen, ...more] = POINTS;
  expect(shareOf(five!.recall)).toBeLessThan(0.8);
  expect(shareOf(fifteen!.recall)).toBe(1);
  for (const { precision, recall } of more) {
    expect(precision.interval[0]).toBeLessThan(fifteen!.precision.value);
    expect(recall.interval[0]).toBeLessThan(fifteen!.recall.value);
  }
});

test('corners share one whole, and fewer steps are nearer to the fast one', () => {
  const speeds = POINTS.map((point) => cornersOf(point).speed);
  for (const point of POINTS) {
    const { quality, speed, coverage } = cornersOf(point);
    expect(quality + speed + coverage).toBeCloseTo(1);
  }
  expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
  expect([speedOf(1), speedOf(1000)]).toEqual([1, 0]);
});

test('a press in the triangle takes the nearest point', () => {
  for (const point of POINTS) {
    const [x, y] = placeOf(point);
    expect(nearest(x + 1, y - 1)).toBe(point);
  }
  expect(nearest(0, 300)).toBe(POINTS[0]);
});
