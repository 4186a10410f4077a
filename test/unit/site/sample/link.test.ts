import { optionsOfSampler, SAMPLER_NAMES, SPACINGS } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '#site/views/sample/state/link.ts';
import { check, DEFAULTS, type Parameters } from '#site/views/sample/state/parameters.ts';

const USUAL = { spacing: 'model', eta: 0, curvature: 'half', noise: 1, solver: 'bh2' } as const;
const PARAMETERS: Parameters = { count: 10, steps: 50, sampler: 'ddpm', ...USUAL, seed: 170, labels: [] };
const decode = (query: string) => decodeLink(new URLSearchParams(query));

describe('encodeLink', () => {
  it('names every parameter that matters, in a fixed order', () => {
    expect(String(encodeLink(PARAMETERS, 'digits'))).toBe('model=digits&count=10&steps=50&sampler=ddpm&seed=170');
    expect(String(encodeLink({ ...PARAMETERS, sampler: 'ddim', eta: 0.25, labels: [7, 3] }, 'digits'))).toBe(
      'model=digits&count=10&steps=50&sampler=ddim&eta=0.25&seed=170&labels=7.3',
    );
  });

  it('is read back as it was', () => {
    const parameters = fc.record({
      count: fc.constant(16),
      steps: fc.integer({ min: 1, max: 1000 }),
      sampler: fc.constantFrom(...SAMPLER_NAMES),
      spacing: fc.constantFrom(...SPACINGS),
      eta: fc.integer({ min: 0, max: 100 }).map((share) => share / 100),
      curvature: fc.constantFrom('half' as const, 'full' as const),
      noise: fc.constantFrom(0, 0.5, 1, 2),
      solver: fc.constantFrom('bh1' as const, 'bh2' as const),
      seed: fc.integer({ min: 0, max: 2 ** 53 - 17 }),
      labels: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 16 }),
    });
    fc.assert(
      fc.property(parameters, fc.string({ minLength: 1 }), (given, model) => {
        const taken = optionsOfSampler(given.sampler).map((name) => [name, given[name]]);
        const parameters = { ...given, ...USUAL, ...Object.fromEntries(taken) };
        const link = decodeLink(new URLSearchParams(String(encodeLink(parameters, model))))!;
        expect(link).toMatchObject({ model, problem: undefined });
        expect(check(link.draft, { timesteps: 1000, classes: 10 })).toEqual({ parameters });
      }),
    );
  });
});

describe('links of models and starts that take more', () => {
  const age = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
  const limits = { timesteps: 1000, classes: 10, nullCondition: true, conditions: [age] };

  it.each([
    {
      guidance: 2.5,
      interval: [99.5, 900],
      conditions: { age: [12.5, 120] },
      start: { kind: 'vary', variation: 0.25 },
      labels: [4],
    },
    { guidance: 1, conditions: undefined, start: { kind: 'between', toward: 7 }, labels: [4, 2] },
  ] as const)('are read back as they were: %o', (more) => {
    const parameters: Parameters = { ...PARAMETERS, ...more };
    const query = String(encodeLink(parameters, 'ages'));
    const link = decode(query)!;
    expect(link.problem).toBeUndefined();
    expect(check(link.draft, limits)).toEqual({ parameters });
  });

  it('name numbers and seeds as they are typed', () => {
    const parameters: Parameters = {
      ...PARAMETERS,
      guidance: 2,
      interval: [100, 900],
      conditions: { age: [120] },
      start: { kind: 'between', toward: 7 },
    };
    expect(String(encodeLink(parameters, 'ages'))).toBe(
      'model=ages&count=10&steps=50&sampler=ddpm&seed=170&guidance=2&interval=100%2C900&condition.age=120&start=between&toward=7',
    );
  });
});

describe('decodeLink', () => {
  it('names no picture where no parameter is there', () => {
    expect(decode('')).toBeUndefined();
    expect(decode('utm=1')).toBeUndefined();
  });

  it('takes the defaults for what is missing', () => {
    expect(decode('seed=3')).toEqual({ model: undefined, draft: { ...DEFAULTS, seed: '3' }, problem: undefined });
  });

  it('keeps wrong values for the fields to complain about', () => {
    expect(decode('steps=many')?.draft.steps).toBe('many');
  });

  it('tells of unknown parts and of labels that are none', () => {
    expect(decode('seed=3&stepz=9')?.problem).toBe(
      'The link has an unknown part “stepz”. Known parts: model, count, steps, sampler, spacing, eta, curvature, noise, solver, seed, labels, guidance, interval, drawing, start, resamples, strength, variation, toward.',
    );
    expect(decode('start=fill')?.problem).toBe(
      'The link starts from a picture, which a link cannot carry: choose one.',
    );
    expect(decode('labels=1.x')).toMatchObject({
      draft: { labels: [] },
      problem: 'The link’s labels must be whole numbers with dots between them, not “1.x”.',
    });
  });
});
