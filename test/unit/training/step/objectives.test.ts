import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawStep } from '#scheduler/training/draw.ts';
import { drawMasks, MASK } from '#scheduler/training/masks.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { lossesOf, networks, planOf, startState } from '#test/train/engines.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { newRun } from '#test/train/tiny-run.ts';
import { createEngine } from '#training/engines/index.ts';
import { estimatePlan } from '#training/plan/memory.ts';
import { unusedSettings } from '#training/plan/unused-settings.ts';
import { train } from '#training/run/train.ts';
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

describe('minSnrWeight', () => {
  it('is the weight of the paper for each prediction type, and its limit at both ends', () => {
    const alphaBar = 0.3; // SNR 3 / 7
    expect(minSnrWeight(alphaBar, 5, 'epsilon')).toBeCloseTo(1, 12);
    expect(minSnrWeight(0.9, 5, 'epsilon')).toBeCloseTo(5 / 9, 12);
    expect(minSnrWeight(0.9, 5, 'v_prediction')).toBeCloseTo(5 / 10, 12);
    expect(minSnrWeight(0.9, 5, 'sample')).toBeCloseTo(5, 12);
    expect(minSnrWeight(alphaBar, 5, 'sample')).toBeCloseTo(3 / 7, 12);
    expect([minSnrWeight(0, 5, 'epsilon'), minSnrWeight(1, 5, 'sample')]).toEqual([1, 5]);
  });
});

describe('offset noise', () => {
  it('adds a number to each channel, of its own standard deviation, and nothing at 0', () => {
    const [batch, channels, area] = [400, 3, 16];
    const plain = drawStep(1, 2, batch, channels * area, 10);
    expect(drawStep(1, 2, batch, channels * area, 10, { offset: { strength: 0, channels } })).toEqual(plain);
    const { noise, timesteps } = drawStep(1, 2, batch, channels * area, 10, { offset: { strength: 0.5, channels } });
    expect(timesteps).toEqual(plain.timesteps);
    const added = noise.map((value, i) => value - plain.noise[i]!);
    const offsets = Array.from({ length: batch * channels }, (_, i) => added[i * area]!);
    expectClose(
      added,
      added.map((_, i) => offsets[Math.floor(i / area)]!),
      { absolute: 1e-5 },
    );
    const variance = offsets.reduce((sum, offset) => sum + offset ** 2, 0) / offsets.length;
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(4 * Math.sqrt(2 / offsets.length));
  });
});

describe('dropout', () => {
  const dropouts = [
    { name: 'a', share: 0.3, shape: [4, 10, 10] as const },
    { name: 'b', share: 0.3, shape: [4, 10, 10] as const },
  ];

  it('drops its share and keeps the mean, differently in each layer and step', () => {
    const masks = drawMasks(5, 7, 10, dropouts);
    const [a, b] = [masks[`${MASK}a`]!, masks[`${MASK}b`]!];
    const dropped = a.filter((value) => value === 0).length / a.length;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / a.length));
    expect(new Set(a)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
    expect(a).not.toEqual(b);
    expect(a).not.toEqual(drawMasks(5, 8, 10, dropouts)[`${MASK}a`]);
    expect(masks).toEqual(drawMasks(5, 7, 10, dropouts));
  });

  it('trains to the same losses on both engines, other ones than without', { tags: 'long' }, async () => {
    const config = withTraining(unet, {}, { dropout: 0.4 });
    const [ort, tfjs] = [await course('onnxruntime', config), await course('tfjs-cpu', config)];
    expectClose(ort.losses, tfjs.losses, tolerance);
    const tutorial = withTraining(simple, {}, { dropout: 0.4 });
    expectClose((await course('onnxruntime', tutorial)).losses, (await course('tfjs-cpu', tutorial)).losses, tolerance);
    const without = await course('tfjs-cpu', unet);
    expect(Math.abs(without.losses[0]! - tfjs.losses[0]!)).toBeGreaterThan(1e-3);
  });
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
    const [ort, tfjs] = await Promise.all(
      (['onnxruntime', 'tfjs-cpu'] as const).map((kind) =>
        course(kind, withTraining(simple, { batch: 2, accumulate: 3 })),
      ),
    );
    const whole = await course('tfjs-cpu', withTraining(simple, { batch: 6 }));
    const name = 'model.downs.0.bnorm1.running_mean';
    expectClose(ort!.state.get(name)!, tfjs!.state.get(name)!, tolerance);
    const size = (state: Map<string, Float32Array>) => Math.hypot(...state.get(name)!);
    // Three updates of the running mean a step, and not one.
    expect(size(tfjs!.state)).toBeGreaterThan(1.5 * size(whole.state));
  });

  it('takes no more memory for more batches', async () => {
    const memory = async (accumulate: number) =>
      (await estimatePlan(planOf(withTraining(unet, { batch: 2, accumulate })))).total;
    expect((await memory(32)) / (await memory(2))).toBeLessThan(1.0001);
  });
});

describe('a learned schedule', () => {
  const learned = (more: object) => withTraining(unet, { loss: 'l2', learnSchedule: true, batch: 6, ...more });
  const names = ['slope', 'height', 'steepness', 'centre'].map((name) => `adam.m.schedule.${name}`);

  it('learns the same on both engines and from parts of a batch, and leaves the network its loss', {
    tags: 'long',
  }, async () => {
    const [tfjs, ort, parts] = [
      await course('tfjs-cpu', learned({})),
      await course('onnxruntime', learned({})),
      await course('onnxruntime', learned({ batch: 2, accumulate: 3 })),
    ];
    for (const name of names) {
      const expected = tfjs.state.get(name)!;
      expect(Math.hypot(...expected)).toBeGreaterThan(0);
      for (const { state } of [ort, parts])
        expectClose(state.get(name)!, expected, { absolute: 1e-5, relative: 1e-2, what: name });
    }
    const fixed = await course('tfjs-cpu', withTraining(unet, { loss: 'l2', batch: 6 }), 1);
    // It begins where the fixed schedule is, up to the line that its sigmoids only nearly make.
    expectClose([tfjs.losses[0]!], fixed.losses, { absolute: 2e-2 });
  });

  it.each<[object, object, RegExp]>([
    [{ loss: 'l1' }, {}, /^Cannot learn the schedule: --loss must be l2 with --learn-schedule, received l1\.$/],
    [{ minSnr: 5 }, {}, /: --min-snr must be off with --learn-schedule, received 5\.$/],
    [{}, { rescale_betas_zero_snr: true }, /: --scheduler\.rescale_betas_zero_snr must be false/],
    [{}, { num_train_timesteps: 2 }, /: --scheduler\.num_train_timesteps must be at least 3/],
  ])('is refused with what it cannot be learned with: %j, %j', (training, scheduler, message) => {
    const config = learned(training);
    expect(() => planOf({ ...config, scheduler: { ...config.scheduler, ...scheduler } })).toThrow(message);
  });
});

describe('a run with dropout, offset noise and accumulation', () => {
  it('continues after a stop to the last bit', { tags: 'long' }, async () => {
    const dataset = memoryDataset({ classes: 3 });
    const training = { steps: 4, batch: 2, accumulate: 3, offsetNoise: 0.1, minSnr: 5, engine: 'onnxruntime' };
    const config = withTraining(unet, training, { dropout: 0.2 });
    const output = { sampleCount: 1, sampleSteps: 2, checkpointEvery: null, sampleEvery: null };
    const plan = planOf({ ...config, data: { source: 'blobs' }, output });
    const run = async (stops: readonly number[]) => {
      const folder = newRun();
      for (const [i, stop] of [...stops, Number.POSITIVE_INFINITY].entries()) {
        const controller = new AbortController();
        const onStep = ({ step }: { step: number }) => void (step === stop && controller.abort());
        await train({ plan, dataset, run: folder, resume: i > 0, signal: controller.signal, hooks: { onStep } });
      }
      return readFileSync(join(folder, 'checkpoints/step-00000004/state.safetensors'));
    };
    expect((await run([2])).equals(await run([]))).toBe(true);
  });
});

describe('unusedSettings', () => {
  it('tells that a delta of the Huber loss is for that loss', () => {
    const { config } = planOf(withTraining(simple, { huberDelta: 0.5 }));
    expect(unusedSettings(config, 'onnxruntime', memoryDataset(), 1)).toContain(
      '--huber-delta has no effect with --loss l1.',
    );
  });
});
