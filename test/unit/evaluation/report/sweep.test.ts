import { describe, expect, it, test } from 'vitest';
import { textOf } from '#evaluation/report/html.ts';
import { sideBySide } from '#evaluation/report/side-by-side.ts';
import { sweepSection } from '#evaluation/report/sweep.ts';
import { expectClose } from '#test/compare.ts';
import { exampleEvaluation, exampleMeasures } from '#test/evaluation.ts';

describe('sideBySide', () => {
  it('leaves values alone that are alone', () => {
    const { domain, places } = sideBySide([5, 50, 10, 20], 300, 30);
    expect(domain).toEqual([5, 50]);
    expectClose(places, [5, 50, 10, 20], { relative: 1e-12 });
  });

  it('puts equal values eleven pixels apart around their place', () => {
    const { domain, places } = sideBySide([10, 100, 100, 100], 300, 30);
    const pixel = (value: number) => (300 * Math.log(value / domain[0])) / Math.log(domain[1] / domain[0]);
    expectClose(places.map(pixel), [0, 289, 300, 311], { absolute: 1e-9 });
  });

  it('keeps them clear of the next value and of the ends of the paper', () => {
    const { places } = sideBySide([20, 21, 21, 21, 21, 40], 300, 30);
    expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
    const { domain, places: many } = sideBySide(
      Array.from({ length: 40 }, () => 7),
      300,
      30,
    );
    expect(domain).toEqual([3.5, 14]);
    expect((300 * Math.log(many.at(-1)! / many[0]!)) / Math.log(4)).toBeLessThan(60);
  });
});

test('intervals at equal numbers of calls stand side by side, each through its point', async () => {
  const { settings } = exampleEvaluation();
  const sweep = ['ddim', 'euler', 'heun'].flatMap((sampler) =>
    [10, 20].map((steps) => ({
      settings: { ...settings, sampler, steps, calls: sampler === 'heun' ? 2 * steps : steps },
      measures: exampleMeasures(18.2),
      secondsAPicture: 0.01,
    })),
  );
  const section = textOf((await sweepSection(sweep))!);
  expect(section).toContain('equal numbers of calls stand side by side');
  const svg = section.match(/<svg[^>]*class="chart".*?<\/svg>/s)![0];
  const bars = [...svg.matchAll(/<line stroke="var\(--c\d\)"[^>]* x1="([\d.]+)"/g)].map(([, x]) => Number(x));
  const points = [...svg.matchAll(/<path[^>]*stroke="var\(--c\d\)"[^>]*transform="translate\(([\d.]+),/g)].map(
    ([, x]) => Number(x),
  );
  expect(bars.length).toBe(6);
  const ascending = bars.toSorted((a, b) => a - b);
  for (const [i, x] of ascending.entries()) expect(x - (ascending[i - 1] ?? 0), `bar ${i}`).toBeGreaterThan(10);
  expectClose(
    points.toSorted((a, b) => a - b),
    ascending,
    { absolute: 0.01 },
  );
});
