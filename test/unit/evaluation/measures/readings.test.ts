import { describe, expect, it } from 'vitest';
import { areaOfClass, diceOfClasses, meanDice, numberErrors } from '#evaluation/measures/index.ts';

/** Two masks of six pixels, of background and three classes. */
const wanted = Uint8Array.of(0, 0, 1, 1, 2, 2, /* */ 0, 0, 0, 0, 3, 3);
const read = Uint8Array.of(0, 1, 1, 1, 2, 0, /* */ 0, 3, 1, 0, 3, 0);
const about = { count: 4, first: 1, plane: 6 };
const dice = diceOfClasses(read, wanted, about);

describe('diceOfClasses', () => {
  it('is twice the shared pixels of those of both, and not a number for background and for what a mask lacks', () => {
    expect(Array.from(dice)).toEqual([NaN, 4 / 5, 2 / 3, NaN, NaN, NaN, NaN, 2 / 4]);
  });

  it('counts a first class that is no background', () => {
    expect(diceOfClasses(read, wanted, { ...about, first: 0 })[0]).toBe(2 / 4);
  });
});

describe('meanDice', () => {
  it('leaves out masks of background alone, and is undefined where all are', () => {
    const empty = diceOfClasses(read, new Uint8Array(12), about);
    expect(meanDice(empty, 4)).toBeUndefined();
    expect(meanDice(Float64Array.of(...dice, ...empty), 4)!.value).toBe(meanDice(dice, 4)!.value);
  });

  it('has an interval within 0 and 1 from twenty masks on', () => {
    const many = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? NaN : 1 - 0.02 * (i % 3)));
    const { value, interval } = meanDice(many, 2)!;
    expect(interval![0]).toBeLessThan(value);
    expect(interval![1]).toBeGreaterThan(value);
    expect(interval![1]).toBeLessThanOrEqual(1);
  });
});

it('areaOfClass is the mean share of pixels', () => {
  expect([0, 1, 2, 3].map((k) => areaOfClass(wanted, 6, k).value)).toEqual([1 / 2, 1 / 6, 1 / 6, 1 / 6]);
});

it('numberErrors are mean absolute differences with an interval, one for each number', () => {
  const read = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i : 7));
  const asked = read.map((value, i) => (i % 2 === 0 ? value + (i % 4 === 0 ? 3 : -1) : 7));
  const [first, second] = numberErrors(read, asked, 2);
  expect(first!.value).toBe(2);
  expect(first!.interval![0]).toBeLessThan(2);
  expect(second).toEqual({ value: 0, interval: [0, 0] });
});
