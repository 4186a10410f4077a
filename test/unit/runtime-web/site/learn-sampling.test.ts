import { compileSampler, makeSchedule, parseSchedulerConfig, predictionTarget, sampleImages } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { formsOf, squaredError } from '#site/views/learn/forms.ts';
import { LINES, lineAfter } from '#site/views/learn/sampling/lines.ts';
import { stepOf } from '#site/views/learn/sampling/walk.ts';
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
      const forms = formsOf(prediction_type, alphaBar, x, output);
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
