/** Runs with differential privacy of a tiny network without BatchNorm, in this process. */
import { planFromConfig, type TrainPlan } from '#training/plan/index.ts';
import { train } from '#training/run/train.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { memoryDataset } from './memory-dataset.ts';
import { newRun } from './tiny-run.ts';

export function privatePlan({ data, training, output, model }: PartialConfig = {}): TrainPlan {
  const network = {
    _class_name: 'UNet2DModel',
    block_out_channels: [4],
    layers_per_block: 1,
    norm_num_groups: 2,
    add_attention: false,
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
  };
  // A way to end that is given replaces the usual one.
  const ends = training && 'minutes' in training ? {} : { steps: 6 };
  const usual = {
    ...ends,
    batch: 6,
    lr: 0.01,
    emaDecay: 0.9,
    seed: 3,
    engine: 'onnxruntime',
    dpEpsilon: 8,
    dpDelta: 1e-3,
  };
  return planFromConfig(
    resolveConfig([
      {
        name: 'the test',
        config: {
          data: { source: 'blobs', size: 4, channels: 1, ...data },
          model: model ?? network,
          scheduler: { num_train_timesteps: 20 },
          training: { ...usual, ...training },
          output: { sampleCount: 2, sampleSteps: 4, checkpointEvery: 2, sampleEvery: null, ...output },
        },
      },
    ]),
  );
}

export interface PrivateGiven extends PartialConfig {
  run?: string;
  resume?: boolean;
  dataset?: ReturnType<typeof memoryDataset>;
  /** The power is cut in this step. */
  cutAt?: number;
}

export async function runPrivate({
  run = newRun(),
  resume = false,
  dataset = memoryDataset(),
  cutAt,
  ...config
}: PrivateGiven = {}) {
  const notes: string[] = [];
  const result = await train({
    plan: privatePlan(config),
    dataset,
    run,
    resume,
    hooks: {
      onNote: (note) => notes.push(note),
      onStep: ({ step }) => {
        if (step === cutAt) throw new Error('the power is cut');
      },
    },
  });
  return { run, notes, result };
}
