import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { attentiveConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, skipBecause } from '#test/skip.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';
import { compareCurves } from '../../../scripts/bench/parity/curves.ts';
import { sampleOurs, sampleTorch } from '../../../scripts/bench/parity/sample.ts';
import { startTorch, type TorchSide } from '../../../scripts/bench/parity/torch-side.ts';
import { type Trained, trainOurs, trainTorch } from '../../../scripts/bench/parity/train.ts';

const plan = planFromConfig(
  resolveConfig([
    {
      name: 'the test',
      config: {
        data: { source: 'blobs', size: 4, channels: 1, flip: true },
        model: attentiveConfig({
          block_out_channels: [8, 16],
          norm_num_groups: 4,
          attention_head_dim: 8,
          num_class_embeds: 2,
        }),
        scheduler: { num_train_timesteps: 100, beta_schedule: 'squaredcos_cap_v2', prediction_type: 'v_prediction' },
        training: { steps: 8, batch: 4, lr: 0.002, warmupSteps: 2, lrSchedule: 'cosine', weightDecay: 0.01, seed: 5 },
        output: { checkpointEvery: 3, sampleEvery: null, sampleCount: 2, sampleSteps: 2 },
      },
    },
  ]),
);

describe('a run in lockstep with PyTorch and diffusers', skipBecause(lacksPython('diffusers')), () => {
  const folder = temporaryFolder();
  const dataset = memoryDataset({ classes: 2 });
  let torch: TorchSide;
  let ours: Trained;
  let theirs: Trained;

  beforeAll(async () => {
    torch = await startTorch();
    const cut = (step: number) => {
      if (step === 5) throw new Error('the power is cut');
    };
    await expect(trainOurs(plan, dataset, folder, cut)).rejects.toThrow('the power is cut');
    await expect(trainTorch(plan, dataset, folder, torch, cut)).rejects.toThrow('the power is cut');
    ours = await trainOurs(plan, dataset, folder, () => {});
    theirs = await trainTorch(plan, dataset, folder, torch, () => {});
  }, 300_000);
  afterAll(() => torch?.stop());

  it('has the losses and gradient norms of PyTorch, up to rounding, also when both were stopped and went on', () => {
    const { first, ten, apart } = compareCurves(ours.lines, theirs.lines);
    expect(first).toBeLessThan(1e-5);
    expect(ten).toBeLessThan(1e-5);
    expect(apart).toBeUndefined();
    expect(theirs.lines.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('ends with averaged weights that draw the same pictures', async () => {
    const sampling = { count: 4, steps: 10, eta: 1 };
    const drawn = await sampleOurs(plan, ours.weights, sampling);
    expectClose(await sampleTorch(plan, theirs.weights, sampling, torch), drawn, {
      absolute: 1e-4,
      relative: 0,
      what: 'picture',
    });
  });

  it('is not trained again when it is continued', async () => {
    const say = () => {
      throw new Error('trained again');
    };
    expect(await trainOurs(plan, dataset, folder, say)).toEqual(ours);
    expect(await trainTorch(plan, dataset, folder, torch, say)).toEqual(theirs);
  });

  it('says what Python said when it stops', { tags: 'long' }, async () => {
    const other = await startTorch();
    await expect(other.ask('open', { config: {} })).rejects.toThrow(/stopped: [\s\S]*TypeError/);
  });
});
