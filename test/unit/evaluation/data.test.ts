import { expect, test } from 'vitest';
import { openRealImages } from '#evaluation/data.ts';
import { matchClasses } from '#evaluation/sampling/agree.ts';
import type { SourceFacts } from '#evaluation/source.ts';
import { barsDataset } from '#test/bars.ts';
import { SMALL } from '#test/pictures/images.ts';
import type { PrepareOptions } from '#training/data/set/types.ts';

const options = (data: string): PrepareOptions => ({ ...SMALL, data, cacheDir: 'none' });

const facts: SourceFacts = {
  shape: [1, 8, 8],
  classes: 2,
  classNames: ['female', 'male'],
  nullCondition: false,
  conditions: [],
};

const NAMES = ['female', 'male'];

/** Data whose values False and True are called female and male; the test images have these class names. */
const open = (classNames: string[], model: Partial<SourceFacts> = {}, more: (name: string) => object = () => ({})) => {
  const dataset = { ...barsDataset({ count: 30, held: 10, classes: 2 }), classNames: NAMES };
  const other = { ...dataset, hash: 'other', labels: new Int32Array(30).fill(classNames.length - 1), classNames };
  return openRealImages({
    source: {
      action: 'evaluate x',
      called: "the model's pictures",
      facts: { ...facts, ...model },
      agree: (images, same) => matchClasses('evaluate x', facts, images, same),
    },
    data: { ...options('data'), labelNames: { False: 'female', True: 'male' } },
    test: options('test'),
    forced: true,
    prepare: async ({ data }) => ({ ...(data === 'data' ? dataset : other), ...more(data) }),
  });
};

test.each([[['True']], [['male']], [['False', 'True']]])('test images of the classes %s are males', async (names) => {
  const { unseen } = await open(names);
  expect(new Set(unseen.dataset.labels)).toEqual(new Set([1]));
});

test('a class that the data lack is refused by its own name', async () => {
  await expect(open(['unknown'])).rejects.toThrow(/must have classes of --data alone, received also unknown\.$/);
});

test('images of ages that the model did not learn are left out, and said', async () => {
  const age = { name: 'age', mean: 100, std: 50, min: 1, max: 228 };
  const aged = (ages: (image: number) => number) => ({
    names: ['age'],
    values: Float64Array.from({ length: 30 }, (_, i) => ages(i)),
  });
  const openAged = (ages: (image: number) => number) =>
    open(NAMES, { conditions: [age] }, (name) => ({ conditions: aged(name === 'data' ? (image) => image + 1 : ages) }));
  const all = await openAged((image) => image + 100);
  expect(all.notes).toEqual([]);
  const { unseen, notes } = await openAged((image) => (image % 10 === 0 ? 900 : image));
  const expected = Array.from(all.unseen.numbers).filter((image) => image % 10 !== 0);
  expect(Array.from(unseen.numbers)).toEqual(expected);
  const left = all.unseen.numbers.length - expected.length;
  expect(left).toBeGreaterThan(0);
  expect(notes).toEqual([`Left out: ${left} images to compare with. The model learnt only age from 1 to 228.`]);
  await expect(openAged(() => 900)).rejects.toThrow(
    'Cannot evaluate x: images to compare with must have age from 1 to 228, as the model learnt, but none has.',
  );
});
