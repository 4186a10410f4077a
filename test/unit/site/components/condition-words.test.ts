import { PREDICTION_TYPES } from '@onnoise/scheduler';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ageWords, classesLabel, conditionWords, usualRange } from '#site/components/condition-words.ts';
import { predictedQuantity, stepWords } from '#site/components/model-words.ts';
import { endsOf, readCondition } from '#site/views/sample/state/fields.ts';
import { check, DEFAULTS, fitDraft, toRequest } from '#site/views/sample/state/parameters.ts';

const BONE_AGE = { name: 'boneage', mean: 114.2, std: 66.3, min: 1, max: 228 };
const SHARE = { name: 'share', mean: 0.5, std: 0.2, min: 0, max: 1 };

it('bone ages are said in years and months, other numbers as they are, and sexes are sexes', () => {
  const ages = ['1 month', '1 year', '1 year', '1 year 1 month', '2 years', '10 years 2 months', '19 years'];
  expect([1, 11.6, 12, 13, 24, 122, 228].map(ageWords)).toEqual(ages);
  const words = (name: string, value: number) => {
    const { label, unit, say, brief } = conditionWords(name);
    return [label, unit, say(value), brief(value)];
  };
  expect(words('bone_age', 122)).toEqual(['Bone age', 'months', '10 years 2 months', '10 y 2 m']);
  expect(words('body_weight', 70.5)).toEqual(['Body weight', undefined, '70.5', '70.5']);
  const labels = [['female', 'male'], [], ['0', '1'], ['female', 'male', 'unknown'], ['male']].map(classesLabel);
  expect(labels).toEqual(['Sex', ...Array(4).fill('Classes')]);
});

it('a range is usually the inner part of a number, of bone ages from 2 to 18 years, always within that of training', () => {
  expect([BONE_AGE, { ...BONE_AGE, max: 100 }, SHARE].map(usualRange)).toEqual([
    [24, 216],
    [1, 100],
    [0.1, 0.9],
  ]);
  const double = (min: number) => fc.double({ min, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(double(-1e6), double(0), (min, width) => {
      const [low, high] = usualRange({ name: 'x', min, max: min + width });
      expect(low >= min && high <= min + width).toBe(true);
    }),
  );
});

it.each<[string, number[] | undefined, [number, number]?]>([
  ['24..216', [24, 120, 216], [24, 216]],
  [' 216 .. 24 ', [216, 120, 24], [216, 24]],
  ['12, 24', [12, 24], [12, 24]],
  ['30', [30], [30, 30]],
  ['', []],
  ...['0..100', '1..229', '..', '24..', '24..60..90', '24..60,90', 'a..b', '24...60x', '12,'].map(
    (text): [string, undefined] => [text, undefined],
  ),
])('readCondition of three pictures reads %j, whose ends are those of its slider', (text, values, ends) => {
  expect(readCondition(text, BONE_AGE, 3)).toEqual(values);
  if (values) expect(endsOf(text, BONE_AGE)).toEqual(ends);
});

it('a draft goes through the range of a number where nobody said anything of it, in one noise with one seed', () => {
  const limits = { timesteps: 1000, classes: 2, nullCondition: true, conditions: [BONE_AGE] };
  const usual = fitDraft(DEFAULTS, limits);
  expect(usual.conditions).toEqual({ boneage: '24..216' });
  const emptied = { ...DEFAULTS, conditions: { boneage: '' } };
  expect(fitDraft(emptied, limits)).toBe(emptied);
  const checked = check({ ...usual, start: 'same', count: '3', labels: [1] }, limits);
  expect('parameters' in checked && toRequest(checked.parameters, 2)).toMatchObject({
    count: 3,
    seeds: [170, 170, 170],
    labels: [1],
    conditions: { boneage: [24, 120, 216] },
  });
  const many = check({ ...DEFAULTS, count: '2', conditions: { boneage: '24,36,48' } }, limits);
  const why = '3 values need at least 3 pictures: choose fewer values or more pictures.';
  expect(many).toEqual({ problems: { 'condition.boneage': why } });
});

it('stepWords names what the network predicts, and nothing before a model is there', () => {
  expect(stepWords('v_prediction')).toBe(
    'and predicts the velocity v, a mixture of noise and picture, which gives an estimate of the clean picture,',
  );
  expect(stepWords('sample')).toBe('and predicts the clean picture x₀. This estimate is');
  expect(stepWords(null)).toBe('and gives an estimate of the clean picture,');
  expect(new Set(PREDICTION_TYPES.map(predictedQuantity)).size).toBe(PREDICTION_TYPES.length);
});
