import { describe, expect, it } from 'vitest';
import { conditionInputs, drawDropped, encodeBatch } from '#scheduler/training/conditioning.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { newRun } from '#test/train/tiny-run.ts';
import type { Dataset } from '#training/data/index.ts';
import { createPredictor } from '#training/pictures/denoiser.ts';
import { drawPreview } from '#training/pictures/preview.ts';
import { completePlan, draftPlan, planFromConfig } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import { loadCheckpoint } from '#training/saved/checkpoint.ts';
import { checkConditions } from '#training/settings/conditions.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { parametersOf } from '#training/step/state.ts';

const base: PartialConfig = {
  data: { size: 4, channels: 1 },
  model: { _class_name: 'SimpleUnet', channels: [2, 4], time_emb_dim: 4 },
};
const resolve = (...more: PartialConfig[]) =>
  resolveConfig([base, ...more].map((config, i) => ({ name: `layer ${i}`, config })));
const aged = memoryDataset({ aged: true });
const AGE = { name: 'age', mean: 100, std: 40, min: 1, max: 228 };

describe('the plan of images with conditions', () => {
  it('takes their mean, deviation and range of the images to train on', () => {
    const draft = draftPlan(resolve());
    const { model, config } = completePlan(draft, aged);
    // Of 22 images the first 3 are held out: 14.5, 16 and so on to 41.5.
    const spec = { name: 'age', mean: 28, std: expect.closeTo(1.5 * Math.sqrt(30), 9), min: 14.5, max: 41.5 };
    expect(model.conditions).toEqual([spec]);
    expect(config.model.conditions).toEqual([spec]);
    expect(model.parameters.map(({ name }) => name)).toContain('condition_embeddings.0.linear_1.weight');
    expect(planFromConfig(resolve(JSON.parse(JSON.stringify(config)))).config).toEqual(config);
  });

  it('keeps those that the settings name, as a continued run does', () => {
    const { model } = completePlan(draftPlan(resolve({ model: { conditions: [AGE] } })), aged);
    expect(model.conditions).toEqual([AGE]);
  });

  it('widens the range of the weights to start from, and keeps what they know values by', () => {
    const narrow = { ...AGE, min: 20, max: 30 };
    const named = resolve({ model: { conditions: [narrow] } });
    const before = planFromConfig(named);
    const weights = before.initialParameters();
    const parameters = new Map(
      before.model.parameters.map(({ name, shape }) => [name, { shape, values: weights.get(name)! }]),
    );
    const plan = completePlan(draftPlan(named, { name: 'runs/before', hash: '', parameters }), aged);
    expect(plan.model.conditions).toEqual([{ ...AGE, min: 14.5, max: 41.5 }]);
  });

  it('may leave them out under label dropout, without classes too', () => {
    const { model, config } = completePlan(draftPlan(resolve({ training: { labelDropout: 0.1 } })), aged);
    expect([model.classCount, model.nullCondition, config.model.null_condition]).toEqual([null, true, true]);
  });

  it.each([7, 0.1])('refuses a condition that is %d for all', (value) => {
    const same = { ...aged, conditions: { names: ['age'], values: new Float64Array(22).fill(value) } };
    expect(() => completePlan(draftPlan(resolve()), same)).toThrow(
      `Cannot start training: age of --condition-columns must be more than one value, received ${value}.`,
    );
  });

  it.each<[unknown, string]>([
    [3, 'conditions must be a list, received 3.'],
    [[{ ...AGE, std: 0 }], 'std of conditions[0] of the config must be a number above 0, received 0.'],
    [[{ ...AGE, name: 'Bone age' }], 'name of conditions[0] of the config must be lower-case letters, digits and _'],
  ])('refuses the conditions %j', (conditions, message) => {
    expect(() => planFromConfig(resolve({ model: { conditions } }))).toThrow(
      `Cannot read the SimpleUnet config: ${message}`,
    );
  });
});

describe('checkConditions', () => {
  it('is content with the same names', () => {
    expect(() => checkConditions([AGE], ['age'])).not.toThrow();
    expect(() => checkConditions([])).not.toThrow();
  });

  it.each([
    [[AGE], [], 'age, received none. Give them with --csv and --condition-columns age.'],
    [[], ['age'], 'none, received age. Leave out --condition-columns.'],
    [[AGE], ['weight'], 'age, received weight. Give them with --csv and --condition-columns age.'],
  ])('refuses others: %j for %j', (specs, names, end) => {
    expect(() => checkConditions(specs, names)).toThrow(
      `Cannot start training: the conditions of the images must be those of the network, ${end}`,
    );
  });
});

describe('the conditions of a batch', () => {
  const specs = [AGE, { name: 'weight', mean: 2, std: 0.5, min: 1, max: 3 }];
  const values = Float64Array.of(100, 3, 180, 2, 20, 1.5);

  it('are normalised values, then flags, and zeros where they are absent', () => {
    expect([...encodeBatch(specs, values, [false, true, false])]).toEqual([0, 2, 1, 1, 0, 0, 0, 0, -2, -1, 1, 1]);
  });

  it('are absent exactly where the class is the null class', () => {
    const options = { seed: 3, batch: 8, labelDropout: 0.4 };
    const inputs = conditionInputs({ classCount: 5, conditions: [AGE] }, options);
    const batch = { labels: new Int32Array(8), conditions: new Float64Array(8).fill(140) };
    const { labels, conditions } = inputs(batch, 2);
    const dropped = drawDropped(3, 2, 8, 0.4);
    expect(new Set(dropped).size).toBe(2);
    expect([...labels!]).toEqual(dropped.map((gone) => (gone ? 5 : 0)));
    expect([...conditions!]).toEqual(dropped.flatMap((gone) => (gone ? [0, 0] : [1, 1])));
  });
});

/** Flat images whose level follows their age. */
function brightness(): Dataset {
  const dataset = memoryDataset({ aged: true, count: 64, heldOut: 4 });
  const { values } = dataset.conditions!;
  const read: Dataset['read'] = (indices, out) => {
    for (let i = 0; i < indices.length; i++) out.fill(20 + 2 * values[indices[i]!]!, 16 * i, 16 * (i + 1));
  };
  return { ...dataset, read };
}

describe('a run on images whose brightness is their condition', () => {
  it('learns it, and draws from dark to bright', { tags: 'long' }, async () => {
    const dataset = brightness();
    const draft = draftPlan(
      resolve({
        data: { source: 'blobs' },
        model: { channels: [8, 16], time_emb_dim: 16 },
        scheduler: {
          num_train_timesteps: 50,
          beta_schedule: 'squaredcos_cap_v2',
          prediction_type: 'sample',
          timestep_spacing: 'trailing',
        },
        training: { steps: 200, batch: 16, lr: 0.01, emaDecay: 0.98, labelDropout: 0.1, engine: 'onnxruntime' },
        output: { sampleCount: 2, sampleSteps: 4 },
      }),
    );
    const plan = completePlan(draft, dataset);
    const { checkpoint } = await train({ plan, dataset, run: newRun(), resume: false });
    const { state } = await loadCheckpoint(checkpoint!);
    const predictor = await createPredictor(plan.model, parametersOf(state));
    const { model, scheduler } = plan;
    const { shape, conditions } = model;
    const sampling = { predictor, scheduler, shape, conditions, classes: null, sampler: 'ddim', steps: 20 } as const;
    const { images } = await drawPreview({ ...sampling, count: 16, seed: 5 });
    await predictor.dispose();
    const means = Array.from(
      { length: 16 },
      (_, i) => images.subarray(16 * i, 16 * (i + 1)).reduce((a, b) => a + b) / 16,
    );
    const { min, max } = conditions[0]!;
    const errors = means.map((mean, i) => Math.abs(mean - ((20 + 2 * (min + (i / 15) * (max - min))) / 127.5 - 1)));
    // The range of brightness is 1.4.
    expect(Math.max(...errors)).toBeLessThan(0.2);
  });
});
