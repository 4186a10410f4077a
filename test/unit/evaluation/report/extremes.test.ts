/** Reports of unusual evaluations. */
import { describe, expect, it } from 'vitest';
import { formatReport } from '#evaluation/report/write.ts';
import { exampleEvaluation, exampleMeasures, exampleMemorisation, examplePictures } from '#test/evaluation.ts';

const BROKEN = /NaN|undefined|Infinity/;

describe('a report', () => {
  it('draws measures whose values are all the same, or 0, or without intervals', async () => {
    const [accuracy, frechet] = exampleMeasures(18);
    const all = (value: number) => ({ model: { value }, real: { value }, noise: { value } });
    const measures = [
      { ...accuracy!, ...all(1) },
      { ...frechet!, ...all(0) },
    ];
    const sweep = exampleEvaluation()
      .sweep!.slice(0, 1)
      .map((row) => ({ ...row, measures }));
    expect(await formatReport(exampleEvaluation({ measures, sweep }), examplePictures())).not.toMatch(BROKEN);
  });

  it('has no measures, or a sweep whose rows have others', async () => {
    const [row, ...rows] = exampleEvaluation().sweep!;
    const sweep = [
      { ...row!, measures: exampleMeasures(9).slice(0, 2) },
      { ...rows[0]!, measures: [] },
    ];
    const report = await formatReport(exampleEvaluation({ measures: [], sweep }), examplePictures());
    expect(report).not.toMatch(BROKEN);
    expect(report).toContain('<td class="n">–</td>');
  });

  it('takes a histogram of one bar, and one without any', async () => {
    const { tests } = exampleMemorisation();
    const one = { least: 1, quantiles: [1, 1, 1] as const, bars: [500] };
    const none = { least: 1, quantiles: [1, 1, 1] as const, bars: [0] };
    const distances = { samples: one, heldOut: none, edges: [1, 2], lower: 0.5, z: 0 };
    const memorisation = exampleMemorisation({
      tests: [{ ...tests[0]!, distances, scores: { ...distances, edges: [1, 1] } }],
      closest: [],
      sensitivity: [{ copies: 0, found: 0 }],
    });
    expect(await formatReport(exampleEvaluation({ memorisation }), examplePictures())).not.toMatch(BROKEN);
  });

  it('stays small enough for an e-mail with large pictures', { tags: 'long' }, async () => {
    const report = await formatReport(exampleEvaluation(), examplePictures([3, 160, 200]));
    expect(report.length).toBeLessThan(10e6);
  });
});
