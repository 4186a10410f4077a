/** Every exercise: what is right, the edges of its tolerance, and the reason for what is wrong. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { SEEDS } from '#site/views/learn/exercises/exercise.ts';
import { EXERCISES, exercisesOf, findExercise } from '#site/views/learn/exercises/table.ts';
import { blocksOf } from '#site/views/learn/network/blocks.ts';

interface Golden {
  alphaBar: number[];
  quantiles: Record<string, number>;
  intervals: { values: number[]; half: number }[];
  coins: { n: number; k: number; share: number }[];
  apart: { dim: number; shift: number; gap: number }[];
}
/** Made by scripts/golden/measures/exercises.py with numpy and scipy. */
const golden = JSON.parse(
  await readFile(join(import.meta.dirname, '../../../../golden/data/learn/exercises.json'), 'utf8'),
) as Golden;

const UNET = join(import.meta.dirname, '../../../../../models/digits/unet/config.json');
const BLOCKS = blocksOf(JSON.parse(await readFile(UNET, 'utf8')), 28);

const SAMPLE = [1, 2, 3, 7, 42, 4711, 12_345, 55_555, 98_765, SEEDS];
const taskOf = (id: string, seed: number) => String(findExercise(id)!.task(seed));
/** All numbers in a text, in its order. */
const numbersIn = (text: string) =>
  [...text.matchAll(/−?\d+(\.\d+)?/g)].map(([number]) => Number(number.replace('−', '-')));

describe('the table', () => {
  test('has three a chapter, of which one is a choice at most, each with words of its own', () => {
    for (const { id } of CHAPTERS) {
      const three = exercisesOf(id);
      expect(three.map((exercise) => exercise.id)).toEqual([1, 2, 3].map((number) => `${id}-${number}`));
      expect(three.filter(({ options }) => options).length, id).toBeLessThanOrEqual(1);
    }
    expect(new Set(EXERCISES.map(({ title }) => title)).size).toBe(EXERCISES.length);
  });

  test.each(EXERCISES)('$id asks, hints and solves in whole sentences, and answers to any numbers', (exercise) => {
    for (const seed of SAMPLE) {
      for (const words of [exercise.task(seed), exercise.hint(seed), exercise.solution(seed)]) {
        expect(String(words)).toMatch(/^\S[\s\S]*[.?%]$/);
        expect(String(words)).not.toMatch(/NaN|undefined|Infinity|\[object|-\d/);
      }
      for (const none of [[], new Array(exercise.length).fill(Number.NaN)]) {
        expect(exercise.check(none, seed)).toMatch(/\.$/);
      }
    }
    const numbers = fc.array(fc.double(), { minLength: 0, maxLength: exercise.length + 1 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: SEEDS }), (answer, seed) => {
        expect(exercise.check(answer, seed) ?? '.').toMatch(/[.?]$/);
      }),
      { numRuns: 60 },
    );
    const { read, length, fields = [], options } = exercise;
    if (read) expect([read({}), length > fields.length]).toEqual([expect.stringMatching(/^[A-Z].*\.$/), true]);
    if (!options) return;
    const faults = options.map((_, place) => exercise.check([place], 1)).filter((fault) => fault !== undefined);
    expect(faults).toEqual(Array(options.length - 1).fill(expect.stringMatching(/^[A-Z].*\.$/)));
    for (const none of [-1, options.length]) expect(exercise.check([none], 1)).toBe('Choose one of the answers.');
  });
});

const { sqrt } = Math;
const halfOf = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const s = sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return (golden.quantiles[values.length]! * s) / sqrt(values.length);
};

type Answer = readonly number[];
/** Right answers, and wrong ones by a word of the reason. */
type Rule = [right: Answer[], wrong: Record<string, Answer>];
/** Of the numbers in the task. */
type Make = (n: [number, number, number, number, number, number], task: string) => Rule;

/** Right at a value and within the tolerance, wrong beyond it on both sides. */
function within(value: number, tolerance: number, wrong: Rule[1], ...rest: number[]): Rule {
  const at = (off: number) => [value + off * tolerance, ...rest];
  return [[0, 0.99, -0.99].map(at), { ...wrong, '.': at(1.05), '. ': at(-1.05) }];
}

const ROWS: Record<string, Make> = {
  'why-1': () => [[[15, 0.93, 0.9]], { '71 %': [5, 0.71, 0.9], '85 %': [50, 0.85, 0.9], fewer: [250, 0.9, 0.9] }],
  'why-2': (_, task) => {
    const measured = task.includes('with 15') ? [200, 700, 0] : [200, 0, 2100];
    const ratio = Math.max(...measured) / 200;
    const wrong = { 'other way round': [1 / ratio, ...measured], 'as well': [ratio, 200, 0, 0] };
    return within(ratio, 0.05 * ratio, wrong, ...measured);
  },
  'destroy-1': ([of]) => [
    [[of ** 2], [(of + 0.0199) ** 2]],
    { '.': [(of - 0.021) ** 2], ...(sqrt(of) - of > 0.03 && { 'β is the variance': [of] }) },
  ],
  'destroy-2': ([x0, epsilon, t]) => {
    const a = golden.alphaBar[t - 1]!;
    const wrong = { 'only the mean': [sqrt(a) * x0], roots: [a * x0 + (1 - a) * epsilon] };
    return within(sqrt(a) * x0 + sqrt(1 - a) * epsilon, 0.02, wrong);
  },
  'guess-1': () => [[[500, 400, 1000]], { 'less noise': [501, 400, 1000], 'more noise': [299, 400, 1000] }],
  'guess-2': ([a, x, guess]) => within((x - sqrt(1 - a) * guess) / sqrt(a), 0.02, { '√|sign': [x - guess] }),
  'guess-3': ([error]) => [
    [1, 1.24, 0.76].map((times) => [300, times * error]),
    { later: [300, 1.3 * error], earlier: [300, 0.7 * error] },
  ],
  'network-1': ([times]) => [
    [[1, 0.02, 0.02 * (times + 0.001)]],
    { only: [1, 0.02, 0.02 * (times - 0.01)], alone: [2, 0.02, 0.18], 'No skip': [0, 0.02, 0.02] },
  ],
  'network-2': ([channels]) => {
    const { side } = BLOCKS.find((block) => block.skip === 'leaves' && block.channels === channels)!;
    return [[[channels * side ** 2]], { square: [channels * side], 'no longer': [channels * 28 ** 2] }];
  },
  'network-3': ([dim]) => {
    const rows = golden.apart.filter((row) => row.dim === dim);
    const right = rows.flatMap(({ shift, gap }) => [gap, -gap, gap + 1, gap - 1].map((at) => [dim, 10_000, shift, at]));
    const [{ shift, gap }] = rows as [(typeof rows)[0]];
    const wrong = { nearer: [dim, 10_000, shift, gap + 2], 'more than half': [dim, 10_000, shift, gap - 2] };
    return [right, { ...wrong, [`yours is ${dim}`]: [dim + 4, 10_000, 0, 9], base: [dim, 100, 0, 9] }];
  },
  'data-1': ([level, width, v]) => {
    const share = (v - level) / width + 0.5;
    return within(2 * share - 1, 0.02, { '.': [share] });
  },
  'data-2': ([mean]) => [
    [
      [mean, 0.5],
      [mean + 0.05, 0],
      [mean - 0.05, 0],
    ],
    { 'too white': [mean + 0.06, 0], 'too black': [mean - 0.06, 0], Widen: [mean, 0.51] },
  ],
  'data-3': ([times]) => [[[times ** 2]], { '√': [times] }],
  'learning-1': (_, task) => {
    const loss = Number(/0\.\d+(?= or less)/.exec(task));
    return [[[100, loss]], { 'Train on': [400, loss + 0.01], 'too few': [99, loss] }];
  },
  'learning-2': (numbers) => {
    const answers = numbers.slice(0, 5);
    const [mean, median] = [answers.reduce((a, b) => a + b) / 5, answers.toSorted((a, b) => a - b)[2]!];
    const wrong = { 'L1 is right': [mean + 0.011, median], 'L2 is right': [mean, median + 0.011] };
    return within(mean, 0.01, { ...wrong, 'other way round': [median, mean], Neither: [5, 5] }, median);
  },
  'learning-3': (_, task) => {
    const ones = Number(/\d+(?= are 1)/.exec(task));
    const mean = ones / 10 - 1;
    const wrong = { 'other way round': [-1, mean], share: [ones / 20, -1], median: [mean, 1] };
    return [[[mean, -1]], { ...wrong, mean: [mean + 0.02, -1] }];
  },
  'sampling-1': ([a, b, sigma, x, guess, z]) =>
    within(a * x + b * guess + sigma * z, 0.01, { 'fresh noise': [a * x + b * guess] }),
  'improve-1': () => [[[0.11, 0.109, 1]], { 'not lower': [0.11, 0.11, 1], 'another task': [0.11, 0.05, 0] }],
  'improve-2': (_, task) => {
    const values = numbersIn([...task.matchAll(/−?0\.0\d+/g)].join(' '));
    const half = halfOf(values);
    return within(half, 0.05 * half, { 'Divide by √': [half * sqrt(values.length)] });
  },
  'improve-3': ([steps, calls]) => [
    [[(2 * steps) / calls]],
    { twice: [steps / calls], 'other way round': [calls / (2 * steps)] },
  ],
  'game-1': () => {
    const of = (value: number) => [value, 10, 4, 5, 1];
    const wrong = { 'hundred times': of(0.7), 'all pictures alike': of(1000 / 15), 'one kind alone': of(60) };
    return within(70, 1.01, wrong, 10, 4, 5, 1);
  },
  'game-2': ([n, k]) => {
    const { share } = golden.coins.find((coin) => coin.n === n && coin.k === k)!;
    return within(100 * share, 1, { '.': [100 - 100 * share] });
  },
};

test.each(Object.entries(ROWS))('%s takes what is right, and says why all else is wrong', (id, make) => {
  const { check } = findExercise(id)!;
  for (const seed of SAMPLE) {
    const task = taskOf(id, seed);
    const [right, wrong] = make(numbersIn(task) as Parameters<Make>[0], task);
    for (const answer of right) expect(check(answer, seed), `${seed}: ${answer}`).toBeUndefined();
    for (const [words, answer] of Object.entries(wrong)) {
      expect(check(answer, seed), `${seed}: ${answer}`).toMatch(new RegExp(words.trim()));
    }
  }
});

test('intervals have scipy’s half width', () => {
  for (const { values, half } of golden.intervals) expect(halfOf(values)).toBeCloseTo(half, 10);
});

test('the signal-to-noise ratio: numpy’s t is right, that of the unsquared factors is not', () => {
  const snr = (t: number) => golden.alphaBar[t - 1]! / (1 - golden.alphaBar[t - 1]!);
  const nearest = (ratio: number, of: (t: number) => number) =>
    Array.from({ length: 300 }, (_, i) => i + 1).toSorted(
      (a, b) => Math.abs(of(a) - ratio) - Math.abs(of(b) - ratio),
    )[0]!;
  for (let seed = 1; seed < 40; seed++) {
    const ratio = Number(/it is ([\d.]*\d)/.exec(taskOf('destroy-3', seed))![1]);
    const check = (t: number) => findExercise('destroy-3')!.check([t], seed);
    expect(check(nearest(ratio, snr))).toBeUndefined();
    if (ratio !== 1) expect(check(nearest(ratio, (t) => sqrt(snr(t))))).toContain('square them');
    expect([check(5), check(299)]).toEqual([
      expect.stringContaining('later'),
      expect.stringMatching(/earlier|square them/),
    ]);
    for (const t of [0, 301]) expect(check(t)).toContain('no such time');
  }
});
