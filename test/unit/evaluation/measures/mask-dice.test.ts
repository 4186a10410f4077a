import { describe, expect, it } from 'vitest';
import { aboutMeasure, areaOfClass, diceOfClass, diceOfClasses, meanDice } from '#evaluation/measures/index.ts';

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

  it('is 1 for the same masks and 0 where none of the pixels is shared', () => {
    expect([...diceOfClasses(wanted, wanted, about)].filter((value) => value >= 0)).toEqual([1, 1, 1]);
    const none = new Uint8Array(wanted.length);
    expect([...diceOfClasses(none, wanted, about)].filter((value) => value >= 0)).toEqual([0, 0, 0]);
  });
});

describe('meanDice', () => {
  it('is the mean over the classes of each mask, then over masks', () => {
    expect(meanDice(dice, 4)!.value).toBeCloseTo(((4 / 5 + 2 / 3) / 2 + 1 / 2) / 2, 12);
  });

  it('leaves out masks of background alone, and is undefined where all are', () => {
    const empty = diceOfClasses(read, new Uint8Array(12), about);
    expect(meanDice(empty, 4)).toBeUndefined();
    expect(meanDice(Float64Array.of(...dice, ...empty), 4)!.value).toBe(meanDice(dice, 4)!.value);
  });

  it('has an interval within 0 and 1 from ten masks on', () => {
    const many = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? NaN : 1 - 0.02 * (i % 3)));
    const { value, interval } = meanDice(many, 2)!;
    expect(interval![0]).toBeLessThan(value);
    expect(interval![1]).toBeGreaterThan(value);
    expect(interval![1]).toBeLessThanOrEqual(1);
  });
});

it('diceOfClass is the mean over the masks that have the class', () => {
  expect(diceOfClass(dice, 4, 1)!.value).toBe(4 / 5);
  expect(diceOfClass(dice, 4, 3)!.value).toBe(1 / 2);
  expect(diceOfClass(dice, 4, 0)).toBeUndefined();
});

it('areaOfClass is the mean share of pixels', () => {
  expect([0, 1, 2, 3].map((k) => areaOfClass(wanted, 6, k).value)).toEqual([1 / 2, 1 / 6, 1 / 6, 1 / 6]);
});

it('the report explains the measure', () => {
  expect(aboutMeasure('mask_dice')!.how).toContain('Dice similarity coefficient');
});
