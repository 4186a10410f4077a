import { describe, expect, it } from 'vitest';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import {
  type ConditionImage,
  classColours,
  colourMasks,
  completeRequest,
  conditionRows,
  extraInputs,
  inputTensors,
  masksOfPlanes,
  nullRow,
  type PictureOptions,
  readConditionImage,
  splitPairs,
} from '#scheduler/model/index.ts';

const MASK: ConditionImage = { shape: [3, 1, 2], mask: { classes: ['air', 'skin', 'bone'] } };
const PICTURE: ConditionImage = { shape: [1, 1, 2] };
const scheduler = parseSchedulerConfig({ num_train_timesteps: 100 });

const complete = (conditionImage: ConditionImage | undefined, options: PictureOptions, nullCondition = false) =>
  completeRequest({ scheduler, shape: [1, 1, 2], classes: 0, nullCondition, conditionImage }, { steps: 1, ...options });
const read = (value: unknown) => readConditionImage('load the model', 'config.json', value, [1, 2]);

describe('what a network is told as a picture', () => {
  it('is read from a config, and absent where it says nothing', () => {
    expect(read({ classes: ['air', 'skin', 'bone'] })).toEqual(MASK);
    expect(read({ channels: 1 })).toEqual(PICTURE);
    expect(read({ classes: ['a', 'b'], values: [0, 255] })?.mask).toEqual({ classes: ['a', 'b'], values: [0, 255] });
    expect([read(undefined), read(null)]).toEqual([undefined, undefined]);
  });

  it.each<[unknown, string]>([
    [[], 'condition_image of config.json must be an object, received []'],
    [{ channels: 9 }, 'channels of condition_image of config.json must be an integer from 1 to 8, received 9'],
    [{ channels: 1, classes: [] }, 'condition_image of config.json must be an object with classes or with channels'],
    [{ classes: ['a'] }, 'classes of condition_image of config.json must be a list of 2 to 64 different names'],
    [{ classes: ['a', 'a'] }, 'must be a list of 2 to 64 different names'],
    [{ classes: ['a', 'b'], values: [5, 5] }, 'must be 2 whole numbers from 0 to 65535, ascending, received [5, 5]'],
    [{ classes: ['a', 'b'], colours: [] }, 'a key of condition_image of config.json must be classes or values'],
  ])('is refused in a sentence: %j', (value, words) => {
    expect(() => read(value)).toThrow(words);
  });

  it('is a plane for each class, one for each image in turn, and all zeros where there is none', () => {
    const request = complete(MASK, { count: 3, conditionImages: Uint8Array.of(0, 2, 1, 1) });
    const inputs = extraInputs({ classes: 0, conditionImage: MASK });
    const rows = [...conditionRows(inputs, request, 3), nullRow(inputs)];
    expect(rows.map((row) => [...row])).toEqual([
      [1, 0, 0, 0, 0, 1],
      [0, 0, 1, 1, 0, 0],
      [1, 0, 0, 0, 0, 1],
      [0, 0, 0, 0, 0, 0],
    ]);
    const [tensor] = inputTensors(inputs, rows);
    expect(tensor).toMatchObject({ name: 'condition_image', type: 'float32', dims: [4, 3, 1, 2] });
    expect([...tensor!.values.slice(6, 12)].map(Number)).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('gives the number of pictures where nothing else does, and lies behind a class and numbers in a row', () => {
    expect(complete(MASK, { conditionImages: Uint8Array.of(0, 1, 2, 2) }).seeds).toEqual([0, 1]);
    const inputs = extraInputs({ classes: 2, nullCondition: true, conditionImage: PICTURE });
    expect([...conditionRows(inputs, { labels: [1], conditionImages: [Float32Array.of(-1, 0.5)] }, 1)[0]!]).toEqual([
      1, -1, 0.5,
    ]);
  });

  it('makes a request guided only where something is told', () => {
    expect(complete(MASK, { conditionImages: Uint8Array.of(0, 1) }, true).guidance?.scale).toBeGreaterThan(1);
    expect(complete(MASK, {}, true).guidance).toBeUndefined();
  });

  it.each<[ConditionImage | undefined, PictureOptions, string]>([
    [MASK, {}, 'this model needs a mask for each image, received none'],
    [PICTURE, {}, 'this model needs a condition image for each image, received none'],
    [undefined, { conditionImages: Uint8Array.of(0) }, 'conditionImages must be left out, this model takes none'],
    [MASK, { conditionImages: Float32Array.of(0, 1) }, 'must be a Uint8Array of class numbers from 0 to 2'],
    [MASK, { conditionImages: Uint8Array.of(0, 3) }, 'must be a Uint8Array of class numbers from 0 to 2'],
    [MASK, { conditionImages: Uint8Array.of(0, 1, 2) }, 'received 3 values'],
    [
      MASK,
      { count: 1, conditionImages: Uint8Array.of(0, 1, 1, 2) },
      'the masks must be at most as many as images, received 2 for 1',
    ],
    [PICTURE, { conditionImages: Float32Array.of(0, 1.5) }, 'must be a Float32Array of values from -1 to 1'],
    [PICTURE, { conditionImages: Float32Array.of(0, Number.NaN) }, 'must be a Float32Array of values from -1 to 1'],
    [
      MASK,
      { variations: 3, count: 4, conditionImages: Uint8Array.of(0, 1, 1, 2) },
      'the masks must be one where a seed is varied',
    ],
  ])('is refused in a request in a sentence: %j', (spec, options, words) => {
    expect(() => complete(spec, options)).toThrow(words);
  });
});

describe('a mask that is drawn', () => {
  it('is the class of the greatest plane, and as sure as its share of all', () => {
    const values = Float32Array.of(0.5, -0.5, /* air */ 1, -1, /* bone */ -1, 0);
    const { images, shape, masks, confidence } = splitPairs(values, [3, 1, 2], { classes: ['air', 'bone'] });
    expect([[...images], shape, [...masks]]).toEqual([
      [0.5, -0.5],
      [1, 1, 2],
      [0, 1],
    ]);
    expect([...confidence]).toEqual([1, 1]);
    const unsure = splitPairs(Float32Array.of(0, 0.5, -0.5), [3, 1, 1], { classes: ['air', 'bone'] });
    expect(unsure.confidence[0]).toBeCloseTo(0.75);
    expect(splitPairs(Float32Array.of(0, -1, -1), [3, 1, 1], { classes: ['a', 'b'] }).confidence[0]).toBe(0);
  });

  it('comes back from its planes, and has a colour of its own for each class', () => {
    expect([...masksOfPlanes(Float32Array.of(1, 0, 0, 0, 0, 1), [3, 1, 2])]).toEqual([0, 2]);
    const colours = classColours(64);
    expect(colours[0]).toEqual([0, 0, 0]);
    expect(new Set(colours.map(String)).size).toBe(64);
    expect([...colourMasks(Uint8Array.of(0, 1), 2, 2)].map((value) => Math.round((value + 1) * 127.5))).toEqual([
      0,
      colours[1]![0],
      0,
      colours[1]![1],
      0,
      colours[1]![2],
    ]);
  });
});
