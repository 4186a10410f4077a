import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { PartialConfig } from '../../../pipeline/src/train/config.ts';
import { resolveConfig } from '../../../pipeline/src/train/config.ts';
import type { TrainEngine } from '../../../pipeline/src/train/contracts.ts';
import { drawStep } from '../../../pipeline/src/train/draw.ts';
import { emaDecayAt } from '../../../pipeline/src/train/ema.ts';
import { createEngine, type EngineKind } from '../../../pipeline/src/train/engines/index.ts';
import type { TrainPlan } from '../../../pipeline/src/train/plan.ts';
import { planFromConfig } from '../../../pipeline/src/train/resolve.ts';
import { expectClose } from '../../support/compare.ts';
import { tinyPlan } from '../../support/train/tiny-plan.ts';

/** One contract, every engine that runs here and a network of each kind. */
const engines: EngineKind[] = ['tfjs-cpu', 'onnxruntime'];
const networks: Record<string, PartialConfig> = {
  SimpleUnet: {
    model: { _class_name: 'SimpleUnet', sample_size: 8, channels: [4, 6], time_emb_dim: 8 },
    scheduler: { num_train_timesteps: 30, beta_schedule: 'linear' },
    training: { batch: 2, loss: 'l1', optimizer: 'adam', lr: 0.01, clipNorm: null },
  },
  UNet2DModel: {
    model: {
      ...{ _class_name: 'UNet2DModel', sample_size: 8, in_channels: 3, out_channels: 3, num_class_embeds: 3 },
      ...{ block_out_channels: [4, 8], layers_per_block: 1, norm_num_groups: 2, attention_head_dim: 4 },
      ...{ down_block_types: ['DownBlock2D', 'AttnDownBlock2D'], up_block_types: ['AttnUpBlock2D', 'UpBlock2D'] },
    },
    scheduler: { num_train_timesteps: 30, beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' },
    training: { batch: 2, loss: 'huber', optimizer: 'adamw', weightDecay: 0.1, lr: 0.005, clipNorm: 0.5 },
  },
};

async function stepOn(engine: TrainEngine, plan: TrainPlan, n: number) {
  const { model, step, config } = plan;
  const { batch, lr } = config.training;
  const size = model.imageShape.reduce((product, extent) => product * extent, 1);
  const { noise, timesteps } = drawStep(1, n, batch, size, plan.schedule.T);
  const images = drawStep(2, n, batch, size, 1).noise.map((value) => Math.tanh(value));
  return engine.step({
    ...{ images, noise, timesteps },
    ...(model.classCount !== null && {
      labels: Int32Array.from({ length: batch }, (_, i) => (n + i) % model.classCount!),
    }),
    ...step.scalars({ step: n + 1, learningRate: lr, emaDecay: emaDecayAt(n, 0.999) }),
  });
}

async function lossesOf(engine: TrainEngine, plan: TrainPlan, from: number, to: number): Promise<number[]> {
  const losses = [];
  for (let n = from; n < to; n++) losses.push((await stepOn(engine, plan, n)).loss);
  return losses;
}

describe.each(Object.entries(networks))('engines training a %s', (_, config) => {
  const plan = planFromConfig(resolveConfig([{ name: 'the test', config }]));
  const start = () => plan.step.initialState(plan.initialParameters());

  it('agree on ten losses to 1e-4, and on the state after them', async () => {
    const results = [];
    for (const kind of engines) {
      const engine = await createEngine(kind, plan.step, start());
      results.push({ losses: await lossesOf(engine, plan, 0, 10), state: await engine.readState() });
      await engine.dispose();
    }
    const [reference, ...others] = results;
    for (const { losses, state } of others) {
      expectClose(losses, reference!.losses, { absolute: 1e-4, what: 'losses' });
      expect([...state.keys()].sort()).toEqual([...reference!.state.keys()].sort());
      for (const [name, values] of reference!.state) {
        // Where a gradient is all but zero, Adam makes a step of the rate out of its rounding.
        if (!name.startsWith('model.') && !name.startsWith('ema.')) continue;
        expectClose(state.get(name)!, values, { absolute: 10 * plan.config.training.lr, what: name });
      }
    }
    expect(reference!.losses[9]).not.toBeCloseTo(reference!.losses[0]!, 4);
  });

  it.each(engines)('%s continues from a state that it gave, to the last bit', async (kind) => {
    const first = await createEngine(kind, plan.step, start());
    const before = await lossesOf(first, plan, 0, 2);
    const saved = await first.readState();
    const kept = new Map([...saved].map(([name, values]) => [name, values.slice()]));
    const straight = await lossesOf(first, plan, 2, 5);
    // What was read stays as it was.
    expect(saved).toEqual(kept);
    await first.dispose();

    const second = await createEngine(kind, plan.step, start());
    expect(await lossesOf(second, plan, 0, 2)).toEqual(before);
    await second.writeState(saved);
    expect(await lossesOf(second, plan, 2, 5)).toEqual(straight);
    await second.dispose();

    const third = await createEngine(kind, plan.step, saved);
    expect(await lossesOf(third, plan, 2, 5)).toEqual(straight);
    await third.dispose();
  });
});

describe('createEngine', () => {
  it('takes no more memory after 1,000 steps of onnxruntime than after 10', async () => {
    const config: PartialConfig = {
      model: { _class_name: 'SimpleUnet', sample_size: 8, channels: [32, 64], time_emb_dim: 8 },
      scheduler: { num_train_timesteps: 30 },
      training: { batch: 2, steps: 1000 },
    };
    const plan = planFromConfig(resolveConfig([{ name: 'the test', config }]));
    const engine = await createEngine('onnxruntime', plan.step, plan.step.initialState(plan.initialParameters()));
    await lossesOf(engine, plan, 0, 10);
    const early = process.memoryUsage.rss();
    await lossesOf(engine, plan, 10, 1000);
    const state = plan.step.state.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    // A copy of the state kept at each step would be hundreds of times as much.
    expect(process.memoryUsage.rss() - early).toBeLessThan(40 * state);
    await engine.dispose();
  });

  it('leaks no tensors on tfjs-cpu', async () => {
    const plan = tinyPlan();
    const before = tf.memory().numTensors;
    const engine = await createEngine('tfjs-cpu', plan.step, plan.step.initialState(plan.initialParameters()));
    await lossesOf(engine, plan, 0, 2);
    const running = tf.memory().numTensors;
    await lossesOf(engine, plan, 2, 6);
    expect(tf.memory().numTensors).toBe(running);
    expect(running).toBe(before + plan.step.state.length);
    await engine.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says how to install an engine that is not there', async () => {
    const plan = tinyPlan();
    const state = plan.step.initialState(plan.initialParameters());
    await expect(createEngine('tfjs-node-gpu', plan.step, state)).rejects.toThrow(
      /received tfjs-node-gpu: it is not installed\. Install it with "npm install --no-save @tensorflow\/tfjs-node-gpu/,
    );
  });

  it('refuses an engine that it does not know, and lists those it does', async () => {
    const plan = tinyPlan();
    const state = plan.step.initialState(plan.initialParameters());
    await expect(createEngine('torch' as EngineKind, plan.step, state)).rejects.toThrow(
      /engine must be one of auto, onnxruntime, tfjs-cpu, tfjs-node, tfjs-node-gpu, received "torch"/,
    );
  });
});
