import { describe, expect, it } from 'vitest';
import { createPace, formatRate, formatSeconds, quarterReached } from '#site/views/sample/state/pace.ts';

describe('createPace', () => {
  it('does not count the first step, which warms up', () => {
    const pace = createPace(10);
    expect(pace(1, 3)).toEqual({ seconds: 3, stepsPerSecond: 0, left: null });
    expect(pace(2, 3.5)).toEqual({ seconds: 3.5, stepsPerSecond: 2, left: 4 });
    expect(pace(3, 4)).toEqual({ seconds: 4, stepsPerSecond: 2, left: 3.5 });
  });

  it('follows a change of pace within seconds', () => {
    const pace = createPace(100);
    for (let step = 1; step <= 20; step++) pace(step, step / 10);
    let last = pace(21, 3);
    for (let step = 22; step <= 28; step++) last = pace(step, 3 + (step - 21));
    expect(last.stepsPerSecond).toBeCloseTo(1);
    expect(last.left).toBeCloseTo(72);
  });

  it('counts steps that were left out', () => {
    const pace = createPace(10);
    pace(1, 1);
    expect(pace(5, 3)).toEqual({ seconds: 3, stepsPerSecond: 2, left: 2.5 });
  });
});

it('formatSeconds reads well from fractions to minutes', () => {
  expect([0.834, 9.99, 9.996, 59.9, 59.96, 125.4].map(formatSeconds)).toEqual([
    '0.83 s',
    '9.99 s',
    '10.0 s',
    '59.9 s',
    '1 min 00 s',
    '2 min 05 s',
  ]);
});

it('formatRate has three digits', () => {
  expect([3.418, 34.18, 341.8].map(formatRate)).toEqual(['3.42', '34.2', '342']);
});

describe('quarterReached', () => {
  const told = (steps: number) =>
    Array.from({ length: steps }, (_, i) => quarterReached(i, i + 1, steps)).filter((quarter) => quarter > 0);

  it('tells each quarter once, and not the end', () => {
    expect(told(50)).toEqual([1, 2, 3]);
    expect(told(1000)).toEqual([1, 2, 3]);
    expect(told(2)).toEqual([2]);
    expect(told(1)).toEqual([]);
  });

  it('tells the last of several that steps left out have passed', () => {
    expect(quarterReached(1, 30, 50)).toBe(2);
    expect(quarterReached(30, 50, 50)).toBe(0);
  });
});
