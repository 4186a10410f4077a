import { describe, expect, it } from 'vitest';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { figuresOf, gainOf, scoreOf, testSetOf } from '#evaluation/utility/gains.ts';
import type { Run, TestSet } from '#evaluation/utility/types.ts';
import { gainLine } from '#evaluation/utility/verdict.ts';

/** Test images of one class, each of its own patient. */
const plain = (count: number): TestSet =>
  testSetOf(
    { count, labels: new Int32Array(count) } as ImageSet,
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
    ['helps', [0.1, 0.11, 0.09]],
    ['hurts', [-0.1, -0.11, -0.09]],
    ['cannot tell', [0.1, -0.11, 0.09]],
    ['cannot tell', [0, 0, 0]],
  ] as const)('%s with differences of %s', (verdict, gains) => {
    const gain = gainOf(pairs(gains, 12), 50, plain(12))!;
    expect(gain.verdict).toBe(verdict);
    expect(gain.difference.value).toBeCloseTo((gains[0] + gains[1] + gains[2]) / 3, 12);
  });

  it('says what changed, in a sentence', () => {
    expect(gainLine(gainOf(pairs([0.1, 0.11, 0.09], 12), 50, plain(12))!)).toBe(
      '50 real images: helps. With synthetic images the balanced accuracy is higher: 0.500 without and 0.600 with them, a difference of +0.100 (+0.075 to +0.125) over 3 seeds.',
    );
    expect(gainLine(gainOf(pairs([-0.1, 0.11, 0.09], 12), 50, plain(12))!)).toMatch(
      /^50 real images: cannot tell\. The balanced accuracy is 0\.500 without and 0\.533 with them\. The difference, \+0\.033 \(-0\.\d+ to \+0\.\d+\) over 3 seeds, may be chance\.$/,
    );
  });

  it('cannot tell where other test images might turn the difference around', () => {
    const gain = gainOf(
      pairs([0.1, 0.11, 0.09], 12, (i) => (i % 2 ? 0.4 : -0.4)),
      50,
      plain(12),
    )!;
    expect(gain.difference.interval![0]).toBeGreaterThan(0);
    expect(gain.acrossImages![0]).toBeLessThan(0);
    expect(gain.verdict).toBe('cannot tell');
    expect(gain.reason).toContain('may be chance of these test images: over others it may be -0.1');
  });

  it('cannot tell with two seeds, or with nine test images or patients', () => {
    expect(gainOf(pairs([0.1, 0.1], 12), 50, plain(12))!.reason).toContain('2 seeds cannot tell, it takes 3');
    const nine = gainOf(pairs([0.1, 0.11, 0.09], 9), 50, plain(9))!;
    expect([nine.verdict, nine.acrossImages]).toEqual(['cannot tell', null]);
    const patients = { ...plain(90), groups: Array.from({ length: 90 }, (_, i) => i % 9) };
    expect(gainOf(pairs([0.1, 0.11, 0.09], 90), 50, patients)!.reason).toContain(
      'There are fewer than 10 test images that do not belong together',
    );
  });

  it('takes only seeds that have both runs, and nothing of other numbers of images', () => {
    const runs = pairs([0.1, 0.11, 0.09, 0.5], 12).filter(({ arm, seed }) => arm === 'real' || seed < 3);
    const more = runs.map((run) => ({ ...run, count: 100, score: 0 }));
    const gain = gainOf([...more, ...runs], 50, plain(12))!;
    expect(gain.real.scores).toHaveLength(3);
    expect(gain.difference.value).toBeCloseTo(0.1, 12);
    expect(gainOf(runs, 200, plain(12))).toBeUndefined();
  });
});

it('scoreOf counts each class alike', () => {
  const labels = Int32Array.of(0, 0, 0, 1);
  const test = testSetOf({ count: 4, labels } as ImageSet, [0, 1, 2, 3]);
  expect(scoreOf(test, [1, 1, 1, 0])).toBeCloseTo(0.5, 12);
  expect(scoreOf(test, [1, 0, 0, 1])).toBeCloseTo((1 / 3 + 1) / 2, 12);
});

it('figuresOf keeps the interval within what a score can be', () => {
  const runs = pairs([0.499, 0.3, 0.5], 1).filter(({ arm }) => arm === 'both');
  expect(figuresOf(runs)!.interval![1]).toBe(1);
  expect(figuresOf([])).toBeUndefined();
});
