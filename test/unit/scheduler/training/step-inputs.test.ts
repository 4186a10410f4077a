import { describe, expect, it } from 'vitest';
import { describeStep, FRESH } from '#pipeline/export/train-step/describe.ts';
import { createStepFeed, formatStepFile, readStepFile, type StepFile } from '#scheduler/training/index.ts';
import { planOf } from '#test/train/engines.ts';
import { createFlatStep } from '#training/step/flat-step.ts';

async function fileOf(training: object): Promise<StepFile> {
  const plan = planOf({
    model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [4, 6], time_emb_dim: 8 },
    scheduler: { num_train_timesteps: 30 },
    training: { batch: 2, lr: 0.1, ...training },
  });
  const flat = createFlatStep(plan.model, plan.step.recipe!.options);
  const history = { progress: FRESH, data: null, images: 20, classNames: undefined };
  return readStepFile(formatStepFile(await describeStep('test', plan, flat, history)));
}

const images = new Float32Array(2 * 16);
const rates = (file: StepFile, steps: number[]) => {
  const feed = createStepFeed(file);
  return steps.map((step) => feed(step, { images }).lr);
};

describe('createStepFeed', () => {
  it('lets the rate fall to the end of the run, and goes on at the full rate after it', async () => {
    const file = await fileOf({ steps: 10, lrSchedule: 'linear' });
    expect(rates(file, [0, 5, 9, 10, 500])).toEqual([0.1, 0.05, expect.closeTo(0.01, 12), 0.1, 0.1]);
  });

  it('counts epochs as steps, and lets no rate fall where a run ends by the clock', async () => {
    expect((await fileOf({ epochs: 3, lrSchedule: 'cosine' })).lr.steps).toBe(30);
    expect(rates(await fileOf({ minutes: 2, lrSchedule: 'cosine' }), [0, 1000])).toEqual([0.1, 0.1]);
  });

  it('draws the same numbers for the same step, others for another step or seed, and what the step asks for', async () => {
    const file = await fileOf({ steps: 10, warmupSteps: 4 });
    const feed = createStepFeed(file);
    const first = feed(3, { images }).inputs;
    expect(feed(3, { images }).inputs).toEqual(first);
    expect(Object.keys(first).sort()).toEqual(file.inputs.map(({ name }) => name).sort());
    for (const { name, shape } of file.inputs) {
      expect(first[name]).toHaveLength(shape.reduce((product, side) => product * side, 1));
    }
    expect(feed(4, { images }).inputs.noise).not.toEqual(first.noise);
    expect(createStepFeed({ ...file, seed: 1 })(3, { images }).inputs.noise).not.toEqual(first.noise);
    expect(rates(file, [0, 1, 3, 4])).toEqual([0.025, 0.05, 0.1, 0.1]);
  });
});
