import { BETA_SCHEDULES, InputError, makeSchedule, parseSchedulerConfig } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';

const schedules = fc.constantFrom(...BETA_SCHEDULES);
const lengths = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(300, 1000));

const scheduleOf = (json: Record<string, unknown>) => makeSchedule(parseSchedulerConfig(json));

describe('makeSchedule', () => {
  it('has betas in (0, 1), and alphaBar and the signal to noise ratio fall', () => {
    fc.assert(
      fc.property(schedules, lengths, (beta_schedule, num_train_timesteps) => {
        const { T, beta, alpha, alphaBar, snr } = scheduleOf({ beta_schedule, num_train_timesteps });
        expect(T).toBe(num_train_timesteps);
        const previous = (t: number) => (t === 0 ? 1 : alphaBar[t - 1]!);
        expect(beta.every((value) => value > 0 && value < 1)).toBe(true);
        expect(alpha).toEqual(beta.map((value) => 1 - value));
        expect(alphaBar.every((value, t) => value > 0 && value < previous(t))).toBe(true);
        expectClose(
          alphaBar.map((value, t) => value / previous(t)),
          alpha,
          { absolute: 5e-13 },
        );
        expect(snr.every((value, t) => t === 0 || value < snr[t - 1]!)).toBe(true);
      }),
    );
  });

  it('takes trained_betas in place of the named schedule', () => {
    const { beta, alphaBar } = scheduleOf({ num_train_timesteps: 2, trained_betas: [0.25, 0.5] });
    expect([...beta]).toEqual([0.25, 0.5]);
    expect([...alphaBar]).toEqual([0.75, 0.375]);
  });

  it('rescale_betas_zero_snr ends in pure noise and keeps the first step', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 2, max: 400 }), (beta_schedule, num_train_timesteps) => {
        const plain = scheduleOf({ beta_schedule, num_train_timesteps });
        const rescaled = scheduleOf({ beta_schedule, num_train_timesteps, rescale_betas_zero_snr: true });
        expect(rescaled.alphaBar.at(-1)).toBe(0);
        expect(rescaled.snr.at(-1)).toBe(0);
        expect(rescaled.alphaBar[0]).toBeCloseTo(plain.alphaBar[0]!, 6);
        expect(rescaled.beta.every((value) => value > 0 && value <= 1)).toBe(true);
      }),
    );
  });

  it.each([
    [
      { beta_start: 0.9, beta_end: 0.9, num_train_timesteps: 1000 },
      'alphaBar must be above 0 before the last timestep',
    ],
    [{ beta_start: 0.9, beta_end: 0.9, rescale_betas_zero_snr: true }, 'alphaBar must be above 0'],
    [{ beta_start: 1e-17 }, 'the first beta must be at least 2e-16'],
  ])('refuses %j, which would divide by 0', (json, message) => {
    expect(() => scheduleOf(json)).toThrow(InputError);
    expect(() => scheduleOf(json)).toThrow(message);
  });
});
