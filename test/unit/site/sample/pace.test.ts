import { expect, it } from 'vitest';
import { createPace, formatRate, formatSeconds } from '#site/views/sample/state/pace.ts';

it('createPace does not count the first step, which warms up, and counts steps that were left out', () => {
  const pace = createPace(10);
  expect(pace(1, 3)).toEqual({ seconds: 3, stepsPerSecond: 0, left: null });
  expect(pace(2, 3.5)).toEqual({ seconds: 3.5, stepsPerSecond: 2, left: 4 });
  expect(pace(6, 5.5)).toEqual({ seconds: 5.5, stepsPerSecond: 2, left: 2 });
});

it('createPace follows a change of pace within seconds', () => {
  const pace = createPace(100);
  for (let step = 1; step <= 20; step++) pace(step, step / 10);
  let last = pace(21, 3);
  for (let step = 22; step <= 28; step++) last = pace(step, step - 18);
  expect([last.stepsPerSecond, last.left].map((value) => Math.round(value!))).toEqual([1, 72]);
});

it('times and rates are written with three digits, and minutes as such', () => {
  const seconds = [0.834, 9.99, 9.996, 59.9, 59.96, 125.4].map(formatSeconds);
  expect(seconds).toEqual(['0.83 s', '9.99 s', '10.0 s', '59.9 s', '1 min 00 s', '2 min 05 s']);
  expect([3.418, 34.18, 341.8].map(formatRate)).toEqual(['3.42', '34.2', '342']);
});
