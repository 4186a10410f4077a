import { completeRequest, parseSchedulerConfig, TIMESTEP_SPACINGS, usualSteps } from '@onnoise/scheduler';
import { expect, test } from 'vitest';

test('the default steps are 20, and one less than T where T is small', () => {
  const steps = [1, 2, 3, 20, 21, 300, 1000].map((T) => usualSteps({ num_train_timesteps: T }));
  expect(steps).toEqual([1, 1, 2, 19, 20, 20, 20]);
});

test('a request without options suits every schedule, however short', () => {
  for (const timestep_spacing of TIMESTEP_SPACINGS) {
    for (const prediction_type of ['epsilon', 'v_prediction'] as const) {
      for (const T of [1, 2, 3, 10, 20, 21, 300, 1000]) {
        const scheduler = parseSchedulerConfig({ num_train_timesteps: T, timestep_spacing, prediction_type });
        const { table } = completeRequest({ classes: 0, scheduler }, {});
        expect(
          table.rows.every((row) =>
            Object.values(row).every((value) => typeof value !== 'number' || Number.isFinite(value)),
          ),
        ).toBe(true);
      }
    }
  }
});
