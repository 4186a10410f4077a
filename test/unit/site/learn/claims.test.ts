/** What the chapters say was measured: recorded runs and their intervals, and the claims that rest on them. */

import { expect, test } from 'vitest';
import { intervalOf, verdictOf } from '#site/views/learn/improve/runs.ts';
import { POINTS, shareOf } from '#site/views/learn/why/figures.tsx';
import measured from '#site/views/learn/why/uses.json' with { type: 'json' };
import { expectClose } from '#test/compare.ts';

test('intervalOf is that of Student’s t: scipy.stats.t.interval(0.95, 4, loc=mean(x), scale=sem(x))', () => {
  const { mean, range } = intervalOf([-0.004, -0.007, -0.001, -0.006, -0.003]);
  expectClose([mean, ...range!], [-0.0042, -0.0071644, -0.0012356], { absolute: 1e-6 });
  expect(intervalOf([0.2])).toEqual({ mean: 0.2, range: undefined });
  expect(intervalOf([0.25, 0.25, 0.25])).toEqual({ mean: 0.25, range: [0.25, 0.25] });
});

test('verdictOf asks on which side of 0 an interval lies', () => {
  const of = (...values: number[]) => verdictOf(intervalOf(values));
  expect([of(-1, -1.1, -0.9), of(1, 1.1, 0.9), of(-1, 1, 0), of(-1)]).toEqual(['better', 'worse', 'open', 'alone']);
});

test('more than 15 steps are not measurably better, as the chapter says, and 5 miss a part of the data', () => {
  expect(POINTS.map(({ steps }) => steps)).toEqual([5, 15, 50, 250]);
  const [five, fifteen, ...more] = POINTS;
  expect(shareOf(five!.recall)).toBeLessThan(0.8);
  expect(shareOf(fifteen!.recall)).toBe(1);
  for (const kind of ['precision', 'recall'] as const) {
    for (const point of more) expect(point[kind].interval[0]).toBeLessThan(fifteen![kind].value);
    for (const { [kind]: share } of POINTS) expect(shareOf(share)).toBeLessThanOrEqual(1);
  }
});

test('the segmenter finds more than chance, as the chapter says', () => {
  const { background, ...parts } = measured.dice;
  expect(background).toBeGreaterThan(0.95);
  for (const dice of Object.values(parts)) expect(dice).toBeGreaterThan(0.6);
});
