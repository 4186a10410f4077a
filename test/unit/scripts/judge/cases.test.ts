import { parseSchedulerConfig } from '@onnoise/scheduler';
import { expect, test } from 'vitest';
import { CASES, callsOf, parseCase } from '../../../../scripts/bench/judge/cases.ts';

test('a case is a sampler, its steps and options', () => {
  expect(parseCase('ddim 10 eta=0.5 spacing=trailing')).toEqual({
    sampler: 'ddim',
    steps: 10,
    eta: 0.5,
    spacing: 'trailing',
    guidance: 1,
  });
});

test('all cases of the table can be sampled, with at most the calls that they name', () => {
  const scheduler = parseSchedulerConfig({ prediction_type: 'v_prediction', timestep_spacing: 'trailing' });
  const calls = CASES.map((words) => callsOf(words, scheduler));
  expect(new Set(CASES).size).toBe(CASES.length);
  expect([...new Set(calls)].sort((a, b) => a - b)).toEqual([5, 7, 8, 9, 10, 19, 20, 49, 50, 250]);
});

test('a guided call counts twice', () => {
  const scheduler = parseSchedulerConfig({});
  expect(callsOf('ddpm 10', scheduler)).toBe(10);
  expect(callsOf('ddpm 10 guidance=1.5', scheduler)).toBe(20);
});
