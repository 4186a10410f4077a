import {
  compileSampler,
  levelAt,
  makeSchedule,
  parseSchedulerConfig,
  predictionTarget,
  sampleImages,
} from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { readable } from '#site/views/forward/state/numbers.ts';
import { formsOf, squaredError } from '#site/views/learn/forms.ts';
import { LINES, lineAfter } from '#site/views/learn/sampling/lines.ts';
import { numbersOf } from '#site/views/learn/sampling/numbers.ts';
import { stepOf, weighed } from '#site/views/learn/sampling/walk.ts';
import { workedOut } from '#site/views/learn/worked-out.ts';
import { expectClose } from '#test/compare.ts';

const SHAPE = [1, 4, 4] as const;
const SIZE = 16;
const wave = (scale: number) => Float32Array.from({ length: SIZE }, (_, i) => Math.sin(scale * i));

describe.each(['epsilon', 'sample', 'v_prediction'] as const)('a network that says %s', (prediction_type) => {
  const config = parseSchedulerConfig({
    num_train_timesteps: 100,
    beta_schedule: 'squaredcos_cap_v2',
    beta_start: 0.0001,
    beta_end: 0.02,
    prediction_type,
    clip_sample: true,
  });
  const schedule = makeSchedule(config);

  test('says the same guess in three forms', () => {
    const [x0, epsilon] = [wave(1), wave(2.7)];
    for (const t of [0, 31, 98]) {
      const alphaBar = schedule.alphaBar[t]!;
      const x = x0.map((value, i) => Math.sqrt(alphaBar) * value + Math.sqrt(1 - alphaBar) * epsilon[i]!);
      const output = predictionTarget(schedule, prediction_type, x0, epsilon, [t]);
      const forms = formsOf(prediction_type, levelAt(alphaBar), x, output);
      const rounding = { absolute: 2e-6 / Math.sqrt(alphaBar * (1 - alphaBar)) };
      expectClose(forms.sample, x0, rounding);
      expectClose(forms.epsilon, epsilon, rounding);
      expectClose(forms.v_prediction, predictionTarget(schedule, 'v_prediction', x0, epsilon, [t]), rounding);
    }
  });

  test('makes line by line the picture that the sampler makes', async () => {
    const table = compileSampler(config, { sampler: 'ddpm', steps: 7 });
    const say = (x: Float32Array, t: number) => x.map((value, i) => 0.6 * value - 0.2 * Math.sin(i + t));
    const started: Float32Array[] = [];
    const whole = await sampleImages({
      table,
      shape: SHAPE,
      seeds: [41],
      denoise: async (x, [t]) => {
        started.push(x.slice());
        return say(x, t!);
      },
    });
    let x = started[0]!;
    for (const [index, { timestep }] of table.rows.entries()) {
      const step = stepOf(table, prediction_type, { index, x, output: say(x, timestep), seed: 41 });
      expectClose(step.x, started[index]!, { absolute: 0 });
      expectClose(
        step.result,
        step.mean.map((value, i) => value + step.sigma * step.z[i]!),
        { absolute: 1e-6 },
      );
      expectClose(
        step.mean,
        step.x.map((value, i) => step.A * value + step.B * step.x0[i]!),
        { absolute: 1e-6 },
      );
      x = step.result;
    }
    expectClose(x, whole, { absolute: 0 });
  });
});

describe('lineAfter', () => {
  test('goes through the loop, and leaves it after the last step', () => {
    const visited = LINES.slice(0, 6).map((line) => lineAfter(line, false));
    expect(visited).toEqual(LINES.slice(1, 7));
    expect(lineAfter('move', false)).toBe('loop');
    expect(lineAfter('move', true)).toBe('end');
    expect(lineAfter('end', true)).toBe('end');
  });
});

test('squaredError is the mean of the squares', () => {
  expect(squaredError(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 0, 3, 2))).toBe(2);
});

/** The schedule of the shipped digits. */
const SHIPPED = parseSchedulerConfig({
  num_train_timesteps: 1000,
  beta_schedule: 'squaredcos_cap_v2',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'v_prediction',
  clip_sample: true,
  timestep_spacing: 'trailing',
});

describe('the numbers of the lines', () => {
  /** What stands before the equals sign, worked out. */
  const byHand = (text: string) => {
    const [left, right] = text.split(' → ')[0]!.split(' = ');
    const plain = left!
      .replaceAll(
        / × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g,
        (_, power: string) =>
          `e${[...power]
            .map((c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))
            .map((d) => (d < 0 ? '-' : d))
            .join('')}`,
      )
      .replaceAll(/\u2212(?=\d)/g, '-')
      .replaceAll('\u2212', '-')
      .replaceAll('·', '*')
      .replaceAll('- -', '+ ');
    return [readable(Number(new Function(`return ${plain}`)()), 3), right];
  };

  test.each([10, 20, 50])('work out by hand in each of %i steps', (steps) => {
    const table = compileSampler(SHIPPED, { sampler: 'ddpm', steps });
    let x: Float32Array = wave(3.1);
    for (const index of table.rows.keys()) {
      const step = stepOf(table, 'v_prediction', { index, x, output: wave(1.3 + index), seed: 5 });
      for (const at of [1, 6, 11]) {
        for (const form of ['epsilon', 'v_prediction'] as const) {
          const [worked, shown] = byHand(numbersOf('picture', { step, table, index }, at, form)!);
          expect(worked, `${form} in step ${index}`).toBe(shown);
        }
        for (const line of ['mean', 'move'] as const) {
          const [worked, shown] = byHand(numbersOf(line, { step, table, index }, at, 'epsilon')!);
          expect(worked, `${line} in step ${index}`).toBe(shown);
        }
      }
      x = step.result;
    }
  });

  test('have three digits where those are enough', () => {
    expect(workedOut([0.5, 0.25], ([a, b]) => a! + b!)).toEqual(['0.500', '0.250', '0.750']);
  });
});

test.each([
  { steps: 10, kept: 6, trusting: 3 },
  { steps: 20, kept: 16, trusting: 3 },
  { steps: 50, kept: 46, trusting: 3 },
])('of $steps steps each trusts the guess more than the one before', ({ steps, ...expected }) => {
  const table = compileSampler(SHIPPED, { sampler: 'ddpm', steps });
  expect(weighed(table)).toEqual(expected);
  const { rows } = table;
  expect(rows[0]!.A).toBeLessThan(0.01);
  expect(rows[0]!.D).toBeGreaterThan(0.98);
  expect([rows.at(-1)!.A, rows.at(-1)!.B]).toEqual([0, 1]);
  expect(rows.at(-1)!.D).toBeLessThan(1e-9);
  for (let i = 1; i < rows.length; i++) expect(rows[i]!.B).toBeGreaterThan(rows[i - 1]!.B);
  expect(rows.slice(1, 1 + expected.kept).every(({ A, B }) => A > B)).toBe(true);
});
