import { optionsOfSampler, SAMPLER_NAMES, SPACINGS } from '@onnoise/scheduler';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLink, encodeLink } from '#site/views/sample/state/link.ts';
import { check, DEFAULTS, type Parameters } from '#site/views/sample/state/parameters.ts';

const USUAL = { spacing: 'model', eta: 0, curvature: 'half', noise: 1, solver: 'bh2' } as const;
const AGE = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
const LIMITS = { timesteps: 1000, classes: 10, nullCondition: true, conditions: [AGE] };
const decode = (query: string) => decodeLink(new URLSearchParams(query));

it('a link is read back as it was', () => {
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
    labels: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 1 }),
    guidance: fc.constantFrom(1, 2.5),
    interval: fc.constantFrom(undefined, [99.5, 900] as const),
    conditions: fc.constantFrom(undefined, { age: [12.5, 120] }),
    start: fc.constantFrom(
      undefined,
      { kind: 'vary', variation: 0.25 } as const,
      { kind: 'between', toward: 2 ** 53 - 17 } as const,
    ),
  });
  fc.assert(
    fc.property(parameters, fc.string({ minLength: 1 }), (given, model) => {
      const taken = optionsOfSampler(given.sampler).map((name) => [name, given[name]]);
      const kept = Object.entries(given).filter(([, value]) => value !== undefined);
      const parameters = { ...Object.fromEntries(kept), ...USUAL, ...Object.fromEntries(taken) } as Parameters;
      const link = decode(String(encodeLink(parameters, model)))!;
      expect(link).toMatchObject({ model, problem: undefined });
      fc.pre(given.seed !== 2 ** 53 - 17);
      expect(check(link.draft, LIMITS)).toEqual({ parameters });
    }),
  );
});

it('decodeLink takes the defaults for what is missing, keeps wrong values for the fields, and tells of unknown parts', () => {
  expect([decode(''), decode('utm=1')]).toEqual([undefined, undefined]);
  expect(decode('seed=3')).toEqual({ model: undefined, draft: { ...DEFAULTS, seed: '3' }, problem: undefined });
  expect(decode('steps=many')?.draft.steps).toBe('many');
  expect(decode('seed=3&stepz=9')?.problem).toBe(
    'The link has an unknown part “stepz”. Known parts: model, count, steps, sampler, spacing, eta, curvature, noise, solver, seed, labels, guidance, interval, drawing, start, resamples, strength, variation, toward.',
  );
  expect(decode('start=fill')?.problem).toBe('The link starts from a picture, which a link cannot carry: choose one.');
  expect(decode('labels=1.x')).toMatchObject({
    draft: { labels: [] },
    problem: 'The link’s labels must be whole numbers with dots between them, not “1.x”.',
  });
});
