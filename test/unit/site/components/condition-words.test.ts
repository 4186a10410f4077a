import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageWords, classesLabel, conditionWords, usualRange } from '#site/components/condition-words.ts';
import { endsOf, evenly, readCondition, usualConditionDraft } from '#site/views/sample/state/condition-draft.ts';
import { check, DEFAULTS, fitDraft, toRequest } from '#site/views/sample/state/parameters.ts';

const BONE_AGE = { name: 'boneage', mean: 114.2, std: 66.3, min: 1, max: 228 };
const SHARE = { name: 'share', mean: 0.5, std: 0.2, min: 0, max: 1 };

describe('conditionWords', () => {
  it('says bone ages in years and months', () => {
    expect([1, 11.6, 12, 13, 24, 122, 228].map(ageWords)).toEqual([
      '1 month',
      '1 year',
      '1 year',
      '1 year 1 month',
      '2 years',
      '10 years 2 months',
      '19 years',
    ]);
    const { label, unit, say, brief } = conditionWords('boneage');
    expect([label, unit, say(122), brief(122), brief(7)]).toEqual([
      'Bone age',
      'months',
      '10 years 2 months',
      '10 y 2 m',
      '7 m',
    ]);
    expect(conditionWords('bone_age').label).toBe('Bone age');
    expect(conditionWords('time_in_months').say(18)).toBe('1 year 6 months');
  });

  it('says all other numbers as they are', () => {
    const { label, unit, say, brief } = conditionWords('body_weight');
    expect([label, unit, say(70.5), brief(70.5)]).toEqual(['Body weight', undefined, '70.5', '70.5']);
  });

  it('calls sexes sexes', () => {
    expect(classesLabel(['female', 'male'])).toBe('Sex');
    for (const names of [[], ['0', '1'], ['female', 'male', 'unknown'], ['male']]) {
      expect(classesLabel(names)).toBe('Classes');
    }
  });
});

describe('a range of a number', () => {
  it('is usually its inner part, of bone ages from 2 to 18 years, and always within the range of training', () => {
    expect(usualRange(BONE_AGE)).toEqual([24, 216]);
    expect(usualRange({ ...BONE_AGE, max: 100 })).toEqual([1, 100]);
    expect(usualRange(SHARE)).toEqual([0.1, 0.9]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (min, width) => {
          const [low, high] = usualRange({ name: 'x', min, max: min + width });
          expect(low).toBeGreaterThanOrEqual(min);
          expect(high).toBeLessThanOrEqual(min + width);
        },
      ),
    );
  });

  it('is spread over the pictures, both ends included', () => {
    expect(readCondition('24..216', BONE_AGE, 9)).toEqual([24, 48, 72, 96, 120, 144, 168, 192, 216]);
    expect(readCondition(' 216 .. 24 ', BONE_AGE, 3)).toEqual([216, 120, 24]);
    expect(readCondition('0..1', SHARE, 3)).toEqual([0, 0.5, 1]);
    expect(readCondition('0.25..0.75', SHARE, 1)).toEqual([0.25]);
    expect(evenly(1, 3, 5)).toEqual([1, 1.5, 2, 2.5, 3]);
  });

  it('is one of three forms, and each is checked against the range of training', () => {
    expect(readCondition('', BONE_AGE, 3)).toEqual([]);
    expect(readCondition('12, 24', BONE_AGE, 3)).toEqual([12, 24]);
    expect(readCondition('120', BONE_AGE, 3)).toEqual([120]);
    for (const text of ['0..100', '1..229', '..', '24..', '24..60..90', '24..60,90', 'a..b', '24...60x', '12,']) {
      expect(readCondition(text, BONE_AGE, 3), text).toBeUndefined();
    }
    expect(endsOf('24..216', BONE_AGE)).toEqual([24, 216]);
    expect(endsOf('30,60,45', BONE_AGE)).toEqual([30, 45]);
    expect(endsOf('30', BONE_AGE)).toEqual([30, 30]);
    expect(endsOf('', BONE_AGE)).toBeUndefined();
    expect(endsOf('x', BONE_AGE)).toBeUndefined();
  });
});

describe('a draft for a model that takes a number', () => {
  const limits = { timesteps: 1000, classes: 2, nullCondition: true, conditions: [BONE_AGE] };

  it('goes through its range where nobody said anything of it, since a class without it was never trained', () => {
    expect(fitDraft(DEFAULTS, limits).conditions).toEqual({ boneage: '24..216' });
    expect(usualConditionDraft({ boneage: '' }, [BONE_AGE])).toEqual({});
    const emptied = { ...DEFAULTS, conditions: { boneage: '' } };
    expect(fitDraft(emptied, limits)).toBe(emptied);
    expect(fitDraft(fitDraft(DEFAULTS, limits), { ...limits, conditions: [] })).toEqual(DEFAULTS);
  });

  it('with one seed has the same noise for all pictures, and the ages from end to end', () => {
    const draft = { ...DEFAULTS, start: 'same', count: '3', labels: [1], conditions: { boneage: '24..216' } };
    const checked = check(draft, limits);
    expect(checked).toMatchObject({ parameters: { start: { kind: 'same' } } });
    if (!('parameters' in checked)) throw new Error('no parameters');
    expect(toRequest(checked.parameters, 2)).toMatchObject({
      count: 3,
      seeds: [170, 170, 170],
      labels: [1],
      conditions: { boneage: [24, 120, 216] },
    });
  });

  it('does not ask for more values than pictures', () => {
    const draft = { ...DEFAULTS, count: '2', conditions: { boneage: '24,36,48' } };
    expect(check(draft, limits)).toEqual({
      problems: { 'condition.boneage': '3 values need at least 3 pictures: choose fewer values or more pictures.' },
    });
  });
});
