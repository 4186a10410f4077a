import { describe, expect, it } from 'vitest';
import { labelOf } from '#runtime-node/server/labels.ts';

const model = (...classNames: string[]) => ({ classes: classNames.length, classNames });
const pets = model('cat', 'Dog', 'bird, small', 'caf\u00e9');
const counted = model('1', '2', '3');

describe('labelOf', () => {
  it.each<[string, ReturnType<typeof model>, number | string, number]>([
    ['a name', pets, 'Dog', 1],
    ['a name with a comma', pets, 'bird, small', 2],
    ['a name in another case', pets, 'dOG', 1],
    ['a name with spaces around it', pets, ' cat\n', 0],
    ['a name with its accent apart', pets, 'cafe\u0301', 3],
    ['a number', pets, 2, 2],
    ['a number as text', pets, ' 2 ', 2],
    ['the class that is named by the number', counted, '1', 0],
    ['the last one named by a number', counted, '3', 2],
    ['a number of such a model', counted, 1, 1],
    ['the exact one of two that differ in case', model('A', 'a'), 'a', 1],
    ['a name like a property', model('__proto__', 'constructor'), 'constructor', 1],
  ])('takes %s', (_, { classes, classNames }, label, wanted) => {
    expect(labelOf({ classes, classNames }, label, 'label')).toBe(wanted);
  });

  it.each<[string, { classes: number; classNames?: string[] }, number | string, string]>([
    ['a number where classes are named by numbers', counted, '0', 'a class, one of 1, 2, 3, received "0"'],
    ['a number of no class', counted, 3, 'a class, one of 1, 2, 3, received "3"'],
    ['another name', pets, 'cow', 'a class, one of cat, Dog, "bird, small", caf\u00e9, received "cow"'],
    ['an empty name', pets, '', 'a class, one of cat, Dog, "bird, small", caf\u00e9, received ""'],
    ['what JavaScript takes for a number', { classes: 9 }, '0x1', 'a class, a number from 0 to 8, received "0x1"'],
    ['a number with a sign', { classes: 9 }, '+1', 'a class, a number from 0 to 8, received "+1"'],
    [
      'a number beyond those of JSON',
      { classes: 9 },
      2 ** 60,
      'a class, a number from 0 to 8, received "one beyond 2^53"',
    ],
    [
      'one of several that differ in case alone',
      model('AB', 'ab', 'x'),
      'Ab',
      'the exact name of a class, or its number, where several differ in so little (numbers 0, 1), received "Ab"',
    ],
    [
      'any of a model without classes',
      { classes: 0 },
      'cat',
      'left out or empty, this model is not conditional on a class, received "cat"',
    ],
  ])('refuses %s', (_, classes, label, told) => {
    expect(() => labelOf(classes, label, 'prompt')).toThrow(`Cannot sample images: prompt must be ${told}.`);
  });

  it('lists the first twenty classes', () => {
    const names = Array.from({ length: 30 }, (_, i) => `class ${i}`);
    expect(() => labelOf(model(...names), 'x', 'label')).toThrow(/class 18, class 19, \.\.\., received "x"/);
  });
});
