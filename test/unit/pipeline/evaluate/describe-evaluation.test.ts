import { expect, test } from 'vitest';
import { describeEvaluation } from '#pipeline/commands/stages/describe-evaluation.ts';
import { exampleEvaluation, exampleMeasures } from '#test/evaluation.ts';

test('the table of a sweep names the options that it varies, and no others', () => {
  const { settings } = exampleEvaluation();
  const sweep = [0, 1].map((eta) => ({
    settings: { ...settings, sampler: 'ddim', options: { eta, spacing: 'leading' } },
    measures: exampleMeasures(18.2),
    secondsAPicture: 0.01,
  }));
  const lines = describeEvaluation(exampleEvaluation({ sweep }), { json: 'e.json', html: 'r.html' });
  expect(lines.filter((line) => line.startsWith('ddim')).map((line) => line.split('  ')[0])).toEqual([
    'ddim, 20 steps, eta 0',
    'ddim, 20 steps, eta 1',
  ]);
});
