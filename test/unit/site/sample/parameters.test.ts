import { SAMPLER_NAMES, SPACINGS } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import {
  check,
  DEFAULTS,
  type Draft,
  fitDraft,
  type Limits,
  rollSeed,
  stepsHint,
  studentWords,
  toggleLabel,
  toRequest,
} from '#site/views/sample/state/parameters.ts';

const DIGITS: Limits = { timesteps: 1000, classes: 10 };
const problems = (draft: Partial<Draft>, limits = DIGITS) => {
  const result = check({ ...DEFAULTS, ...draft }, limits);
  return 'problems' in result ? result.problems : null;
};
const parameters = (draft: Partial<Draft>, limits = DIGITS) => {
  const result = check({ ...DEFAULTS, ...draft }, limits);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.parameters;
};

it('stepsHint knows the schedule of the model', () => {
  expect(stepsHint(1000)).toBe('Steps per picture, 1 to 1000. More than 20 are slower and seldom better.');
  expect(stepsHint(20)).toBe('Steps per picture, 1 to 20.');
});

describe('check', () => {
  it('takes the defaults', () => {
    const usual = { spacing: 'model', eta: 0, curvature: 'half', noise: 1, solver: 'bh2' };
    expect(parameters({})).toEqual({ count: 10, steps: 20, sampler: 'dpmpp_2m_sde', ...usual, seed: 170, labels: [] });
  });

  it.each([
    [{ count: '0' }, { count: 'Pictures must be a whole number from 1 to 16, not “0”.' }],
    [{ count: '17' }, { count: 'Pictures must be a whole number from 1 to 16, not “17”.' }],
    [{ count: '2.5' }, { count: 'Pictures must be a whole number from 1 to 16, not “2.5”.' }],
    [{ steps: '' }, { steps: 'Steps must be a whole number from 1 to 1000.' }],
    [{ steps: '1001' }, { steps: 'Steps must be a whole number from 1 to 1000, not “1001”.' }],
    [{ seed: '-1' }, { seed: 'The seed must be a whole number from 0 to 9007199254740975, not “-1”.' }],
    [{ seed: '1e3' }, { seed: 'The seed must be a whole number from 0 to 9007199254740975, not “1e3”.' }],
    [{ sampler: 'nonesuch' }, { sampler: `The sampler must be ${SAMPLER_NAMES.join(' or ')}, not “nonesuch”.` }],
    [{ sampler: 'ddim', eta: '1.1' }, { eta: 'Eta must be a number from 0 to 1, not “1.1”.' }],
    [{ spacing: 'even' }, { spacing: `Spacing must be one of ${SPACINGS.join(', ')}, not “even”.` }],
    [{ labels: [10] }, { labels: 'A class must be a whole number from 0 to 9, not “10”.' }],
    [
      { count: '1', labels: [1, 2] },
      { labels: '2 classes need at least 2 pictures: choose fewer classes or more pictures.' },
    ],
  ])('tells what is wrong with %o beside its field', (draft, told) => {
    expect(problems(draft)).toEqual(told);
  });

  it('tells of every wrong field at once', () => {
    expect(Object.keys(problems({ count: 'x', steps: 'y', seed: 'z' })!)).toEqual(['count', 'steps', 'seed']);
  });

  it('does not look at eta where ddpm has none', () => {
    expect(parameters({ sampler: 'ddpm', eta: 'much' }).eta).toBe(0);
    expect(parameters({ sampler: 'ddim', eta: '.5' }).eta).toBe(0.5);
  });

  it('refuses classes for a model without', () => {
    expect(problems({ labels: [1] }, { timesteps: 300, classes: 0 })).toEqual({
      labels: 'This model has no classes to choose from.',
    });
  });
});

describe('toRequest', () => {
  it('leaves out what does not apply', () => {
    expect(toRequest(parameters({}), 10)).toEqual({
      count: 10,
      steps: 20,
      noise: 1,
      sampler: 'dpmpp_2m_sde',
      seed: 170,
    });
    expect(toRequest(parameters({ sampler: 'ddpm', spacing: 'trailing' }), 0)).toMatchObject({ spacing: 'trailing' });
    expect(toRequest(parameters({ sampler: 'ddim', eta: '0.3', labels: [7, 3] }), 10)).toEqual({
      count: 10,
      steps: 20,
      sampler: 'ddim',
      eta: 0.3,
      seed: 170,
      labels: [7, 3],
    });
  });
});

describe('guidance and conditions', () => {
  const age = { name: 'age', mean: 127.31, std: 40, min: 10, max: 200 };

  it('are asked of a model that takes them alone', () => {
    const draft = { guidance: '2.5', interval: ' 10, 250.5', conditions: { age: '12, 120' } };
    const asked = parameters(draft, { ...DIGITS, nullCondition: true, conditions: [age] });
    expect(toRequest(asked, 10)).toMatchObject({
      guidance: 2.5,
      guidanceInterval: [10, 250.5],
      conditions: { age: [12, 120] },
    });
    expect(toRequest(parameters(draft), 10)).toEqual({
      count: 10,
      steps: 20,
      noise: 1,
      sampler: 'dpmpp_2m_sde',
      seed: 170,
    });
  });

  it('may have the name of what all objects have', () => {
    const model = { ...DIGITS, conditions: [{ ...age, name: 'constructor' }] };
    expect(parameters({}, model).conditions).toEqual({ constructor: [127] });
  });

  it('are absent where a model may do without, else the mean', () => {
    const model = { ...DIGITS, conditions: [age] };
    expect(parameters({}, { ...model, nullCondition: true }).conditions).toBeUndefined();
    expect(parameters({}, model).conditions).toEqual({ age: [127] });
  });

  it.each([
    [{ guidance: '21' }, { guidance: 'Guidance must be a number from 0 to 20, not “21”.' }],
    [{ guidance: '' }, { guidance: 'Guidance must be a number from 0 to 20.' }],
    ...['5', '5,', '9,5', '0,1000', '-1,5', '1,2,3', 'a,b', ','].map((interval): [Partial<Draft>, object] => [
      { interval },
      { interval: `Guided timesteps must be two timesteps from 0 to 999, the lower first, not “${interval}”.` },
    ]),
    [{ conditions: { age: '9' } }, { 'condition.age': 'age must be a number from 10 to 200, not “9”.' }],
    [{ conditions: { size: '1' } }, { 'condition.size': 'This model has no number “size” to ask for.' }],
    [{ conditions: { age: '20,' } }, { 'condition.age': 'age must be a number from 10 to 200, not “20,”.' }],
  ])('tell what is wrong with %o', (draft, told) => {
    expect(problems(draft, { ...DIGITS, nullCondition: true, conditions: [age] })).toEqual(told);
  });
});

describe('the start', () => {
  const brought = { picture: true, mask: true };
  const start = (draft: Partial<Draft>, ready = brought) => check({ ...DEFAULTS, ...draft }, DIGITS, ready);

  it('is part of the request', () => {
    const request = (draft: Partial<Draft>) => {
      const result = start(draft);
      return 'parameters' in result ? toRequest(result.parameters, 10) : result.problems;
    };
    expect(request({ start: 'fill', resamples: '2' })).toMatchObject({ seed: 170, resamples: 2 });
    expect(request({ start: 'redraw', strength: '.4' })).toMatchObject({ seed: 170, strength: 0.4 });
    expect(request({ start: 'vary', variation: '0.2', labels: [4] })).toMatchObject({
      variations: 170,
      variation: 0.2,
    });
    expect(request({ start: 'between', toward: '7', count: '4', labels: [3, 8] })).toMatchObject({
      interpolate: [170, 7],
      labels: [3, 8],
    });
  });

  it.each([
    [{ start: 'fill' }, { picture: false, mask: false }, { start: 'Choose a picture first, or bring your own.' }],
    [
      { start: 'fill' },
      { picture: true, mask: false },
      { start: 'Paint over the part of the picture that is to be made anew.' },
    ],
    [
      { start: 'fill', resamples: '1.5' },
      brought,
      { resamples: 'Times must be a whole number from 1 to 20, not “1.5”.' },
    ],
    [{ start: 'redraw', strength: '0' }, brought, { strength: 'Strength must be a number from 0.01 to 1, not “0”.' }],
    [
      { start: 'vary', variation: '2', labels: [4] },
      brought,
      { variation: 'Variation must be a number from 0 to 1, not “2”.' },
    ],
    [
      { start: 'between', toward: '170', labels: [4] },
      brought,
      { toward: 'The other seed must differ from the seed.' },
    ],
    [
      { start: 'between', count: '1', labels: [4] },
      brought,
      { start: 'From one seed to another takes at least 2 pictures.' },
    ],
    [{ start: 'vary' }, brought, { labels: 'Choose one class: pictures near a seed share it.' }],
    [
      { start: 'between', labels: [1, 2, 3] },
      brought,
      { labels: 'Choose one class for all pictures between the seeds, or two: the first half has the first.' },
    ],
    [
      { start: 'thin air' },
      brought,
      { start: 'The start must be noise or fill or redraw or vary or between or same, not “thin air”.' },
    ],
  ])('tells what is wrong with %o', (draft, ready, told) => {
    expect(start(draft, ready)).toEqual({ problems: told });
  });
});

describe('fitDraft', () => {
  it('puts right what another model cannot do, and keeps a draft that fits as it is', () => {
    expect(fitDraft({ ...DEFAULTS, steps: '900', labels: [2, 8] }, { timesteps: 300, classes: 5 })).toEqual({
      ...DEFAULTS,
      steps: '300',
      labels: [2],
    });
    expect(fitDraft(DEFAULTS, DIGITS)).toBe(DEFAULTS);
    expect(fitDraft({ ...DEFAULTS, interval: '10,400' }, { timesteps: 300, classes: 10 }).interval).toBe('');
    const draft = { ...DEFAULTS, interval: '10,400', conditions: { age: '12', size: '3' } };
    expect(fitDraft(draft, DIGITS)).toBe(draft);
    const age = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
    expect(fitDraft(draft, { ...DIGITS, conditions: [age] }).conditions).toEqual({ age: '12' });
  });
});

it('toggleLabel adds at the end and takes out', () => {
  expect(toggleLabel(toggleLabel([], 7), 3)).toEqual([7, 3]);
  expect(toggleLabel([7, 3], 7)).toEqual([3]);
});

it('rollSeed gives another seed of at most four digits', () => {
  expect(rollSeed('1', () => 0.9999999)).toBe('9999');
  expect(rollSeed('9999', () => 0.9999999)).toBe('0');
  expect(rollSeed('', () => 0.5)).toBe('5000');
});

describe('a student', () => {
  const STUDENT: Limits = { ...DIGITS, nullCondition: true, distilled: { calls: 2, guidance: 1.1 } };

  it('is drawn in its own calls, whatever fields hold that are not shown', () => {
    expect(parameters({ steps: 'many', sampler: 'heun', eta: '7', guidance: 'x' }, STUDENT)).toMatchObject({
      steps: 2,
      sampler: 'ddim',
      eta: 0,
    });
    expect(toRequest(parameters({}, STUDENT), 10)).not.toHaveProperty('guidance');
  });

  it('says so', () => {
    expect(studentWords({ calls: 1, guidance: 1 })).toBe(
      'This model draws each picture in one call of the network: it learnt from one of many steps.',
    );
    expect(studentWords({ calls: 4, guidance: 1.1 })).toContain('in 4 calls of the network');
  });
});
