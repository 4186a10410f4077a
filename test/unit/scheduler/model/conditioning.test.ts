import { describe, expect, it } from 'vitest';
import { DEFAULT_GUIDANCE, parseSchedulerConfig } from '#scheduler/index.ts';
import {
  type ConditioningFacts,
  type ConditionSpec,
  completeRequest,
  conditionRows,
  extraInputs,
  inputTensors,
  nullRow,
  type PictureOptions,
  readConditions,
  signatureFault,
} from '#scheduler/model/index.ts';

const AGE: ConditionSpec = { name: 'age', mean: 100, std: 40, min: 10, max: 200 };
const WEIGHT: ConditionSpec = { name: 'weight', mean: 4, std: 2, min: 2, max: 9 };
const scheduler = parseSchedulerConfig({ num_train_timesteps: 100 });

const PLAIN: ConditioningFacts = { classes: 0 };
const CLASSES: ConditioningFacts = { classes: 3 };
const GUIDED: ConditioningFacts = { classes: 3, nullCondition: true };
const NUMBERS: ConditioningFacts = { classes: 0, conditions: [AGE, WEIGHT] };
const BOTH: ConditioningFacts = { classes: 2, nullCondition: true, conditions: [AGE, WEIGHT] };

const complete = (facts: ConditioningFacts, options: PictureOptions) =>
  completeRequest({ ...facts, scheduler, shape: [1, 1, 1] }, { steps: 1, ...options });

describe("a network's extra inputs", () => {
  it.each<[string, ConditioningFacts, object[], number[]]>([
    ['no condition', PLAIN, [], []],
    ['classes', CLASSES, [{ name: 'class_labels', type: 'int64', sides: [], absent: [0] }], [0]],
    ['a null class', GUIDED, [{ name: 'class_labels', type: 'int64', sides: [], absent: [3] }], [3]],
    ['numbers', NUMBERS, [{ name: 'conditions', type: 'float32', sides: [4], absent: [0, 0, 0, 0] }], [0, 0, 0, 0]],
    [
      'both',
      BOTH,
      [
        { name: 'class_labels', type: 'int64', sides: [], absent: [2] },
        { name: 'conditions', type: 'float32', sides: [4], absent: [0, 0, 0, 0] },
      ],
      [2, 0, 0, 0, 0],
    ],
  ])('are data, with the values of an image without: %s', (_, facts, inputs, absent) => {
    expect(extraInputs(facts).map((input) => ({ ...input, absent: Array.from(input.absent) }))).toEqual(inputs);
    expect([...nullRow(extraInputs(facts))]).toEqual(absent);
    const tensor = (name: string, type: string, dims: (string | number)[]) => ({ name, type, dims });
    const image = (name: string) => tensor(name, 'float32', ['N', 1, 4, 4]);
    const ports = [image('sample'), tensor('timestep', 'float32', ['N'])];
    const extra = extraInputs(facts).map(({ name, type, sides }) => tensor(name, type, ['N', ...sides]));
    expect(signatureFault([...ports, ...extra], [image('out_sample')], { shape: [1, 4, 4], ...facts })).toBeUndefined();
  });

  it('become tensors of rows, each image with its class and its numbers, or with none', () => {
    const inputs = extraInputs(BOTH);
    const request = complete(BOTH, { count: 2, labels: [1, 0], conditions: { weight: [6, 2] } });
    const rows = [...conditionRows(inputs, request, 2), nullRow(inputs)];
    expect(inputTensors(inputs, rows)).toEqual([
      { name: 'class_labels', type: 'int64', dims: [3], values: BigInt64Array.of(1n, 0n, 2n) },
      {
        name: 'conditions',
        type: 'float32',
        dims: [3, 4],
        values: Float32Array.of(0, 1, 0, 1, 0, -1, 0, 1, 0, 0, 0, 0),
      },
    ]);
  });
});

describe('the conditions of a request', () => {
  it('are taken in turn and encoded: how many deviations from the mean, and whether they are given', () => {
    expect(complete(NUMBERS, { count: 3, conditions: { age: [140, 100], weight: 3 } }).conditions).toEqual([
      Float32Array.of(1, -0.5, 1, 1),
      Float32Array.of(0, -0.5, 1, 1),
      Float32Array.of(1, -0.5, 1, 1),
    ]);
    expect(complete(BOTH, {}).conditions).toEqual([new Float32Array(4)]);
    expect(complete(GUIDED, { conditions: {} }).conditions).toBeUndefined();
  });

  it.each<[ConditioningFacts, PictureOptions, string]>([
    [
      BOTH,
      { conditions: { constructor: 12 } as never },
      'a condition must be one of age, weight, received "constructor".',
    ],
    [BOTH, { conditions: { age: Number.NaN } }, 'condition age must be a number from 10 to 200, received NaN.'],
    [
      BOTH,
      { count: 2, conditions: { age: [20, 201] } },
      'condition age must be a number from 10 to 200, received 201.',
    ],
    [BOTH, { conditions: { age: [] } }, 'condition age must be at least one number, received [].'],
    [
      BOTH,
      { conditions: { age: [20, 30] } },
      'the values of condition age must be at most as many as images, received 2 for 1.',
    ],
    [NUMBERS, { conditions: { age: 20 } }, 'condition weight must be a number from 2 to 9, received none.'],
    [NUMBERS, {}, 'condition age must be a number from 10 to 200, received none.'],
  ])('of %j are refused: %j', (facts, options, says) => {
    expect(() => complete(facts, options)).toThrow(`Cannot sample images: ${says}`);
  });
});

describe('the guidance of a request', () => {
  it.each<[string, ConditioningFacts, PictureOptions, object | undefined]>([
    ['none by default without a null condition', CLASSES, {}, undefined],
    ['none at 1 without a null condition', CLASSES, { guidance: 1 }, undefined],
    ['light by default', GUIDED, {}, { scale: DEFAULT_GUIDANCE, interval: [0, 99] }],
    ['none at 1', GUIDED, { guidance: 1, guidanceInterval: [10, 20] }, undefined],
    ['off at 0, without a condition', GUIDED, { guidance: 0 }, { scale: 0, interval: [0, 99] }],
    ['at some timesteps', GUIDED, { guidance: 2, guidanceInterval: [10, 20.5] }, { scale: 2, interval: [10, 20.5] }],
    ['at one timestep', GUIDED, { guidance: 20, guidanceInterval: [0, 0] }, { scale: 20, interval: [0, 0] }],
    ['for numbers', { ...NUMBERS, nullCondition: true }, { guidance: 2, conditions: { age: 100 } }, { scale: 2 }],
    ['none where no condition is given', { ...NUMBERS, nullCondition: true }, { guidance: 2 }, undefined],
  ])('is %s', (_, facts, options, expected) => {
    const { guidance } = complete(facts, options);
    if (expected) expect(guidance).toMatchObject(expected);
    else expect(guidance).toBeUndefined();
  });

  const interval = 'the guidance interval must be two timesteps from 0 to 99, the lower first, received';
  it.each<[ConditioningFacts, PictureOptions, string]>([
    [PLAIN, { guidance: 1.5 }, 'guidance must be left out or 1, this model is unconditional, received 1.5.'],
    [
      CLASSES,
      { guidanceInterval: [1, 2] },
      'the guidance interval must be left out, this model was always told its condition in training, received [1, 2].',
    ],
    [GUIDED, { guidance: -1 }, 'guidance must be a number from 0 to 20, received -1.'],
    [GUIDED, { guidance: Number.NaN }, 'guidance must be a number from 0 to 20, received NaN.'],
    [GUIDED, { guidanceInterval: [-1, 5] }, `${interval} [-1, 5].`],
    [GUIDED, { guidanceInterval: [Number.NaN, 5] }, `${interval} [NaN, 5].`],
    [GUIDED, { guidanceInterval: [5] as never }, `${interval} [5].`],
  ])('of %j is refused: %j', (facts, options, says) => {
    expect(() => complete(facts, options)).toThrow(`Cannot sample images: ${says}`);
  });
});

it('readConditions refuses a key that it does not know', () => {
  const read = (entry: object) => readConditions('read the model', 'unet/config.json', [entry]);
  expect(read(AGE)).toEqual([AGE]);
  expect(() => read({ ...AGE, mn: 3 })).toThrow(
    'Cannot read the model: a key of conditions[0] of unet/config.json must be one of name, mean, std, min, max, received "mn".',
  );
});

describe('pictures that share the noise of a seed', () => {
  it.each<[PictureOptions, string]>([
    [{ interpolate: [1, 4] }, 'condition age must be one number from one seed to another, received [20, 100].'],
    [{ variations: 1 }, 'condition age must be one number where a seed is varied, received [20, 100].'],
  ])('take one value of a condition: %j', (options, refused) => {
    const of = (age: number | number[]) =>
      complete(NUMBERS, { ...options, count: 2, conditions: { age, weight: [3] } });
    expect(() => of([20, 100])).toThrow(refused);
    expect(of(20)).toEqual(of([20]));
  });
});
