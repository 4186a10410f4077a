import { describe, expect, it } from 'vitest';
import { drawTimesteps, type TimestepSampling } from '#scheduler/training/timesteps.ts';

const many = (sampling: TimestepSampling) =>
  Array.from({ length: 400 }, (_, step) => Array.from(drawTimesteps(3, step, 50, 1000, sampling))).flat();

describe('drawTimesteps', () => {
  it('draws the logit-normal distribution: mean and deviation of the logit', () => {
    const logits = many({ kind: 'logit_normal', mean: 0.4, std: 0.8 }).map((t) => Math.log((t + 0.5) / (999.5 - t)));
    const mean = logits.reduce((sum, value) => sum + value, 0) / logits.length;
    const std = Math.sqrt(logits.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logits.length);
    expect(Math.abs(mean - 0.4)).toBeLessThan(0.03);
    expect(Math.abs(std - 0.8)).toBeLessThan(0.03);
  });

  it('stays in 0..T - 1 at the widest', () => {
    const drawn = many({ kind: 'logit_normal', mean: 0, std: 10 });
    expect(Math.min(...drawn)).toBe(0);
    expect(Math.max(...drawn)).toBe(999);
  });

  it('is a function of seed and step', () => {
    const sampling = { kind: 'logit_normal', mean: 0, std: 1 } as const;
    expect(drawTimesteps(1, 2, 8, 1000, sampling)).toEqual(drawTimesteps(1, 2, 8, 1000, sampling));
    expect(drawTimesteps(1, 3, 8, 1000, sampling)).not.toEqual(drawTimesteps(1, 2, 8, 1000, sampling));
    expect(drawTimesteps(2, 2, 8, 1000, sampling)).not.toEqual(drawTimesteps(1, 2, 8, 1000, sampling));
  });
});
