/** Reports of unusual evaluations. */
import { expect, it } from 'vitest';
import { formatReport } from '#evaluation/report/write.ts';
import { exampleEvaluation, exampleMeasures, exampleMemorisation, examplePictures } from '#test/evaluation.ts';

const [accuracy, frechet] = exampleMeasures(18);
const all = (value: number) => ({ model: { value }, real: { value }, noise: { value } });
const { tests } = exampleMemorisation();
const one = { least: 1, quantiles: [1, 1, 1] as const, bars: [500] };
const distances = { samples: one, heldOut: { ...one, bars: [0] }, edges: [1, 2], lower: 0.5, z: 0 };
const memorisation = exampleMemorisation({
  tests: [{ ...tests[0]!, distances, scores: { ...distances, edges: [1, 1] } }],
  closest: [],
  sensitivity: [{ copies: 0, found: 0 }],
});

it.each<[string, Parameters<typeof exampleEvaluation>[0]]>([
  [
    'all the same, or 0, without intervals',
    {
      measures: [
        { ...accuracy!, ...all(1) },
        { ...frechet!, ...all(0) },
      ],
    },
  ],
  ['none', { measures: [] }],
  ['histograms of one bar, and without any', { memorisation }],
])('a report draws values that are %s', async (_, more) => {
  expect(await formatReport(exampleEvaluation(more), examplePictures())).not.toMatch(/NaN|undefined|Infinity/);
});

it('a report stays small enough for an e-mail with large pictures', { tags: 'long' }, async () => {
  const report = await formatReport(exampleEvaluation(), examplePictures([3, 160, 200]));
  expect(report.length).toBeLessThan(10e6);
});
