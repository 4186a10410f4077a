/** The link with what a student has done: whole, damaged, tampered with, and taken over by a browser. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  cleanName,
  formatWork,
  LONGEST_NAME,
  linksIn,
  readWork,
  rightOf,
  sharedSeeds,
  type Work,
} from '#site/views/learn/exercises/hand-in.ts';
import { SEEDS } from '#site/views/learn/exercises/rules/draw.ts';
import { numberOf } from '#site/views/learn/exercises/rules/exercise.ts';
import { EXERCISES, findExercise } from '#site/views/learn/exercises/table.ts';
import { stubStorage } from '#test/kept.ts';

const work: Work = {
  seed: 4711,
  name: 'Ada L. ✓ & co',
  answers: new Map([
    ['why-1', [15, 0.93, 0.9]],
    ['data-2', [-0.2, 0.15]],
    ['game-3', [2]],
  ]),
  chapters: ['why', 'game'],
};
const queryOf = (of: Work) => new URLSearchParams(formatWork(of)).toString();
const readText = (text: string) => readWork(new URLSearchParams(text));

describe('a link', () => {
  test('holds the work and gives it back', () => {
    expect(readText(queryOf(work))).toEqual({ work, left: 0 });
    expect(queryOf({ ...work, name: '', answers: new Map(), chapters: [] })).toMatch(/^s=4711&sum=\w+$/);
  });

  test('holds any answers, rounded to what it writes, in fewer than 1500 characters', () => {
    const numbers = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    const all = fc.tuple(...EXERCISES.map(({ length }) => fc.array(numbers, { minLength: length, maxLength: length })));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SEEDS }), all, (seed, answers) => {
        const before: Work = {
          seed,
          name: '',
          chapters: [],
          answers: new Map(EXERCISES.map(({ id }, i) => [id, answers[i]!])),
        };
        const text = queryOf(before);
        const known = readText(text);
        if ('fault' in known) throw new Error(known.fault);
        expect(known.left).toBe(0);
        expect(formatWork(known.work)).toEqual(formatWork(before));
        expect(text.length).toBeLessThan(1500);
      }),
      { numRuns: 30 },
    );
  });

  test('tells that it was cut at any place, or changed in any character', () => {
    const text = queryOf(work);
    for (let at = 0; at < text.length; at++) {
      expect(readText(text.slice(0, at)), text.slice(0, at)).toHaveProperty('fault', expect.stringMatching(/\.$/));
    }
    for (let at = 0; at < text.length; at++) {
      if (/[=&%]/.test(text.slice(at, at + 1))) continue;
      const changed = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;
      const known = readText(changed);
      if ('work' in known)
        expect(known.work, changed).toEqual(work); // a %-escape of the same letter
      else expect(known.fault).toMatch(/\.$/);
    }
  });

  test('with a seed that no browser draws is refused', () => {
    for (const seed of [0, -1, 1.5, SEEDS + 1]) {
      expect(readText(queryOf({ ...work, seed }))).toEqual({ fault: expect.stringContaining(`from 1 to ${SEEDS}`) });
    }
  });

  test('counts answers to exercises that this page has not, and keeps the others', () => {
    const other = new Map([...work.answers, ['why-2', [1]]]); // too few numbers, as of another version
    expect(readText(queryOf({ ...work, answers: other }))).toEqual({ work, left: 1 });
  });

  test('is checked again: a copied answer does not hold with another seed', () => {
    const exercise = findExercise('data-3')!;
    const times = (seed: number) => Number(/is (\d+) times/.exec(String(exercise.task(seed)))![1]);
    let other = 4712;
    while (times(other) === times(4711)) other++;
    const answers = new Map([['data-3', [times(4711) ** 2]]]);
    expect([...rightOf({ seed: 4711, answers })]).toEqual(['data-3']);
    expect([...rightOf({ seed: other, answers })]).toEqual([]);
  });

  test('of one seed under two names is noticed', () => {
    const named = (name: string, seed = 5): Work => ({ ...work, name, seed });
    expect([...sharedSeeds([named('Ada'), named('Bob'), named('Cy', 6), named('Cy', 6)])]).toEqual([5]);
  });

  test('is found in a mail, once, with the signs around it', () => {
    const link = `https://host/a/#/learn/hand-in?${queryOf(work)}`;
    const texts = [link, `Hi,\n<${link}>, bye`, `(${link}). ${link}`, `> ${link};`, `“${link}”`];
    for (const text of texts) expect(linksIn(text), text).toEqual([{ text: link, work }]);
    expect(linksIn('https://host/a/#/learn/why and words')).toEqual([]);
    const cut = link.slice(0, -2);
    expect(linksIn(`${link} ${cut}`)).toEqual([
      { text: link, work },
      { text: cut, fault: expect.stringContaining('not whole') },
    ]);
  });

  test('has a name of one short line', () => {
    expect(cleanName('  Ada\n\tLovelace\u0000 ')).toBe('Ada Lovelace');
    expect(cleanName('x'.repeat(100))).toHaveLength(LONGEST_NAME);
    expect(cleanName('')).toBe('');
  });
});

describe('a typed number', () => {
  test.each([
    ['0.31', 0.31],
    ['−0,31', -0.31],
    [' 1/3 ', 1 / 3],
    ['12 611', 12_611],
    ['12,611', 12_611],
    ['32768', 32_768],
    ['18.75 %', 18.75],
    ['.5', 0.5],
    ['1e-3', 0.001],
  ])('%j is %d', (text, value) => {
    expect(numberOf(text)).toBeCloseTo(value, 12);
  });

  test.each(['', 'x', '1/0', '1/2/3', '1.2.3', '--1', 'NaN', '∞', '0.5x'])('%j is none', (text) => {
    expect(numberOf(text)).toBeUndefined();
  });
});

describe('this browser', () => {
  let kept: Map<string, string>;
  beforeEach(() => {
    vi.resetModules();
    kept = stubStorage('localStorage');
  });
  afterEach(() => vi.unstubAllGlobals());
  const state = () => import('#site/views/learn/exercises/exercise-state.ts');

  test('keeps its seed and right answers, and not the wrong ones', async () => {
    const first = await state();
    const { seed } = first.kept.value;
    expect(seed).toBeGreaterThanOrEqual(1);
    expect(seed).toBeLessThanOrEqual(SEEDS);
    const exercise = findExercise('why-1')!;
    expect(first.answer(exercise, [5, 0.71, 0.9])).toContain('71 %');
    expect(first.answer(exercise, [15, 0.93, 0.9])).toBeUndefined();
    expect(first.answer(exercise, [5, 0.71, 0.9])).toContain('71 %');
    first.nameIt('Ada');
    vi.resetModules();
    const again = await state();
    expect(again.kept.value.seed).toBe(seed);
    expect(again.kept.value.name).toBe('Ada');
    expect([...again.kept.value.answers]).toEqual([['why-1', [15, 0.93, 0.9]]]);
    expect([...again.right.value]).toEqual(['why-1']);
  });

  test('begins anew where what it kept is damaged', async () => {
    kept.set('onnoise.learn.exercises', 's=4711&a=why-1_15_0.93_0.9&sum=0');
    const { kept: now } = await state();
    expect(now.value.answers.size).toBe(0);
    expect(now.value.seed).toBeGreaterThan(0);
  });

  test('takes a link over: with its own seed it keeps what it has, with another it does not', async () => {
    kept.set('onnoise.learn.exercises', queryOf({ ...work, chapters: [], answers: new Map([['game-3', [2]]]) }));
    const { isEmpty, kept: now, takeOver, work: whole } = await state();
    expect(isEmpty()).toBe(false);
    takeOver({ ...work, name: '', answers: new Map([['why-1', [15, 0.93, 0.9]]]) });
    expect([...now.value.answers.keys()].sort()).toEqual(['game-3', 'why-1']);
    expect(now.value.name).toBe(work.name);
    expect(whole.value.chapters).toEqual(['why', 'game']);
    takeOver({ ...work, seed: 12, name: 'Bob', answers: new Map() });
    expect(now.value).toEqual({ seed: 12, name: 'Bob', answers: new Map() });
  });
});
