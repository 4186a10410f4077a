import { sizeOf } from '@onnoise/scheduler/model';
import { expect, it } from 'vitest';
import { lossesOf, planOf, startState } from '#test/train/engines.ts';
import { createEngine } from '#training/engines/index.ts';

it('createEngine takes no more memory after 1,000 steps of onnxruntime than after 10', async () => {
  const plan = planOf({
    model: { _class_name: 'SimpleUnet', sample_size: 8, channels: [32, 64], time_emb_dim: 8 },
    scheduler: { num_train_timesteps: 30 },
    training: { batch: 2, steps: 1000 },
  });
  const engine = await createEngine('onnxruntime', plan.step, startState(plan));
  await lossesOf(engine, plan, 0, 10);
  const early = process.memoryUsage.rss();
  await lossesOf(engine, plan, 10, 1000);
  const state = plan.step.state.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  // Keeping a copy of the state at each step would take hundreds of times as much.
  expect(process.memoryUsage.rss() - early).toBeLessThan(40 * state);
  await engine.dispose();
}, 120_000);
