import { parseSchedulerConfig } from '@onnoise/scheduler';
import { completeRequest, usualSampling } from '@onnoise/scheduler/model';
import { describe, expect, test } from 'vitest';
import { distilledOf } from '#scheduler/sampling/distilled.ts';

const scheduler = parseSchedulerConfig({ timestep_spacing: 'trailing', prediction_type: 'v_prediction' });
const student = {
  scheduler,
  shape: [1, 4, 4] as const,
  classes: 2,
  nullCondition: true,
  distilled: { calls: 2, guidance: 1.1 },
};

test('a student is sampled in its calls, by DDIM, without guidance', () => {
  expect(usualSampling(student)).toEqual({ sampler: 'ddim', steps: 2, guidance: 1 });
  const { table, guidance } = completeRequest({ ...student, shape: [1, 4, 4] }, { count: 1 });
  expect(table.rows.map(({ timestep }) => timestep)).toEqual([999, 499]);
  expect(guidance).toBeUndefined();
});

test('other models as ever', () => {
  const { distilled: _, ...model } = student;
  expect(usualSampling(model)).toEqual({ sampler: 'dpmpp_2m_sde', steps: 20, guidance: 1.1 });
  expect(usualSampling({ ...model, nullCondition: false }).guidance).toBe(1);
});

test('what it was given in its own words is taken', () => {
  const { table } = completeRequest({ ...student, shape: [1, 4, 4] }, { steps: 2, sampler: 'ddim', guidance: 1 });
  expect(table.rows).toHaveLength(2);
});

test.each([
  [
    { spacing: 'leading' },
    'spacing must be model or left out, as this model was distilled to draw in 2 calls, received',
  ],
  [{ steps: 20 }, 'steps must be 2 or left out, as this model was distilled to draw in 2 calls, received 20'],
  [{ sampler: 'dpmpp_2m' }, 'sampler must be ddim or left out'],
  [{ guidance: 2 }, 'guidance must be left out or 1, as this model has a guidance of 1.1 built in, received 2'],
] as const)('%j is refused, since it does not know other timesteps or guidance', (asked, sentence) => {
  expect(() => completeRequest(student, asked)).toThrow(sentence);
  expect(completeRequest(student, { spacing: 'model' }).table.rows).toHaveLength(2);
});

describe('distilled of model_index.json', () => {
  test('is calls and guidance, or nothing', () => {
    expect(distilledOf('load the model', {}, 1000)).toBeUndefined();
    expect(distilledOf('load the model', { distilled: null }, 1000)).toBeUndefined();
    expect(distilledOf('load the model', { distilled: { calls: 4 } }, 1000)).toEqual({ calls: 4, guidance: 1 });
  });

  test.each([
    [[4, 1.1], 'distilled of model_index.json must be an object of calls and guidance'],
    [{ guidance: 1 }, 'calls of distilled of model_index.json must be an integer from 1 to 1000'],
    [{ calls: 1001 }, 'calls of distilled of model_index.json must be an integer from 1 to 1000'],
    [{ calls: 4, guidance: -1 }, 'guidance of distilled of model_index.json must be a number from 0'],
    [{ calls: 4, steps: 4 }, 'distilled of model_index.json must have calls and guidance alone, received steps'],
  ])('is refused as %o', (distilled, sentence) => {
    expect(() => distilledOf('load the model', { distilled }, 1000)).toThrow(sentence);
  });
});
