import { InputError } from '@onnoise/scheduler';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  BETA_END,
  BETA_START,
  evenTimes,
  halfTime,
  KINDS,
  rescaleTime,
  STANDARD,
  schedulePair,
  T_RANGE,
  valuesAt,
} from '#site/views/forward/state/schedules.ts';
import { formatSettings, HANDS, MAX_SEED, readSettings, type Settings } from '#site/views/forward/state/state.ts';
import { expectClose } from '#test/compare.ts';

const standard = { T: T_RANGE.standard, betaStart: BETA_START.standard, betaEnd: BETA_END.standard };
const pair = schedulePair(standard);

it('schedulePair holds for every choice the controls offer, and refuses what no schedule can be made of', () => {
  for (const T of [T_RANGE.min, T_RANGE.max]) {
    for (const betaStart of [BETA_START.min, BETA_START.max]) {
      for (const betaEnd of [Math.max(BETA_END.min, betaStart), BETA_END.max]) {
        for (const { alphaBar, snr } of Object.values(schedulePair({ T, betaStart, betaEnd }))) {
          expect(alphaBar[T - 1]).toBeGreaterThan(0);
          expect(snr.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
        }
      }
    }
  }
  for (const wrong of [{ betaEnd: 1 }, { T: 0 }])
    expect(() => schedulePair({ ...standard, ...wrong })).toThrow(InputError);
  expect(() => schedulePair({ ...standard, betaStart: 0.05 })).toThrow(
    'the first beta must be at most the last, 0.02,',
  );
});

it.each(KINDS)(
  'valuesAt keeps the closed form’s facts at every t: alpha = 1 - beta, alphaBar their product, unit variance: %s',
  (kind) => {
    const first = { beta: undefined, alpha: undefined, alphaBar: 1, signal: 1, noise: 0, snr: Infinity };
    expect(valuesAt(pair[kind], 0)).toEqual(first);
    let product = 1;
    for (let t = 1; t <= 300; t++) {
      const { beta, alpha, alphaBar, signal, noise, snr } = valuesAt(pair[kind], t);
      product *= 1 - beta!;
      expect(beta).toBe(pair[kind].beta[t - 1]);
      expectClose([alpha!, alphaBar, signal ** 2 + noise ** 2], [1 - beta!, product, 1], { absolute: 1e-12 });
      expectClose([snr], [signal ** 2 / noise ** 2], { absolute: 0, relative: 1e-9 });
    }
    for (const t of [-1, 301, 1.5]) expect(() => valuesAt(pair[kind], t)).toThrow('t must be an integer from 0 to 300');
    const half = halfTime(pair[kind])!;
    expect(valuesAt(pair[kind], half).alphaBar).toBeLessThan(0.5);
    expect(valuesAt(pair[kind], half - 1).alphaBar).toBeGreaterThanOrEqual(0.5);
  },
);

it('times spread over the whole range, and keep inside a new T, both ends where they are', () => {
  expect(halfTime(schedulePair({ ...standard, T: 50 }).linear)).toBeUndefined();
  expect(evenTimes(300, 7)).toEqual([0, 50, 100, 150, 200, 250, 300]);
  const T = fc.integer({ min: T_RANGE.min, max: T_RANGE.max });
  fc.assert(
    fc.property(T, T, fc.nat(1000), (from, to, any) => {
      const moved = rescaleTime(any % (from + 1), from, to);
      expect(Number.isInteger(moved) && moved >= 0 && moved <= to).toBe(true);
      expect([rescaleTime(0, from, to), rescaleTime(from, from, to)]).toEqual([0, to]);
    }),
  );
});

const usual: Settings = { ...STANDARD, t: 150, seed: 0, picture: { kind: 'hand', index: 0 } };
const read = (query: string) => readSettings(new URLSearchParams(query));

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
  'from=0.009&to=0.005',
])('an address leaves %s aside, and says so', (text) =>
  expect(read(text)).toEqual({ settings: usual, aside: text.split('&') }),
);

it('an address says nothing of the standard, and is read back as it was', () => {
  expect([read('').settings, formatSettings(usual)]).toEqual([usual, {}]);
  expect(read('hand=2&digit=0').settings.picture).toEqual({ kind: 'digit', index: 0 });
  const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const settings = fc
    .record({
      T: fc.integer({ min: T_RANGE.min, max: T_RANGE.max }),
      betaStart: between(BETA_START.min, BETA_END.min),
      betaEnd: between(BETA_END.min, BETA_END.max),
      share: between(0, 1),
      seed: fc.integer({ min: 0, max: MAX_SEED }),
      picture: fc.oneof(
        fc.record({ kind: fc.constant('hand' as const), index: fc.nat(HANDS - 1) }),
        fc.record({ kind: fc.constant('digit' as const), index: fc.nat(9) }),
      ),
    })
    .map(({ share, ...rest }) => ({ ...rest, t: Math.round(share * rest.T) }));
  fc.assert(
    fc.property(settings, (value) => {
      const written = Object.entries(formatSettings(value)).map(([name, value]) => [name, String(value)]);
      expect(read(String(new URLSearchParams(written))).settings).toEqual(value);
    }),
  );
});
