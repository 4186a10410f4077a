import { expect, test } from 'vitest';
import { MASK_DICE } from '#evaluation/measures/index.ts';
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

test('how well masks fit stands in the tables', () => {
  const masks = { ...exampleMeasures(9)[0]!, ...MASK_DICE };
  const example = exampleEvaluation({ measures: [masks] });
  const sweep = [{ ...example.sweep![0]!, measures: [masks] }];
  const lines = describeEvaluation({ ...example, sweep }, { json: 'e.json', html: 'r.html' });
  expect(lines).toContainEqual(expect.stringMatching(/^Dice of masks +0\.948 +\(0\.926 to 0\.966\) +0\.986 +0\.104$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ +Dice of masks +a picture$/));
});

test('one of a thing is said in the singular', () => {
  const example = exampleEvaluation();
  const features = { ...example.features, width: 1, accuracy: undefined };
  const lines = describeEvaluation({ ...example, features }, { json: 'e.json', html: 'r.html' });
  expect(lines).toContain('Features: classifier of rings, 1 number an image');
  expect(describeFeatures(features)).toMatch(/, 1 number an image\)$/);
});
