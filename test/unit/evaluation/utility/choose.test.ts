import { expect, it } from 'vitest';
import { chooseImages } from '#evaluation/utility/choose.ts';
import { barsDataset } from '#test/bars.ts';

const LABELS = Int32Array.from({ length: 100 }, (_, i) => (i < 70 ? 0 : i < 98 ? 1 : 2));
const dataset = barsDataset({ count: 100, held: 0 }, { labels: LABELS });
const part = { dataset, numbers: dataset.train };
const classesOf = (numbers: Uint32Array) => [0, 1, 2].map((k) => numbers.filter((i) => LABELS[i] === k).length);

it('takes classes in their shares, the rarest once at least, each image once', () => {
  for (const [count, wanted] of [
    [3, [1, 1, 1]],
    [10, [7, 2, 1]],
    [50, [35, 14, 1]],
    [99, [69, 28, 2]],
    [100, [70, 28, 2]],
  ] as const) {
    const numbers = chooseImages(part, count, 4);
    expect(new Set(numbers).size).toBe(count);
    expect(Array.from(numbers)).toEqual(Array.from(numbers).sort((a, b) => a - b));
    expect(classesOf(numbers)).toEqual(wanted);
  }
});

it('takes others of another seed, the same of the same, and none that is not in the part', () => {
  const half = { dataset, numbers: dataset.train.filter((i) => i % 2 === 0) };
  const [one, again, other] = [0, 0, 1].map((seed) => chooseImages(half, 20, seed));
  expect(one).toEqual(again);
  expect(one).not.toEqual(other);
  expect([...one!, ...other!].every((i) => i % 2 === 0)).toBe(true);
});
