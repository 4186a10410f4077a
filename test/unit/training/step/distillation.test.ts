import { compileSampler, ddimPaths, makeSchedule, parseSchedulerConfig, sampleImages } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tinyNet } from '#test/train/tiny-net.ts';
import { teach } from '#training/step/distillation.ts';

const SHAPE = [1, 5, 5] as const;
const SIZE = 25;
const config = parseSchedulerConfig({
  num_train_timesteps: 64,
  beta_schedule: 'squaredcos_cap_v2',
  prediction_type: 'v_prediction',
  timestep_spacing: 'trailing',
  clip_sample: false,
});
const schedule = makeSchedule(config);
const model = tinyNet({ channels: 1, hidden: 3, classes: 2 });
const noise = (seed: number, size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(seed + 37.7 * i));
const parameters = Object.fromEntries(
  model.parameters.map(({ name, shape }, i) => [
    name,
    tf.tensor(
      noise(
        i,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape as number[],
    ),
  ]),
);
const state = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [`teacher.${name}`, values]));
const LABELS = [1];

/** What a student of so many calls learns of one image at its first call. */
function lesson(calls: number, steps: number, latents: Float32Array) {
  const { noisy, target } = teach(
    model,
    {
      batch: 1,
      predictionType: 'v_prediction',
      told: [{ name: 'labels', port: 'class_labels', dtype: 'int32', sides: [], absent: 0 }],
    } as unknown as Parameters<typeof teach>[1],
    { paths: ddimPaths(config, schedule, calls, steps), guidance: 1, clip: null },
    state,
    {
      images: tf.zeros([1, ...SHAPE]),
      noise: tf.tensor(latents, [1, ...SHAPE]),
      timesteps: tf.tensor1d([0], 'int32'),
      labels: tf.tensor1d(LABELS, 'int32'),
    },
  );
  return { noisy: noisy.dataSync() as Float32Array, target: target.dataSync() as Float32Array };
}

/** The picture of DDIM with a network. */
const ddim = (steps: number, latents: Float32Array, network: (x: Float32Array, t: number) => Float32Array) =>
  sampleImages({
    table: compileSampler(config, { sampler: 'ddim', steps }),
    shape: [...SHAPE],
    seeds: [0],
    latents,
    denoise: async (x, timesteps) => network(x, timesteps[0]!),
  });

test('one call of a student that has learnt its lesson is where DDIM of its teacher ends', async () => {
  const latents = noise(5, SIZE);
  // The start of sampling is pure noise; that of the lesson has no more than the schedule's.
  const spread = Math.sqrt(1 - schedule.alphaBar[63]!);
  const { noisy, target } = lesson(
    1,
    4,
    latents.map((z) => z / spread),
  );
  expectClose(noisy, latents, { absolute: 1e-6, relative: 1e-6, what: 'noisy' });
  const teacher = (x: Float32Array, t: number) =>
    model
      .forward(parameters, tf.tensor4d(x, [1, ...SHAPE]), tf.tensor1d([t]), {
        training: false,
        labels: tf.tensor1d(LABELS, 'int32'),
      })
      .dataSync() as Float32Array;
  const [four, one] = [await ddim(4, latents, teacher), await ddim(1, latents, () => target)];
  expectClose(one, four, { absolute: 2e-5, relative: 1e-4, what: 'picture' });
});

test('the teacher of one step is its own target', () => {
  const { noisy, target } = lesson(2, 1, noise(6, SIZE));
  const own = model
    .forward(parameters, tf.tensor4d(noisy, [1, ...SHAPE]), tf.tensor1d([63]), {
      training: false,
      labels: tf.tensor1d(LABELS, 'int32'),
    })
    .dataSync();
  expectClose(target, own, { absolute: 1e-5, relative: 1e-4, what: 'target' });
});

test('steps of a call lead from its timestep to that of the next', () => {
  const [first, last] = ddimPaths(config, schedule, 2, 4);
  expect([first!.timesteps, last!.timesteps]).toEqual([
    [63, 55, 47, 39],
    [31, 23, 15, 7],
  ]);
  expect(last!.levels).toHaveLength(5);
  expect(last!.levels[4]).toEqual({ signal: 1, noise: 0 });
  expect(first!.levels[4]).toEqual({ signal: schedule.signal[31], noise: schedule.noise[31] });
});
