import { describe, expect, it } from 'vitest';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { completePlan, draftPlan, planFromConfig } from '#training/plan/resolve.ts';
import { checkConditions } from '#training/settings/conditions.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';

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

  it('keeps those that the settings name, as a continued run does, and widens the range of weights to start from', () => {
    const { model } = completePlan(draftPlan(resolve({ model: { conditions: [AGE] } })), aged);
    expect(model.conditions).toEqual([AGE]);
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

it.each([
  [[AGE], [], 'age, received none. Give them with --csv and --condition-columns age.'],
  [[], ['age'], 'none, received age. Leave out --condition-columns.'],
  [[AGE], ['weight'], 'age, received weight. Give them with --csv and --condition-columns age.'],
])('checkConditions refuses others than the network has: %j for %j', (specs, names, end) => {
  checkConditions(
    specs,
    specs.map(({ name }) => name),
  );
  expect(() => checkConditions(specs, names)).toThrow(
    `Cannot start training: the conditions of the images must be those of the network, ${end}`,
  );
});
