import { SAMPLER_NAMES, SPACINGS } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { check, DEFAULTS, type Draft, fitDraft, type Limits, toRequest } from '#site/views/sample/state/parameters.ts';

const AGE = { name: 'age', mean: 127.31, std: 40, min: 10, max: 200 };
const DIGITS: Limits = { timesteps: 1000, classes: 10 };
const AGES: Limits = { ...DIGITS, nullCondition: true, conditions: [AGE] };
const BROUGHT = { picture: true, mask: true };
const request = (draft: Partial<Draft>, limits = DIGITS) => {
  const result = check({ ...DEFAULTS, ...draft }, limits, BROUGHT);
  return 'parameters' in result ? toRequest(result.parameters, limits.classes) : result.problems;
};
const USUAL = { count: 10, steps: 20, noise: 1, sampler: 'dpmpp_2m_sde', seed: 170 };

describe('what is asked of the model', () => {
  it('is the defaults, and what the sampler and the start take and no more', () => {
    expect(request({})).toEqual(USUAL);
    expect(request({ sampler: 'ddpm', spacing: 'trailing', eta: 'much' })).toMatchObject({ spacing: 'trailing' });
    expect(request({ sampler: 'ddim', eta: '.3', labels: [7, 3] })).toEqual({
      count: 10,
      steps: 20,
      sampler: 'ddim',
      eta: 0.3,
      seed: 170,
      labels: [7, 3],
    });
    expect(request({ start: 'fill', resamples: '2' })).toMatchObject({ seed: 170, resamples: 2 });
    expect(request({ start: 'redraw', strength: '.4' })).toMatchObject({ seed: 170, strength: 0.4 });
    const near = request({ start: 'vary', variation: '0.2', labels: [4] });
    expect(near).toMatchObject({ variations: 170, variation: 0.2 });
    const between = request({ start: 'between', toward: '7', count: '4', labels: [3, 8] });
    expect(between).toMatchObject({ interpolate: [170, 7], labels: [3, 8] });
  });

  it('is guidance and numbers of a model that takes them alone, else the mean where it cannot do without', () => {
    const draft = { guidance: '2.5', interval: ' 10, 250.5', conditions: { age: '12, 120' } };
    const asked = { guidance: 2.5, guidanceInterval: [10, 250.5], conditions: { age: [12, 120] } };
    expect(request(draft, AGES)).toMatchObject(asked);
    expect(request(draft)).toEqual(USUAL);
    expect(request({}, AGES)).not.toHaveProperty('conditions');
    expect(request({}, { ...AGES, nullCondition: false })).toMatchObject({ conditions: { age: [127] } });
    const odd = { ...DIGITS, conditions: [{ ...AGE, name: 'constructor' }] };
    expect(request({}, odd)).toMatchObject({ conditions: { constructor: [127] } });
  });

  it('is the own calls of a student, whatever fields hold that are not shown', () => {
    const student = { ...DIGITS, nullCondition: true, distilled: { calls: 2, guidance: 1.1 } };
    const asked = request({ steps: 'many', sampler: 'heun', eta: '7', guidance: 'x' }, student);
    expect(asked).toMatchObject({ steps: 2, sampler: 'ddim', eta: 0 });
    expect(asked).not.toHaveProperty('guidance');
  });
});

const SEEDS = 'The seed must be a whole number from 0 to 9007199254740975, not';
it.each<[Partial<Draft>, string, string]>([
  [{ count: '0' }, 'count', 'Pictures must be a whole number from 1 to 16, not “0”.'],
  [{ count: '17' }, 'count', 'Pictures must be a whole number from 1 to 16, not “17”.'],
  [{ count: '2.5' }, 'count', 'Pictures must be a whole number from 1 to 16, not “2.5”.'],
  [{ steps: '' }, 'steps', 'Steps must be a whole number from 1 to 1000.'],
  [{ steps: '1001' }, 'steps', 'Steps must be a whole number from 1 to 1000, not “1001”.'],
  [{ seed: '-1' }, 'seed', `${SEEDS} “-1”.`],
  [{ seed: '1e3' }, 'seed', `${SEEDS} “1e3”.`],
  [{ sampler: 'nonesuch' }, 'sampler', `The sampler must be ${SAMPLER_NAMES.join(' or ')}, not “nonesuch”.`],
  [{ sampler: 'ddim', eta: '1.1' }, 'eta', 'Eta must be a number from 0 to 1, not “1.1”.'],
  [{ spacing: 'even' }, 'spacing', `Spacing must be one of ${SPACINGS.join(', ')}, not “even”.`],
  [{ labels: [10] }, 'labels', 'A class must be a whole number from 0 to 9, not “10”.'],
  [
    { count: '1', labels: [1, 2] },
    'labels',
    '2 classes need at least 2 pictures: choose fewer classes or more pictures.',
  ],
  [{ guidance: '21' }, 'guidance', 'Guidance must be a number from 0 to 20, not “21”.'],
  [{ guidance: '' }, 'guidance', 'Guidance must be a number from 0 to 20.'],
  ...['5', '5,', '9,5', '0,1000', '-1,5', '1,2,3', 'a,b', ','].map((interval): [Partial<Draft>, string, string] => [
    { interval },
    'interval',
    `Guided timesteps must be two timesteps from 0 to 999, the lower first, not “${interval}”.`,
  ]),
  [{ conditions: { age: '9' } }, 'condition.age', 'age must be a number from 10 to 200, not “9”.'],
  [{ conditions: { age: '20,' } }, 'condition.age', 'age must be a number from 10 to 200, not “20,”.'],
  [{ conditions: { size: '1' } }, 'condition.size', 'This model has no number “size” to ask for.'],
  [{ start: 'fill', resamples: '1.5' }, 'resamples', 'Times must be a whole number from 1 to 20, not “1.5”.'],
  [{ start: 'redraw', strength: '0' }, 'strength', 'Strength must be a number from 0.01 to 1, not “0”.'],
  [{ start: 'vary', variation: '2', labels: [4] }, 'variation', 'Variation must be a number from 0 to 1, not “2”.'],
  [{ start: 'vary' }, 'labels', 'Choose one class: pictures near a seed share it.'],
  [{ start: 'between', toward: '170', labels: [4] }, 'toward', 'The other seed must differ from the seed.'],
  [{ start: 'between', count: '1', labels: [4] }, 'start', 'From one seed to another takes at least 2 pictures.'],
  [
    { start: 'between', labels: [1, 2, 3] },
    'labels',
    'Choose one class for all pictures between the seeds, or two: the first half has the first.',
  ],
  [
    { start: 'thin air' },
    'start',
    'The start must be noise or fill or redraw or vary or between or same, not “thin air”.',
  ],
])('%o is told beside its field', (draft, field, sentence) => {
  const limits = 'start' in draft ? DIGITS : AGES;
  expect(check({ ...DEFAULTS, ...draft }, limits, BROUGHT)).toEqual({ problems: { [field]: sentence } });
});

it('every wrong field is told at once, what is still to be brought, and classes of a model without', () => {
  expect(Object.keys(request({ count: 'x', steps: 'y', seed: 'z' }))).toEqual(['count', 'steps', 'seed']);
  const bare = { timesteps: 300, classes: 0 };
  expect(request({ labels: [1] }, bare)).toEqual({ labels: 'This model has no classes to choose from.' });
  const start = (picture: boolean) => check({ ...DEFAULTS, start: 'fill' }, DIGITS, { picture, mask: false });
  expect([start(false), start(true)]).toEqual([
    { problems: { start: 'Choose a picture first, or bring your own.' } },
    { problems: { start: 'Paint over the part of the picture that is to be made anew.' } },
  ]);
});

it('fitDraft puts right what another model cannot do, and keeps a draft that fits as it is', () => {
  const bare = { timesteps: 300, classes: 5 };
  const draft = { ...DEFAULTS, steps: '900', labels: [2, 8], interval: '10,400' };
  expect(fitDraft(draft, bare)).toEqual({ ...DEFAULTS, steps: '300', labels: [2] });
  expect(fitDraft(DEFAULTS, DIGITS)).toBe(DEFAULTS);
  const ages = { ...DEFAULTS, interval: '10,400', conditions: { age: '12', size: '3' } };
  expect(fitDraft(ages, DIGITS)).toBe(ages);
  expect(fitDraft(ages, AGES).conditions).toEqual({ age: '12' });
});
