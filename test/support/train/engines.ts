/** Shared by the tests of training engines: which are available, small networks of each kind, and steps on them. */

import { sizeOf } from '@onnoise/scheduler/model';
import { drawStep } from '#scheduler/training/draw.ts';
import { drawMasks } from '#scheduler/training/masks.ts';
import { emaDecayAt } from '#scheduler/training/step-scalars.ts';
import type { EngineChoice } from '#training/engines/index.ts';
import { readInstall } from '#training/engines/native/install.ts';
import { probeNative } from '#training/engines/native/probe.ts';
import type { TrainPlan } from '#training/plan/plan.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { imagesPerStep } from '#training/settings/batch.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import type { StepResult, TrainEngine } from '#training/step/contracts.ts';
import { attentiveConfig, unetConfig } from '../models/unet.ts';

export type Engine = EngineChoice['kind'];

/**
 * Why an engine cannot be tested here, for skipBecause; undefined if it can.
 * @throws Error for one that is set up and does not load: its tests must not be skipped without a word.
 */
export async function missingReason(kind: Engine): Promise<string | undefined> {
  if (kind !== 'tfjs-node' && kind !== 'tfjs-node-gpu') return undefined;
  const status = await probeNative(kind);
  if (status.available) return undefined;
  if (readInstall(kind) !== undefined) throw new Error(`${kind} is set up, but ${status.reason}`);
  return `${kind} cannot be used, ${status.reason}: ${status.enable}`;
}

export const networks = {
  SimpleUnet: {
    model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [4, 6], time_emb_dim: 8, dropout: 0.2 },
    scheduler: { num_train_timesteps: 30, beta_schedule: 'linear' },
    training: { batch: 2, loss: 'l1', optimizer: 'adam', lr: 0.002, clipNorm: null },
  },
  UNet2DModel: {
    model: attentiveConfig({
      in_channels: 3,
      out_channels: 3,
      num_class_embeds: 3,
      conditions: [{ name: 'age', mean: 100, std: 40, min: 1, max: 228 }],
    }),
    scheduler: { num_train_timesteps: 30, beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' },
    training: { batch: 2, loss: 'huber', optimizer: 'adamw', weightDecay: 0.1, lr: 0.002, clipNorm: 0.5 },
  },
  residualResampling: {
    model: unetConfig({
      sample_size: 8,
      block_out_channels: [4, 8, 8],
      attention_head_dim: 4,
      down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D'],
      downsample_type: 'resnet',
      upsample_type: 'resnet',
      resnet_time_scale_shift: 'scale_shift',
      act_fn: 'mish',
    }),
    scheduler: { num_train_timesteps: 30 },
    training: { batch: 2, lr: 0.002 },
  },
} satisfies Record<string, PartialConfig>;

export const planOf = (config: PartialConfig) => planFromConfig(resolveConfig([{ name: 'the test', config }]));
export const startState = ({ step, initialParameters }: TrainPlan) => step.initialState(initialParameters());

/** Step `n` with the images, noise and labels that belong to it. */
export async function stepOn(engine: TrainEngine, plan: TrainPlan, n: number): Promise<StepResult> {
  const { model, step, config } = plan;
  const { lr } = config.training;
  const batch = imagesPerStep(config.training);
  const size = sizeOf(model.shape);
  const { noise, timesteps } = drawStep(1, n, batch, size, plan.schedule.T);
  const images = drawStep(2, n, batch, size, 1).noise.map((value) => Math.tanh(value));
  const { classCount, conditions } = model;
  return engine.step({
    images,
    noise,
    timesteps,
    ...drawMasks(1, n, batch, model.dropouts ?? []),
    ...(classCount !== null && { labels: Int32Array.from({ length: batch }, (_, i) => (n + i) % classCount) }),
    ...(conditions.length > 0 && {
      conditions: Float32Array.from({ length: 2 * batch }, (_, i) => (i % 2 ? 1 : Math.sin(n + i))),
    }),
    ...step.scalars({ step: n + 1, lr: lr, emaDecay: emaDecayAt(n, 0.999) }),
  });
}

/** The losses of steps `from` to `to`, queued as far ahead as the engine accepts them. */
export async function lossesOf(engine: TrainEngine, plan: TrainPlan, from: number, to: number): Promise<number[]> {
  const answers: Promise<StepResult>[] = [];
  for (let n = from; n < to; n++) {
    const answer = stepOn(engine, plan, n);
    // Awaited later; this keeps an early rejection from counting as unhandled.
    answer.catch(() => {});
    answers.push(answer);
    if (answers.length >= engine.depth) await answers[answers.length - engine.depth];
  }
  return (await Promise.all(answers)).map(({ loss }) => loss);
}
