import { expect, test } from 'vitest';
import { describeFeatures } from '#evaluation/report/words.ts';
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

test('one of a thing is said in the singular', () => {
  const example = exampleEvaluation();
  const features = { ...example.features, width: 1, accuracy: undefined };
  const lines = describeEvaluation({ ...example, features }, { json: 'e.json', html: 'r.html' });
  expect(lines).toContain('Features: classifier of rings, 1 number an image');
  expect(describeFeatures(features)).toMatch(/, 1 number an image\)$/);
});
