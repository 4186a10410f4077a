/** A plan around the tiny network, with everything small. */

import { uniform } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { planTraining, type TrainPlan } from '#training/plan/plan.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { tinyNet } from './tiny-net.ts';

/** What a step draws beside noise and timesteps: a run with these goes on after a kill only if all of it is drawn again. */
export const drawing = (steps: number): PartialConfig => ({
  data: { rotate: 10, translate: 0.1, scale: 0.2, contrast: 0.3 },
  training: { steps, batch: 2, accumulate: 2, offsetNoise: 0.1 },
  output: { checkpointEvery: 5 },
});

export function tinyPlan({ data, training, output, scheduler, model }: PartialConfig = {}): TrainPlan {
  const config = resolveConfig([
    {
      name: 'the test',
      config: {
        data: { source: 'blobs', size: 4, channels: 1, flip: true, ...data },
        model: { _class_name: 'SimpleUnet', channels: [2, 3], ...model },
        scheduler: { num_train_timesteps: 20, beta_schedule: 'cosine', ...scheduler },
        training: { batch: 4, lr: 0.01, emaDecay: 0.9, seed: 3, engine: 'tfjs-cpu', lrSchedule: 'cosine', ...training },
        output: { sampleCount: 2, sampleSteps: 4, checkpointEvery: null, sampleEvery: null, ...output },
      },
    },
  ]);
  const net = {
    ...tinyNet({ channels: 1, hidden: 3 }),
    shape: [1, 4, 4] as const,
    classCount: null,
    nullCondition: false,
    conditions: [],
    timestepCount: 20,
  };
  const initial = (seed: number) =>
    net.parameters.map(({ name, shape, trainable }, i) => {
      const values = new Float32Array(sizeOf(shape));
      if (trainable) uniform(seed, i, 0, values);
      return [name, values.map((value) => (trainable ? 0.6 * (value - 0.5) : 0))] as const;
    });
  return planTraining(config, net, (seed) => new Map(initial(seed)));
}
