import { expect, test } from 'vitest';
import { lossLines } from '#evaluation/compare/charts.ts';
import { measureStrip } from '#evaluation/report/charts.ts';
import { textOf } from '#evaluation/report/html.ts';

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

test('every line of a narrow logarithmic axis has its number', async () => {
  const metrics = [0.84, 0.8, 0.76].map((loss, i) => ({ step: i + 1, seconds: i, loss }));
  const side = { name: 'a', metrics, validation: [] } as unknown as Parameters<typeof lossLines>[0][number];
  const ticks = ticksOf(textOf(await lossLines([side], 'step')));
  expect([...ticks.keys()]).toEqual(expect.arrayContaining(['0.75', '0.8', '0.85']));
});
