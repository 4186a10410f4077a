import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HANDS } from '#site/views/forward/state/hands.ts';
import { BETA_END, BETA_START, STANDARD, T_RANGE } from '#site/views/forward/state/schedules.ts';
import { formatSettings, MAX_SEED, readSettings, type Settings } from '#site/views/forward/state/settings.ts';

const standard: Settings = { ...STANDARD, t: 150, seed: 0, picture: { kind: 'hand', index: 0 } };
const query = (values: Record<string, number>) =>
  new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));

const parse = (query: string | URLSearchParams) => readSettings(new URLSearchParams(query)).settings;

describe('readSettings', () => {
  it('is the tutorial’s standard, half way, where the address says nothing', () => {
    expect(parse('')).toEqual(standard);
  });

  it('takes what it finds', () => {
    expect(parse('t=7&T=1000&from=0.001&to=0.05&seed=9&digit=3')).toEqual({
      T: 1000,
      betaStart: 0.001,
      betaEnd: 0.05,
      t: 7,
      seed: 9,
      picture: { kind: 'digit', index: 3 },
    });
    expect(parse('hand=2').picture).toEqual({ kind: 'hand', index: 2 });
    expect(parse('hand=2&digit=0').picture).toEqual({ kind: 'digit', index: 0 });
  });

  it.each([
    'T=49',
    'T=300.5',
    'T=',
    't=-1',
    't=301',
    'seed=-1',
    'seed=4294967296',
    'digit=10',
    'hand=5',
    'to=1',
    'from=x',
  ])('leaves %s aside', (text) => {
    expect(parse(text)).toEqual(standard);
  });

  it('leaves a range aside that would fall', () => {
    expect(parse('from=0.009&to=0.005')).toEqual(standard);
  });

  it('tells what it leaves aside', () => {
    const asideOf = (text: string) => readSettings(new URLSearchParams(text)).aside;
    expect(asideOf('T=500&t=100&to=0.5&seed=x')).toEqual(['to=0.5', 'seed=x']);
    expect(asideOf('from=0.009&to=0.005')).toEqual(['from=0.009', 'to=0.005']);
    expect(asideOf('T=500&digit=3&hand=2&model=digits')).toEqual([]);
  });
});

describe('formatSettings', () => {
  it('writes nothing of the standard', () => {
    expect(formatSettings(standard)).toEqual({});
  });

  it('is read back as it was', () => {
    const settings = fc
      .record({
        T: fc.integer({ min: T_RANGE.min, max: T_RANGE.max }),
        betaStart: fc.double({ min: BETA_START.min, max: BETA_END.min, noNaN: true }),
        betaEnd: fc.double({ min: BETA_END.min, max: BETA_END.max, noNaN: true }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        seed: fc.integer({ min: 0, max: MAX_SEED }),
        picture: fc.oneof(
          fc.record({ kind: fc.constant('hand' as const), index: fc.integer({ min: 0, max: HANDS - 1 }) }),
          fc.record({ kind: fc.constant('digit' as const), index: fc.integer({ min: 0, max: 9 }) }),
        ),
      })
      .map(({ share, ...rest }) => ({ ...rest, t: Math.round(share * rest.T) }));
    fc.assert(
      fc.property(settings, (value) => {
        expect(parse(query(formatSettings(value)))).toEqual(value);
      }),
    );
  });
});
