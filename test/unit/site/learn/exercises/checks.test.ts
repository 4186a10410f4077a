/** Every exercise: what is right, the edges of its tolerance, and the reason for what is wrong. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { SEEDS } from '#site/views/learn/exercises/rules/draw.ts';
import type { Exercise } from '#site/views/learn/exercises/rules/exercise.ts';
import { EXERCISES, exercisesOf, findExercise } from '#site/views/learn/exercises/table.ts';

interface Golden {
  alphaBar: number[];
  quantiles: Record<string, number>;
  intervals: { values: number[]; half: number }[];
  coins: { n: number; k: number; share: number }[];
  apart: { dim: number; shift: number; gap: number }[];
}
/** Made by scripts/golden/learn/exercises.py with numpy and scipy. */
const golden = JSON.parse(
  await readFile(join(import.meta.dirname, '../../../../golden/data/learn/exercises.json'), 'utf8'),
) as Golden;

const SAMPLE = [1, 2, 3, 7, 42, 4711, 12_345, 55_555, 98_765, SEEDS];

const one = (id: string): Exercise => findExercise(id)!;
/** All numbers in a task, in its order. */
const numbersIn = (exercise: Exercise, seed: number): number[] =>
  [...String(exercise.task(seed)).matchAll(/−?\d+(\.\d+)?/g)].map(([text]) => Number(text.replace('−', '-')));

/** Right at the value and within the tolerance, wrong beyond it on both sides. */
function expectTolerance(exercise: Exercise, seed: number, right: number, tolerance: number) {
  for (const off of [0, 0.99, -0.99]) {
    expect(exercise.check([right + off * tolerance], seed), `${exercise.id} ${seed} ${off}`).toBeUndefined();
  }
  for (const off of [1.05, -1.05]) {
    expect(exercise.check([right + off * tolerance], seed), `${exercise.id} ${seed} ${off}`).toMatch(/\.$/);
  }
}

describe('the table', () => {
  test('has three a chapter, of which one is a choice at most, each with words of its own', () => {
    for (const { id } of CHAPTERS) {
      const three = exercisesOf(id);
      expect(three.map((exercise) => exercise.id)).toEqual([`${id}-1`, `${id}-2`, `${id}-3`]);
      expect(three.filter(({ options }) => options).length, id).toBeLessThanOrEqual(1);
    }
    expect(new Set(EXERCISES.map(({ title }) => title)).size).toBe(EXERCISES.length);
  });

  test.each(EXERCISES)('$id asks, hints and solves in whole sentences, and takes nothing for an answer', (exercise) => {
    for (const seed of SAMPLE) {
      for (const words of [exercise.task(seed), exercise.hint(seed), exercise.solution(seed)]) {
        expect(String(words)).toMatch(/^\S[\s\S]*[.?%]$/);
        expect(String(words)).not.toMatch(/NaN|undefined|Infinity|\[object|-\d/);
      }
      expect(exercise.check([], seed)).toMatch(/\.$/);
      expect(exercise.check(new Array(exercise.length).fill(Number.NaN), seed)).toMatch(/\.$/);
    }
  });

  test('answers to any numbers that a link may hold', () => {
    for (const exercise of EXERCISES) {
      const numbers = fc.array(fc.double(), { minLength: 0, maxLength: exercise.length + 1 });
      fc.assert(
        fc.property(numbers, fc.integer({ min: 1, max: SEEDS }), (answer, seed) => {
          const fault = exercise.check(answer, seed);
          expect(fault === undefined || /[.?]$/.test(fault)).toBe(true);
        }),
        { numRuns: 60 },
      );
    }
  });

  test('says what is to be done where a figure shows nothing', () => {
    for (const { id, read, length, fields = [] } of EXERCISES) {
      if (!read) continue;
      expect(read({}), id).toMatch(/^[A-Z].*\.$/);
      expect(length, id).toBeGreaterThan(fields.length);
    }
  });

  test('gives neighbours other numbers', () => {
    for (const id of ['destroy-2', 'guess-2', 'data-1', 'learning-2', 'sampling-1', 'improve-2']) {
      expect(new Set(SAMPLE.map((seed) => String(one(id).task(seed)))).size, id).toBeGreaterThanOrEqual(8);
    }
  });

  test('explains each wrong choice, and takes exactly one', () => {
    for (const exercise of EXERCISES.filter(({ options }) => options)) {
      const faults = exercise.options!.map((_, place) => exercise.check([place], 1));
      expect(faults.filter((fault) => fault === undefined)).toHaveLength(1);
      for (const fault of faults) if (fault !== undefined) expect(fault).toMatch(/^[A-Z].*\.$/);
      expect(exercise.check([-1], 1)).toBe('Choose one of the answers.');
      expect(exercise.check([exercise.options!.length], 1)).toBe('Choose one of the answers.');
    }
  });
});

describe('typed numbers', () => {
  test('of the jump follow numpy’s product of all 1 − β', () => {
    for (const seed of SAMPLE) {
      const [x0, epsilon, t] = numbersIn(one('destroy-2'), seed) as [number, number, number];
      const a = golden.alphaBar[t - 1]!;
      expectTolerance(one('destroy-2'), seed, Math.sqrt(a) * x0 + Math.sqrt(1 - a) * epsilon, 0.02);
      expect(one('destroy-2').check([Math.sqrt(a) * x0], seed)).toContain('only the mean');
      expect(one('destroy-2').check([a * x0 + (1 - a) * epsilon], seed)).toContain('roots');
    }
  });

  test('of what is left undo the forward process', () => {
    for (const seed of SAMPLE) {
      const [alphaBar, x, guess] = numbersIn(one('guess-2'), seed) as [number, number, number];
      const right = (x - Math.sqrt(1 - alphaBar) * guess) / Math.sqrt(alphaBar);
      expectTolerance(one('guess-2'), seed, right, 0.02);
      expect(one('guess-2').check([x - guess], seed)).toMatch(/√|sign/);
    }
  });

  test('of a skip count channels times a square', () => {
    for (const seed of SAMPLE) {
      const channels = numbersIn(one('network-2'), seed)[2]!;
      const side = (64 * 64) / channels;
      expect(one('network-2').check([channels * side * side], seed)).toBeUndefined();
      expect(one('network-2').check([channels * side], seed)).toContain('square');
      expect(one('network-2').check([4 * channels * side * side], seed)).toContain('before the block');
    }
  });

  test('of a window go from −1 to 1', () => {
    for (const seed of SAMPLE) {
      const [level, width, v] = numbersIn(one('data-1'), seed) as [number, number, number];
      expectTolerance(one('data-1'), seed, -1 + (2 * (v - level + width / 2)) / width, 0.02);
      expect(one('data-1').check([(v - level + width / 2) / width], seed)).toBeTypeOf('string');
    }
  });

  test('of a batch are squares', () => {
    for (const seed of SAMPLE) {
      const [times] = numbersIn(one('data-3'), seed);
      expect(one('data-3').check([times! ** 2], seed)).toBeUndefined();
      expect(one('data-3').check([times!], seed)).toContain('√');
    }
  });

  test('of L2 and L1 are mean and median', () => {
    for (const seed of SAMPLE) {
      const answers = numbersIn(one('learning-2'), seed).slice(0, 5);
      const mean = answers.reduce((a, b) => a + b) / 5;
      const median = answers.toSorted((a, b) => a - b)[2]!;
      const check = (a: number, b: number) => one('learning-2').check([a, b], seed);
      expect(check(mean, median)).toBeUndefined();
      expect(check(mean + 0.0099, median - 0.0099)).toBeUndefined();
      expect(check(mean + 0.011, median)).toContain('L1 is right');
      expect(check(mean, median + 0.011)).toContain('L2 is right');
      expect(check(median, mean)).toContain('other way round');
      expect(check(5, 5)).toContain('Neither');
    }
  });

  test('of a step are the mean and σ times the fresh noise', () => {
    for (const seed of SAMPLE) {
      const numbers = numbersIn(one('sampling-1'), seed);
      const [a, b, sigma, x, guess, z] = numbers as [number, number, number, number, number, number];
      expectTolerance(one('sampling-1'), seed, a * x + b * guess + sigma * z, 0.01);
      expect(one('sampling-1').check([a * x + b * guess], seed)).toContain('fresh noise');
    }
  });

  test('of an interval have scipy’s half width', () => {
    const exercise = one('improve-2');
    const halfOf = (values: readonly number[]) => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      const s = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      return (golden.quantiles[values.length]! * s) / Math.sqrt(values.length);
    };
    for (const { values, half } of golden.intervals) expect(halfOf(values)).toBeCloseTo(half, 10);
    for (let seed = 1; seed <= 200; seed++) {
      const values = [...String(exercise.task(seed)).matchAll(/−?0\.0\d+/g)].map(([text]) =>
        Number(text.replace('−', '-')),
      );
      const half = halfOf(values);
      expect(half, String(seed)).toBeGreaterThan(0.0005);
      expect(exercise.check([half], seed)).toBeUndefined();
      expect(exercise.check([1.045 * half], seed)).toBeUndefined();
      expect(exercise.check([1.06 * half], seed)).toBeTypeOf('string');
      expect(exercise.check([half * Math.sqrt(values.length)], seed)).toContain('Divide by √');
    }
  });

  test('of a coin are scipy’s binomial tails', () => {
    for (const seed of SAMPLE) {
      const [n, k] = numbersIn(one('game-2'), seed) as [number, number];
      const { share } = golden.coins.find((coin) => coin.n === n && coin.k === k)!;
      expectTolerance(one('game-2'), seed, 100 * share, 1);
      expect(one('game-2').check([100 - 100 * share], seed)).toBeTypeOf('string');
    }
  });
});

describe('answers from figures', () => {
  test('steps: 15 are enough, 5 reach too little, 50 and 250 are no fewer', () => {
    const check = (...answer: number[]) => one('why-1').check(answer, 1);
    expect(check(15, 0.93, 0.9)).toBeUndefined();
    expect(check(5, 0.71, 0.9)).toContain('71 %');
    expect(check(50, 0.85, 0.9)).toContain('85 %');
    expect(check(250, 0.9, 0.9)).toContain('fewer');
  });

  test('times on the device: the ratio of those that were measured', () => {
    const many = (seed: number) => (String(one('why-2').task(seed)).includes('with 15') ? 15 : 50);
    for (const seed of SAMPLE) {
      const measured = [200, many(seed) === 15 ? 700 : 0, many(seed) === 50 ? 2100 : 0];
      const right = (measured[1]! || measured[2]!) / 200;
      expect(one('why-2').check([right, ...measured], seed)).toBeUndefined();
      expect(one('why-2').check([1.049 * right, ...measured], seed)).toBeUndefined();
      expect(one('why-2').check([1.06 * right, ...measured], seed)).toBeTypeOf('string');
      expect(one('why-2').check([1 / right, ...measured], seed)).toMatch(/other way round/);
      expect(one('why-2').check([right, 200, 0, 0], seed)).toContain('as well');
    }
    expect(one('why-2').read!({ live: { times: { 5: 100 } } })).toBeTypeOf('string');
    expect(one('why-2').read!({ live: { times: { 5: 100, 50: 900 } } })).toEqual([100, 0, 900]);
  });

  test('the bell: √β within 0.02, and β itself is a usual mistake', () => {
    for (const seed of SAMPLE) {
      const [deviation] = numbersIn(one('destroy-1'), seed) as [number];
      const check = (of: number) => one('destroy-1').check([of], seed);
      expect(check(deviation ** 2)).toBeUndefined();
      expect(check((deviation + 0.0199) ** 2)).toBeUndefined();
      expect(check((deviation - 0.021) ** 2)).toBeTypeOf('string');
      if (Math.sqrt(deviation) - deviation > 0.03) expect(check(deviation)).toContain('β is the variance');
      // Each target is on the slider, whose places are cubes.
      const places = Array.from({ length: 101 }, (_, place) => Math.sqrt((place / 100) ** 3));
      expect(Math.min(...places.map((one) => Math.abs(one - deviation)))).toBeLessThan(0.01);
    }
  });

  test('the signal-to-noise ratio: numpy’s t is right, that of the unsquared factors is not', () => {
    const snr = (t: number) => golden.alphaBar[t - 1]! / (1 - golden.alphaBar[t - 1]!);
    const nearest = (ratio: number, of: (t: number) => number) =>
      Array.from({ length: 300 }, (_, i) => i + 1).reduce((best, t) =>
        Math.abs(of(t) - ratio) < Math.abs(of(best) - ratio) ? t : best,
      );
    for (let seed = 1; seed < 40; seed++) {
      const ratio = Number(/it is ([\d.]*\d)/.exec(String(one('destroy-3').task(seed)))![1]);
      const check = (t: number) => one('destroy-3').check([t], seed);
      expect(check(nearest(ratio, snr))).toBeUndefined();
      if (ratio !== 1) expect(check(nearest(ratio, (t) => Math.sqrt(snr(t))))).toContain('square them');
      expect(check(5)).toContain('later');
      expect(check(299)).toMatch(/earlier|square them/);
      expect(check(0)).toContain('no such time');
      expect(check(301)).toContain('no such time');
    }
    expect(one('destroy-3').read!({ draw: { ofTime: false, x0: 0, t: 9 } })).toContain('Of xₜ');
  });

  test('the riddle: within a tenth of T', () => {
    const check = (...answer: number[]) => one('guess-1').check(answer, 1);
    expect(check(500, 400, 1000)).toBeUndefined();
    expect(check(501, 400, 1000)).toContain('less noise');
    expect(check(299, 400, 1000)).toContain('more noise');
    expect(one('guess-1').read!({ riddle: { guess: 1, t: 2, T: 1000, told: false } })).toContain('Check');
  });

  test('the error of the noise: within a quarter, with the way to go', () => {
    for (const seed of SAMPLE) {
      const [error] = numbersIn(one('guess-3'), seed) as [number];
      const check = (mse: number) => one('guess-3').check([300, mse], seed);
      expect([check(error), check(1.24 * error), check(0.76 * error)]).toEqual([undefined, undefined, undefined]);
      expect(check(1.3 * error)).toContain('later');
      expect(check(0.7 * error)).toContain('earlier');
    }
  });

  test('skips: one alone, and it has to hurt', () => {
    for (const seed of SAMPLE) {
      const times = numbersIn(one('network-1'), seed)[0]!;
      const check = (cut: number, ratio: number) => one('network-1').check([cut, 0.02, 0.02 * ratio], seed);
      expect(check(1, times + 0.001)).toBeUndefined();
      expect(check(1, times - 0.01)).toContain('only');
      expect(check(2, 9)).toContain('alone');
      expect(check(0, 1)).toContain('No skip');
    }
  });

  test('near times: half alike where numpy says so, to within 1', () => {
    for (const seed of SAMPLE) {
      const [dim] = numbersIn(one('network-3'), seed) as [number];
      const check = (...answer: number[]) => one('network-3').check(answer, seed);
      for (const { shift, gap } of golden.apart.filter((row) => row.dim === dim)) {
        for (const at of [gap, -gap, gap + 1, gap - 1]) expect(check(dim, 10_000, shift, at)).toBeUndefined();
        expect(check(dim, 10_000, shift, gap + 2)).toContain('nearer');
        expect(check(dim, 10_000, shift, gap - 2)).toContain('more than half');
      }
      expect(check(dim + 4, 10_000, 0, 9)).toContain(`yours is ${dim}`);
      expect(check(dim, 100, 0, 9)).toContain('base');
    }
  });

  test('the window: mean within 0.05, and at most half cut off', () => {
    for (const seed of SAMPLE) {
      const mean = numbersIn(one('data-2'), seed)[0]!;
      const check = (now: number, cut: number) => one('data-2').check([now, cut], seed);
      expect([check(mean, 0.5), check(mean + 0.05, 0), check(mean - 0.05, 0)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(check(mean + 0.06, 0)).toContain('too white');
      expect(check(mean - 0.06, 0)).toContain('too black');
      expect(check(mean, 0.51)).toContain('Widen');
    }
  });

  test('training: long enough, and low enough', () => {
    for (const seed of SAMPLE) {
      const loss = Number(/is (0\.\d+) or less/.exec(String(one('learning-1').task(seed)))![1]);
      const check = (...answer: number[]) => one('learning-1').check(answer, seed);
      expect(check(100, loss)).toBeUndefined();
      expect(check(400, loss + 0.01)).toContain('Train on');
      expect(check(99, loss)).toContain('too few');
    }
  });

  test('the camps: their mean is what L2 says', () => {
    for (const seed of SAMPLE) {
      const mean = Number(/says (−?[\d.]*\d)/.exec(String(one('learning-3').task(seed)))![1]!.replace('−', '-'));
      const right = Math.round(10 * (mean + 1));
      const check = (camp: number) => one('learning-3').check([camp], seed);
      expect(check(right)).toBeUndefined();
      expect(check(right - 1)).toContain('too few');
      expect(check(right + 1)).toContain('too many');
    }
    expect(one('learning-3').read!({ camps: { right: null } })).toContain('Two camps');
  });

  test('the walk: the first step after the very first in which the guess weighs more', () => {
    const [a, b] = [
      [0.01, 0.8, 0.6, 0.4, 0],
      [0.9, 0.2, 0.4, 0.6, 1],
    ];
    for (const seed of SAMPLE) {
      const [steps] = numbersIn(one('sampling-2'), seed) as [number];
      const answer = (step: number) => {
        const fill = (of: number[]) => Array.from({ length: steps }, (_, i) => of[Math.min(i, 4)]!);
        return one('sampling-2').read!({ walk: { step, a: fill(a!), b: fill(b!) } }) as readonly number[];
      };
      const check = (step: number) => one('sampling-2').check(answer(step), seed);
      expect(check(3)).toBeUndefined();
      expect(check(0)).toContain('does not count');
      expect(check(2)).toContain('Go on');
      expect(check(4)).toContain('before');
      expect(one('sampling-2').check([30 - steps, 3, 3, 0.4, 0.6], seed)).toContain(`${steps}`);
    }
  });

  test('an improvement: lower, and of the same noise', () => {
    const check = (...answer: number[]) => one('improve-1').check(answer, 1);
    expect(check(0.11, 0.109, 1)).toBeUndefined();
    expect(check(0.11, 0.11, 1)).toContain('not lower');
    expect(check(0.11, 0.05, 0)).toContain('another task');
  });

  test('few calls: the first row below the bound', () => {
    const missed = { 1: 0.99, 2: 0.51, 4: 0.18, 8: 0.06, 50: 0.001 };
    for (const seed of SAMPLE) {
      const miss = Number(/within (0\.\d+)/.exec(String(one('improve-3').task(seed)))![1]);
      const steps = Number(Object.entries(missed).find(([, value]) => value < miss)![0]);
      const check = (at: number) =>
        one('improve-3').check(one('improve-3').read!({ few: { steps: at, missed } }) as readonly number[], seed);
      expect(check(steps)).toBeUndefined();
      expect(check(50)).toContain('fewer');
      expect(check(1)).toContain('misses by 0.99');
    }
    expect(one('improve-3').read!({ few: { steps: 4, missed: {} } })).toContain('Learn');
  });

  test('one’s own score: balanced, in per cent', () => {
    const check = (value: number) => one('game-1').check([value, 10, 4, 5, 1], 1);
    expect([check(70), check(71), check(69)]).toEqual([undefined, undefined, undefined]);
    expect(check(71.1)).toBeTypeOf('string');
    expect(check(0.7)).toContain('hundred times');
    expect(check((100 * 10) / 15)).toContain('all pictures alike');
    expect(check(60)).toContain('one kind alone');
    expect(one('game-1').read!({})).toContain('Play a round');
  });
});
