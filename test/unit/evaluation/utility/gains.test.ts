import { describe, expect, it } from 'vitest';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { figuresOf, gainOf, intervalAcross } from '#evaluation/utility/gains.ts';
import { measureOf, scoreOf, testSetOf } from '#evaluation/utility/score.ts';
import type { Run, TestSet } from '#evaluation/utility/types.ts';
import { gainLine } from '#evaluation/utility/verdict.ts';

const HIGHER = measureOf({ name: 'segment', classNames: [], about: { count: 2, first: 1, plane: 1 } });
const LOWER = measureOf({ name: 'regress', number: 'age' });

const plain = (count: number): TestSet =>
  testSetOf(
    { name: 'regress', number: 'age' },
    { count } as ImageSet,
    Array.from({ length: count }, (_, i) => i),
  );

/** Of test images whose values are the score and a part of each image's own. */
function pairs(gains: readonly number[], tested: number, own: (i: number) => number = () => 0): Run[] {
  return gains.flatMap((gain, seed) => [
    { arm: 'real' as const, count: 50, seed, score: 0.5, values: Array<number>(tested).fill(0.5) },
    {
      arm: 'both' as const,
      count: 50,
      seed,
      score: 0.5 + gain,
      values: Array.from({ length: tested }, (_, i) => 0.5 + gain + own(i)),
    },
  ]);
}

describe('gainOf', () => {
  it.each([
    ['helps', [0.1, 0.11, 0.09], HIGHER],
    ['hurts', [-0.1, -0.11, -0.09], HIGHER],
    ['cannot tell', [0.1, -0.11, 0.09], HIGHER],
    ['hurts', [0.1, 0.11, 0.09], LOWER],
    ['helps', [-0.1, -0.11, -0.09], LOWER],
    ['cannot tell', [0, 0, 0], LOWER],
  ] as const)('%s with differences of %s', (verdict, gains, measure) => {
    const gain = gainOf(pairs(gains, 12), 50, plain(12), measure)!;
    expect(gain.verdict).toBe(verdict);
    expect(gain.difference.value).toBeCloseTo((gains[0] + gains[1] + gains[2]) / 3, 12);
  });

  it('says what changed, in a sentence', () => {
    expect(gainLine(gainOf(pairs([0.1, 0.11, 0.09], 12), 50, plain(12), HIGHER)!)).toBe(
      '50 real images: helps. With synthetic images the Dice is higher: 0.500 without and 0.600 with them, a difference of +0.100 (+0.075 to +0.125) over 3 seeds.',
    );
    expect(gainLine(gainOf(pairs([-0.1, 0.11, 0.09], 12), 50, plain(12), LOWER)!)).toMatch(
      /^50 real images: cannot tell\. The mean absolute error of age is 0\.5 without and 0\.533 with them\. The difference, \+0\.0333 \(-0\.\d+ to \+0\.\d+\) over 3 seeds, may be chance\.$/,
    );
  });

  it('cannot tell where other test images might turn the difference around', () => {
    const gain = gainOf(
      pairs([0.1, 0.11, 0.09], 12, (i) => (i % 2 ? 0.4 : -0.4)),
      50,
      plain(12),
      HIGHER,
    )!;
    expect(gain.difference.interval![0]).toBeGreaterThan(0);
    expect(gain.acrossImages![0]).toBeLessThan(0);
    expect(gain.verdict).toBe('cannot tell');
    expect(gain.reason).toContain('may be chance of these test images: over others it may be -0.1');
  });

  it('cannot tell with two seeds, or with nine test images or patients', () => {
    expect(gainOf(pairs([0.1, 0.1], 12), 50, plain(12), HIGHER)!.reason).toContain('2 seeds cannot tell, it takes 3');
    const nine = gainOf(pairs([0.1, 0.11, 0.09], 9), 50, plain(9), HIGHER)!;
    expect([nine.verdict, nine.acrossImages]).toEqual(['cannot tell', null]);
    const patients = { ...plain(90), groups: Array.from({ length: 90 }, (_, i) => i % 9) };
    expect(gainOf(pairs([0.1, 0.11, 0.09], 90), 50, patients, HIGHER)!.reason).toContain(
      'There are fewer than 10 test images that do not belong together',
    );
  });

  it('takes only seeds that have both runs, and nothing of other numbers of images', () => {
    const runs = pairs([0.1, 0.11, 0.09, 0.5], 12).filter(({ arm, seed }) => arm === 'real' || seed < 3);
    const more = runs.map((run) => ({ ...run, count: 100, score: 0 }));
    const gain = gainOf([...more, ...runs], 50, plain(12), HIGHER)!;
    expect(gain.real.scores).toHaveLength(3);
    expect(gain.difference.value).toBeCloseTo(0.1, 12);
    expect(gainOf(runs, 200, plain(12), HIGHER)).toBeUndefined();
    expect(
      gainOf(
        runs.filter(({ arm }) => arm === 'real'),
        50,
        plain(12),
        HIGHER,
      ),
    ).toBeUndefined();
  });

  it('widens with the images of a patient, which are alike', () => {
    const values = Array.from({ length: 60 }, (_, i) => (Math.floor(i / 5) % 2 ? 1 : 0));
    const alone = plain(60);
    const patients = { ...alone, groups: values.map((_, i) => Math.floor(i / 5)) };
    const width = ([low, high] = [0, 0]) => high - low;
    // Five equal images a patient: as 12 images instead of 60.
    expect(width(intervalAcross(values, patients)) / width(intervalAcross(values, alone))).toBeCloseTo(
      ((2.20099 / Math.sqrt(11)) * Math.sqrt(59)) / 2.001,
      4,
    );
  });
});

describe('scoreOf', () => {
  it('of a classifier counts each class alike', () => {
    const labels = Int32Array.of(0, 0, 0, 1);
    const task = { name: 'classify', classNames: ['a', 'b', 'c'] } as const;
    const test = testSetOf(task, { count: 4, labels } as ImageSet, [0, 1, 2, 3]);
    expect(scoreOf(test, [1, 1, 1, 0])).toBeCloseTo(0.5, 12);
    expect(scoreOf(test, [1, 0, 0, 1])).toBeCloseTo((1 / 3 + 1) / 2, 12);
  });

  it('of a segmenter leaves out images without anything to find', () => {
    const about = { count: 2, first: 1, plane: 1 };
    const images = { count: 3 } as ImageSet;
    const test = testSetOf({ name: 'segment', classNames: [], about }, images, [0, 1, 2], [true, false, true]);
    expect(scoreOf(test, [0.5, null, 0.9])).toBeCloseTo(0.7, 12);
  });
});

it('figuresOf keeps the interval within what a score can be', () => {
  const runs = pairs([0.499, 0.3, 0.5], 1).filter(({ arm }) => arm === 'both');
  expect(figuresOf(runs, HIGHER)!.interval![1]).toBe(1);
  expect(figuresOf([], HIGHER)).toBeUndefined();
});
