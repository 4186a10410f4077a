import { describe, expect, it } from 'vitest';
import type { LiveFacts } from '#site/state/model-line.ts';
import {
  describeWanted,
  draftOf,
  fileStem,
  firstWanted,
  requestOf,
  seedOf,
  type Wanted,
} from '#site/views/sample/live/wanted.ts';
import { DEFAULTS } from '#site/views/sample/state/parameters.ts';

const AGE = { name: 'boneage', mean: 122.4, std: 50, min: 1, max: 228 };
const HANDS: LiveFacts = { calls: 1, classes: ['female', 'male'], conditions: [AGE] };
const PLAIN: LiveFacts = { calls: 2, classes: [], conditions: [] };
const WANTED: Wanted = { seed: 3, toward: 7, share: 0, label: 1, conditions: { boneage: 122 } };

describe('the picture that the sliders ask for', () => {
  it('begins with the middle one of the pictures that the settings ask for', () => {
    const one = { ...DEFAULTS, count: '1', seed: '3', toward: '7', labels: [1, 0] };
    expect(firstWanted(HANDS, { ...one, conditions: { boneage: '122' } })).toEqual(WANTED);
    const six = { ...DEFAULTS, count: '6', seed: '170', conditions: { boneage: '24..216' } };
    const third = { seed: 172, toward: 173, share: 0, label: 0, conditions: { boneage: 101 } };
    expect(firstWanted(HANDS, six)).toEqual(third);
    expect(firstWanted(HANDS, { ...six, conditions: {} }), 'the usual range').toEqual(third);
    expect(firstWanted(HANDS, { ...six, labels: [1] })).toEqual({ ...third, label: 1 });
    expect(firstWanted(PLAIN, DEFAULTS)).toEqual({ seed: 174, toward: 175, share: 0, label: 0, conditions: {} });
  });

  it.each([
    ['a seed that is none', { seed: 'x' }, { seed: 170, toward: 171 }],
    ['two seeds that are one', { seed: '9', toward: '9' }, { seed: 9, toward: 10 }],
    ['a class that the model lacks', { labels: [5] }, { label: 0 }],
    ['a number out of range', { conditions: { boneage: '900' } }, { conditions: { boneage: 122 } }],
    ['no number', { conditions: { boneage: '' } }, { conditions: { boneage: 122 } }],
    ['a count that is none', { count: 'many' }, { seed: 170 }],
  ])('begins with the usual in place of %s', (_, draft, wanted) => {
    expect(firstWanted(HANDS, { ...DEFAULTS, count: '1', ...draft })).toMatchObject(wanted);
  });

  it('starts from the noise of a seed at the ends, and from a mix between them', () => {
    expect(seedOf(WANTED)).toBe(3);
    expect(seedOf({ ...WANTED, share: 1 })).toBe(7);
    expect(seedOf({ ...WANTED, share: 0.35 })).toEqual({ seed: 3, toward: 7, share: 0.35 });
    expect(seedOf({ ...WANTED, toward: 3, share: 0.35 }), 'a seed is not mixed with itself').toBe(3);
  });

  it('is a request of one picture, with what the model takes and no more', () => {
    expect(requestOf(HANDS, WANTED)).toEqual({ seeds: [3], labels: [1], conditions: { boneage: 122 } });
    expect(requestOf(PLAIN, { ...WANTED, conditions: {} })).toEqual({ seeds: [3] });
  });

  it('is named in words and in a file', () => {
    expect(describeWanted(HANDS, WANTED)).toBe('male, bone age 10 years 2 months, seed 3');
    expect(describeWanted(PLAIN, { ...WANTED, share: 0.35 })).toBe('35 % from seed 3 to 7');
    expect(fileStem('hands-1', WANTED)).toBe('hands-1-seed3');
    expect(fileStem('hands-1', { ...WANTED, share: 0.35 })).toBe('hands-1-seed3to7at35');
  });

  it('has settings that make it again, unless it is a mix', () => {
    const draft = draftOf(HANDS, { ...WANTED, share: 1 })!;
    expect(draft).toMatchObject({ count: '1', seed: '7', labels: [1], conditions: { boneage: '122' } });
    expect(firstWanted(HANDS, draft)).toMatchObject({ seed: 7, label: 1, conditions: { boneage: 122 } });
    expect(draftOf(HANDS, { ...WANTED, share: 0.5 })).toBeUndefined();
  });
});
