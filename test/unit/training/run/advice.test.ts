import { describe, expect, it } from 'vitest';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { divergedAdvice } from '#training/run/advice.ts';

describe('divergedAdvice', () => {
  const adviceOf = (newest: string | undefined, training: Record<string, unknown>) =>
    divergedAdvice(newest, tinyPlan({ training: { lr: 0.1, ...training } }).config.training);

  it('names the warm-up where the run starts again from the beginning', () => {
    expect(adviceOf(undefined, { warmupSteps: 50 })).toBe(
      'There is no checkpoint yet; start again with --resume and a lower --lr than 0.1, ' +
        'more --warmup-steps than 50 or a smaller --clip-norm than 1.',
    );
    expect(adviceOf(undefined, {})).toContain(', --warmup-steps 500 or ');
  });
});
