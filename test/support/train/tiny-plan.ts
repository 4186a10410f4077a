/** A plan around the tiny network, with everything small. */

import { planTraining, type TrainPlan } from '#training/plan/plan.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { tinyNet, tinyParameters } from './tiny-net.ts';

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
  return planTraining(config, net, (seed) => tinyParameters(net, seed));
}
