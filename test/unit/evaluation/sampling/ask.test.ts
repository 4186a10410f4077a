import { describe, expect, test } from 'vitest';
import { placesOf } from '#evaluation/measures/images.ts';
import { matchClasses, matchConditions } from '#evaluation/sampling/agree.ts';
import { askLike, askUnseen } from '#evaluation/sampling/ask.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import type { Dataset } from '#training/data/set/types.ts';

/** Classes b, a, c; the last image is held out. */
const dataset: Dataset = {
  ...memoryDataset({ count: 7, size: 2 }),
  labels: Int32Array.of(0, 1, 1, 1, 0, 1, 2),
  classNames: ['b', 'a', 'c'],
  conditions: { names: ['age'], values: Float64Array.of(10, 21, 22, 23, 14, 25, 36) },
  train: Uint32Array.of(0, 1, 2, 3, 4, 5),
  validation: Uint32Array.of(6),
};
const AGE = { name: 'age', mean: 20, std: 5, min: 10, max: 36 };
const model = { classes: 2, classNames: ['a', 'b'] };
const twoClasses: Dataset = { ...dataset, labels: Int32Array.of(0, 1, 1, 1, 0, 1, 0) };
const map = new Map([
  [0, 1],
  [1, 0],
]);

describe('askLike', () => {
  test('asks for class and number of one training image each, every image once before any twice', () => {
    const asked = askLike(twoClasses, map, { count: 12, seed: 3 });
    const { labels, conditions } = asked.request(0, 12);
    const pairs = labels!.map((label, i) => `${label} ${conditions!.age![i]}`);
    const all = ['1 10', '0 21', '0 22', '0 23', '1 14', '0 25'];
    expect(pairs.slice(0, 6).sort()).toEqual([...all].sort());
    expect(pairs.slice(6)).toEqual(pairs.slice(0, 6));
    expect(Array.from(asked.labels!, (label) => map.get(label)!)).toEqual(labels);
  });

  test('gives a part as the whole has it, the same for the same seed, another for another', () => {
    const ask = (seed: number) => askLike(twoClasses, map, { count: 6, seed }).request(0, 6);
    const part = askLike(twoClasses, map, { count: 6, seed: 3 }).request(2, 4);
    expect(part.labels).toEqual(ask(3).labels!.slice(2, 4));
    expect(part.conditions!.age).toEqual(ask(3).conditions!.age!.slice(2, 4));
    expect(ask(4)).not.toEqual(ask(3));
  });
});

describe('askUnseen', () => {
  const numbers = Uint32Array.of(2, 3, 5, 6);
  /** The mask of image i is i everywhere. */
  const beside = {
    channels: 1,
    mask: { classes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
    read(indices: ArrayLike<number>, out: Uint8Array) {
      for (let i = 0; i < indices.length; i++) out.fill(indices[i]!, 4 * i, 4 * i + 4);
    },
  };
  const ask = (data: Dataset, count = 3) =>
    askUnseen({ unseen: { dataset: data, numbers }, classMap: map }, { count, seed: 5 });

  test('asks for mask, class and number of one unseen image each: those that pictures are compared with', async () => {
    const asked = await ask({ ...twoClasses, beside });
    const images = Array.from(placesOf(4, 3, 5), (place) => numbers[place]!);
    const { labels, conditions, conditionImages } = asked.request(0, 3);
    expect(Array.from(conditionImages!)).toEqual(images.flatMap((image) => [image, image, image, image]));
    expect(asked.masks).toEqual(conditionImages);
    expect(labels).toEqual(images.map((image) => map.get(twoClasses.labels![image]!)));
    expect(conditions!.age).toEqual(images.map((image) => dataset.conditions!.values[image]));
    expect(asked.request(1, 2).conditionImages).toEqual(conditionImages!.subarray(4, 8));
  });

  test('asks for pictures in the range of training', async () => {
    const { mask: _, ...pictures } = beside;
    const read = (indices: ArrayLike<number>, out: Uint8Array) => out.fill(255).fill(0, 0, 2) && void indices;
    const asked = await ask({ ...twoClasses, beside: { ...pictures, read } }, 1);
    expect(asked.request(0, 1).conditionImages).toEqual(Float32Array.of(-1, -1, 1, 1));
    expect(asked.masks).toBeUndefined();
  });
});

describe('matchClasses', () => {
  const match = (facts: typeof model | { classes: number; classNames?: string[] }, data: Dataset, trained = false) =>
    matchClasses('evaluate m', facts, data, trained);

  test('goes by name, and by number where the model has no names', () => {
    expect(match(model, twoClasses)).toEqual(map);
    expect(match({ classes: 3 }, { ...dataset, train: Uint32Array.of(0, 1, 6) })).toEqual(
      new Map([
        [0, 0],
        [1, 1],
        [2, 2],
      ]),
    );
    expect(match({ classes: 0 }, dataset)).toBeUndefined();
  });

  test('lets a class be without images only where training was the same', () => {
    expect(() => match({ classes: 3, classNames: ['a', 'b', 'c'] }, dataset)).toThrow(
      'Cannot evaluate m: --data must have images to train on of every class of the model, received none of c.',
    );
    expect(match({ classes: 3, classNames: ['a', 'b', 'c'] }, dataset, true)?.size).toBe(3);
  });

  test('refuses images without classes, and classes that the model lacks', () => {
    const { labels: _, classNames: __, ...unlabelled } = dataset;
    expect(() => match(model, unlabelled)).toThrow(
      /^Cannot evaluate m: --data must have classes, as the model has, received images without classes: /,
    );
    expect(() => match(model, dataset)).toThrow(
      "Cannot evaluate m: --data must be images of the model's classes alone, which are a, b, received also c.",
    );
    expect(() => match({ classes: 2 }, dataset)).toThrow(
      'Cannot evaluate m: --data must be images of 2 classes, as many as the model has, received 3.',
    );
  });
});

test('matchConditions wants just the numbers of the model', () => {
  const { conditions: _, ...plain } = dataset;
  matchConditions('evaluate m', { conditions: [AGE] }, dataset);
  matchConditions('evaluate m', {}, plain);
  expect(() => matchConditions('evaluate m', {}, dataset)).toThrow(
    'Cannot evaluate m: a column of --condition-columns must be left out, the model takes no numbers, received "age".',
  );
  expect(() => matchConditions('evaluate m', { conditions: [{ ...AGE, name: 'height' }] }, dataset)).toThrow(
    'a column of --condition-columns must be height (no other value is supported), received "age".',
  );
  expect(() => matchConditions('evaluate m', { conditions: [AGE] }, plain)).toThrow(
    'Cannot evaluate m: --condition-columns must name age, which the model is conditional on, received none for age.',
  );
});
