import { compileSampler, levelAt, makeSchedule, parseSchedulerConfig, predictionTarget } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { readable } from '#site/views/forward/state/numbers.ts';
import { guessOf } from '#site/views/learn/lesson.ts';
import { numbersOf, stepOf } from '#site/views/learn/sampling/state.ts';
import { expectClose } from '#test/compare.ts';

const wave = (scale: number) => Float32Array.from({ length: 16 }, (_, i) => Math.sin(scale * i));
const SCHEDULE = { beta_schedule: 'squaredcos_cap_v2', clip_sample: true } as const;

describe.each(['epsilon', 'sample', 'v_prediction'] as const)('a network that says %s', (prediction_type) => {
  const config = parseSchedulerConfig({ ...SCHEDULE, num_train_timesteps: 100, prediction_type });
  const schedule = makeSchedule(config);

  test('says the same guess as noise and as a picture', () => {
    const [sample, epsilon] = [wave(1), wave(2.7)];
    for (const t of [0, 31, 98]) {
      const alphaBar = schedule.alphaBar[t]!;
      const x = sample.map((value, i) => Math.sqrt(alphaBar) * value + Math.sqrt(1 - alphaBar) * epsilon[i]!);
      const output = predictionTarget(schedule, prediction_type, sample, epsilon, [t]);
      const guess = guessOf(prediction_type, levelAt(alphaBar), x, output);
      const rounding = { absolute: 2e-6 / Math.sqrt(alphaBar * (1 - alphaBar)) };
      expectClose(guess.sample, sample, rounding);
      expectClose(guess.epsilon, epsilon, rounding);
    }
  });
});

/** Of the shipped digits. */
const SHIPPED = parseSchedulerConfig({ ...SCHEDULE, prediction_type: 'v_prediction', timestep_spacing: 'trailing' });

/** What stands before the equals sign, worked out, and what stands behind it. */
function byHand(text: string) {
  const [left, right] = text.split(' → ')[0]!.split(' = ');
  const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
  const power = (digits: string) => [...digits].map((c) => (c === '⁻' ? '-' : raised.indexOf(c))).join('');
  const plain = left!
    .replaceAll(/ × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, digits: string) => `e${power(digits)}`)
    .replaceAll('\u2212', '-')
    .replaceAll('·', '*')
    .replaceAll('- -', '+ ');
  return [readable(Number(new Function(`return ${plain}`)()), 3), right];
}

describe.each([10, 20, 50])('in each of %i steps', (steps) => {
  const table = compileSampler(SHIPPED, { sampler: 'ddpm', steps });

  test('the numbers of the lines work out by hand', () => {
    let x: Float32Array = wave(3.1);
    for (const index of table.rows.keys()) {
      const step = stepOf(table, 'v_prediction', { index, x, output: wave(1.3 + index), seed: 5 });
      for (const line of ['picture', 'mean', 'move'] as const) {
        for (const at of [1, 6, 11]) {
          const [worked, shown] = byHand(numbersOf(line, { step, table, index }, at)!);
          expect(worked, `${line} in step ${index}`).toBe(shown);
        }
      }
      x = step.result;
    }
  });
});
