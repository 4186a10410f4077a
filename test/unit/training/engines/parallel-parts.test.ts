import { beforeAll, describe, expect, it } from 'vitest';
import { drawStep } from '#scheduler/training/draw.ts';
import { expectClose } from '#test/compare.ts';
import { createOnnxruntimeEngine } from '#training/engines/onnx/onnxruntime.ts';
import { partsForCores } from '#training/engines/onnx/parallel-parts.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';
import type { StepInputs, TrainEngine, TrainStep } from '#training/step/contracts.ts';

const SIDE = 8;
const BATCH = 8;

const UNET = {
  _class_name: 'UNet2DModel',
  sample_size: SIDE,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [16, 32],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 8,
  add_attention: false,
};

function stepOf(model: Record<string, unknown>, training: Record<string, unknown> = {}): TrainStep {
  const config = {
    data: { source: 'digits', size: SIDE, channels: 1 as const },
    model,
    training: { steps: 1, batch: BATCH, clipNorm: 1, emaDecay: 0.99, ...training },
  };
  return planFromConfig(resolveConfig([{ name: 'a test', config }])).step;
}

function inputsOf(step: TrainStep, number: number): StepInputs {
  const pixels = SIDE * SIDE;
  const images = Float32Array.from({ length: BATCH * pixels }, (_, i) => Math.sin(i + number));
  const scalars = step.scalars({ step: number + 1, lr: 1e-3, emaDecay: 0.99 });
  return { images, ...drawStep(0, number, BATCH, pixels, 1000), ...scalars };
}

const fresh = (step: TrainStep) => step.initialState(initParameters(createModel(UNET), 0));

async function train(engine: TrainEngine, step: TrainStep, from: number, to: number) {
  const results: number[] = [];
  for (let number = from; number < to; number++) {
    const { loss, gradNorm } = await engine.step(inputsOf(step, number));
    results.push(loss, gradNorm);
  }
  return results;
}

describe('partsForCores', () => {
  it('gives each core a part of the batch, of four images at least', () => {
    const counts = [1, 2, 3, 16].map((cores) => partsForCores(stepOf(UNET, { batch: 24 }), cores)?.count);
    expect(counts).toEqual([undefined, 2, 3, 6]);
    expect(partsForCores(stepOf(UNET, { batch: 7 }), 2)).toBeUndefined();
  });

  it('leaves whole what a batch depends on, and what is accumulated', () => {
    const tutorial = { _class_name: 'SimpleUnet', sample_size: SIDE, channels: [16, 32] };
    expect(partsForCores(stepOf(tutorial), 2)).toBeUndefined(); // BatchNorm
    expect(partsForCores(stepOf(UNET, { accumulate: 2 }), 2)).toBeUndefined();
    expect(partsForCores(stepOf(UNET, { learnSchedule: true }), 2)).toBeUndefined();
  });
});

describe.each(['adamw', 'muon'])('a step in parts, by %s', (optimizer) => {
  let step: TrainStep;
  beforeAll(() => {
    step = stepOf(UNET, { optimizer, weightDecay: 0.01 });
  });

  it('trains as the whole batch does', { tags: 'long' }, async () => {
    const sharded = { ...step, cut: () => step.cut!(2) };
    const { cut: _, ...whole } = step;
    const [one, two] = [
      await createOnnxruntimeEngine(sharded, fresh(step)),
      await createOnnxruntimeEngine(whole, fresh(step)),
    ];
    const [found, expected] = [await train(one, step, 0, 4), await train(two, step, 0, 4)];
    expectClose(found, expected, { relative: 1e-4 });
    await one.dispose();
    await two.dispose();
  });

  it('goes on from a state that it gave, to the last bit', { tags: 'long' }, async () => {
    const first = await createOnnxruntimeEngine(step, fresh(step));
    await train(first, step, 0, 2);
    const second = await createOnnxruntimeEngine(step, await first.readState());
    expect(await train(second, step, 2, 4)).toEqual(await train(first, step, 2, 4));
    expect(await second.readState()).toEqual(await first.readState());
    await first.dispose();
    await second.dispose();
  });
});

it('a part that fails is an error of the step, and the next step works', { tags: 'long' }, async () => {
  const step = stepOf({ ...UNET, num_class_embeds: 10 });
  const engine = await createOnnxruntimeEngine(
    step,
    step.initialState(initParameters(createModel({ ...UNET, num_class_embeds: 10 }), 0)),
  );
  const good = { ...inputsOf(step, 0), labels: new Int32Array(BATCH) };
  // The last image is in the last part.
  const bad = { ...good, labels: Int32Array.from({ length: BATCH }, (_, i) => (i === BATCH - 1 ? 1000 : 0)) };
  await expect(engine.step(bad)).rejects.toThrow(/out of data bounds|must be within/);
  expect((await engine.step(good)).loss).toBeGreaterThan(0);
  await engine.dispose();
});
