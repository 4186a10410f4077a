import { expect, test } from 'vitest';
import { measureStrip } from '#pipeline/evaluate/report/charts.ts';
import { textOf } from '#pipeline/evaluate/report/html.ts';

/** The horizontal places of a chart's ticks, by their words. */
const ticksOf = (svg: string) =>
  new Map(
    [...svg.matchAll(/<text[^>]*transform="translate\(([\d.]+),[^>]*>([^<]*)<\/text>/g)].map(([, x, name]) => [
      name,
      Number(x),
    ]),
  );

test('a distance that chance takes below 0 is not pushed together by noise', async () => {
  const svg = textOf(
    await measureStrip({
      id: 'kernel',
      name: 'Kernel distance',
      better: 'lower',
      model: { value: 186, interval: [-187, 558] },
      real: { value: -12, interval: [-300, 270] },
      noise: { value: 25_100 },
    }),
  );
  const ticks = ticksOf(svg);
  expect([...ticks.keys()]).toEqual(['-100', '0', '100', '1,000', '10,000']);
  expect(ticks.get('1,000')! - ticks.get('0')!).toBeGreaterThan(80);
});
