import { InputError, makeSchedule, parseSchedulerConfig } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BETA_END,
  BETA_START,
  evenTimes,
  halfTime,
  KINDS,
  rescaleTime,
  schedulePair,
  T_RANGE,
  times,
  valuesAt,
} from '#site/views/forward/state/schedules.ts';
import { expectClose } from '#test/compare.ts';

const standard = { T: T_RANGE.standard, betaStart: BETA_START.standard, betaEnd: BETA_END.standard };

describe('schedulePair', () => {
  it('makes the tutorial’s schedules: linear from 0.0001 to 0.02 and its cosine, T = 300', () => {
    const { linear, cosine } = schedulePair(standard);
    expectClose([linear.beta[0]!, linear.beta[299]!], [0.0001, 0.02], { absolute: 1e-9 });
    const config = parseSchedulerConfig({ num_train_timesteps: 300, beta_schedule: 'cosine' });
    expect(cosine).toEqual(makeSchedule(config));
  });

  it('holds for every choice the controls offer, down to a picture that is all but gone', () => {
    const corners = [T_RANGE.min, T_RANGE.max].flatMap((T) =>
      [BETA_START.min, BETA_START.max].flatMap((betaStart) =>
        [Math.max(BETA_END.min, betaStart), BETA_END.max].map((betaEnd) => ({ T, betaStart, betaEnd })),
      ),
    );
    for (const choice of corners) {
      for (const kind of KINDS) {
        const { alphaBar, snr, T } = schedulePair(choice)[kind];
        expect(alphaBar[T - 1]).toBeGreaterThan(0);
        expect(snr.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
      }
    }
  });

  it('refuses what no schedule can be made of', () => {
    expect(() => schedulePair({ ...standard, betaEnd: 1 })).toThrow(InputError);
    expect(() => schedulePair({ ...standard, T: 0 })).toThrow(InputError);
    expect(() => schedulePair({ ...standard, betaStart: 0.05 })).toThrow(
      new InputError('Cannot make the schedule: the first beta must be at most the last, 0.02, received 0.05.'),
    );
  });
});

describe('valuesAt', () => {
  const pair = schedulePair(standard);

  it('counts t as the formulas do: step 1 is the first of the tables, step T the last', () => {
    for (const kind of KINDS) {
      expect(valuesAt(pair[kind], 1).beta).toBe(pair[kind].beta[0]);
      expect(valuesAt(pair[kind], 300).alphaBar).toBe(pair[kind].alphaBar[299]);
    }
  });

  it('is the picture itself at t = 0', () => {
    expect(valuesAt(pair.linear, 0)).toEqual({
      beta: undefined,
      alpha: undefined,
      alphaBar: 1,
      signal: 1,
      noise: 0,
      snr: Infinity,
    });
  });

  it('keeps the closed form’s facts at every t: alpha = 1 - beta, alphaBar their product, unit variance, SNR', () => {
    for (const kind of KINDS) {
      let product = 1;
      for (let t = 1; t <= 300; t++) {
        const { beta, alpha, alphaBar, signal, noise, snr } = valuesAt(pair[kind], t);
        product *= 1 - beta!;
        expectClose([alpha!, alphaBar, signal ** 2 + noise ** 2], [1 - beta!, product, 1], { absolute: 1e-12 });
        expectClose([snr], [signal ** 2 / noise ** 2], { absolute: 0, relative: 1e-9 });
      }
    }
  });

  it.each([-1, 301, 1.5])('refuses t = %s', (t) => {
    expect(() => valuesAt(pair.linear, t)).toThrow('t must be an integer from 0 to 300');
  });
});

describe('halfTime', () => {
  it('is the first t with more noise than picture', () => {
    const { linear, cosine } = schedulePair(standard);
    for (const schedule of [linear, cosine]) {
      const t = halfTime(schedule)!;
      expect(valuesAt(schedule, t).alphaBar).toBeLessThan(0.5);
      expect(valuesAt(schedule, t - 1).alphaBar).toBeGreaterThanOrEqual(0.5);
    }
    // by its definition, apart from its offset s, the cosine reaches it at half time
    expect(Math.abs(halfTime(cosine)! - 150)).toBeLessThanOrEqual(2);
  });

  it('is undefined where the picture outlives T: linear over 50 steps', () => {
    expect(halfTime(schedulePair({ ...standard, T: 50 }).linear)).toBeUndefined();
  });
});

describe('times, evenTimes and rescaleTime', () => {
  it('label the plots from 1 to T', () => {
    expect([...times(4)]).toEqual([1, 2, 3, 4]);
  });

  it('spread over the whole range, both ends included', () => {
    expect(evenTimes(300, 7)).toEqual([0, 50, 100, 150, 200, 250, 300]);
    expect(evenTimes(50, 9)[8]).toBe(50);
  });

  it('keep t inside a new T, and both ends where they are', () => {
    const T = fc.integer({ min: T_RANGE.min, max: T_RANGE.max });
    fc.assert(
      fc.property(T, T, fc.nat(1000), (from, to, any) => {
        const moved = rescaleTime(any % (from + 1), from, to);
        expect(Number.isInteger(moved) && moved >= 0 && moved <= to).toBe(true);
        expect(rescaleTime(from, from, to)).toBe(to);
      }),
    );
    expect(rescaleTime(0, 300, 1000)).toBe(0);
  });
});
