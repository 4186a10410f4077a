import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { lossesOf, networks, planOf, startState } from '#test/train/engines.ts';
import { createEngine } from '#training/engines/index.ts';
import { estimatePlan } from '#training/plan/memory.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import { minSnrWeight } from '#training/step/loss.ts';

const { SimpleUnet: simple } = networks;
/** Smaller than the engines' own, because so many are traced here. */
const unet = {
  ...networks.UNet2DModel,
  model: {
    ...networks.UNet2DModel.model,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [4],
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    mid_block_type: null,
    conditions: [],
  },
};
const withTraining = (base: PartialConfig, training: object, model: object = {}): PartialConfig => ({
  ...base,
  model: { ...base.model, ...model },
  training: { ...base.training, ...training },
});

/** The losses and the state of some steps. */
async function course(kind: 'onnxruntime' | 'tfjs-cpu', config: PartialConfig, steps = 3) {
  const plan = planOf(config);
  const engine = await createEngine(kind, plan.step, startState(plan));
  const losses = await lossesOf(engine, plan, 0, steps);
  const state = await engine.readState();
  await engine.dispose();
  return { losses, state };
}

const tolerance = { absolute: 2e-5, relative: 2e-4 };

it('minSnrWeight has its limits at both ends', () => {
  expect([minSnrWeight(0, 5, 'epsilon'), minSnrWeight(1, 5, 'sample')]).toEqual([1, 5]);
});

describe('gradient accumulation', () => {
  const large = withTraining(unet, { batch: 6, minSnr: 5 }, { dropout: 0.2 });
  const parts = withTraining(unet, { batch: 2, accumulate: 3, minSnr: 5 }, { dropout: 0.2 });

  const ACCUMULATING = [{ kind: 'onnxruntime' }, { kind: 'tfjs-cpu' }] as const;
  eachLong(ACCUMULATING, 'gives what the large batch gives, on $kind', async ({ kind }) => {
    const [whole, summed] = [await course(kind, large), await course(kind, parts)];
    expectClose(summed.losses, whole.losses, tolerance);
    for (const [name, values] of whole.state) {
      // Adam divides by the root of the squares, so that the rounding of small gradients shows.
      if (name.startsWith('adam.m')) expectClose(summed.state.get(name)!, values, { absolute: 2e-6, what: name });
    }
  });

  it("takes BatchNorm's statistics from each small batch", { tags: 'long' }, async () => {
    const parts = await course('onnxruntime', withTraining(simple, { batch: 2, accumulate: 3 }));
    const whole = await course('tfjs-cpu', withTraining(simple, { batch: 6 }));
    const name = 'model.downs.0.bnorm1.running_mean';
    const size = (state: Map<string, Float32Array>) => Math.hypot(...state.get(name)!);
    // Three updates of the running mean a step, and not one.
    expect(size(parts.state)).toBeGreaterThan(1.5 * size(whole.state));
  });

  it('takes no more memory for more batches', async () => {
    const memory = async (accumulate: number) =>
      (await estimatePlan(planOf(withTraining(unet, { batch: 2, accumulate })))).total;
    expect((await memory(32)) / (await memory(2))).toBeLessThan(1.0001);
  });
});
