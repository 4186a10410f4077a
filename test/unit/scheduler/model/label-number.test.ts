import { type ClassFacts, classNamesOf, labelNumber, labelsOfPictures } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';

const model = (...classNames: string[]) => ({ classes: classNames.length, classNames });
const pets = model('cat', 'Dog', 'bird, small', 'caf\u00e9');
const counted = model('1', '2', '3');
const ten = { classes: 10 };

describe('labelNumber', () => {
  it.each<[string, ClassFacts, number | string, number]>([
    ['a name', pets, 'Dog', 1],
    ['a name with a comma', pets, 'bird, small', 2],
    ['a name in another case', pets, 'dOG', 1],
    ['a name with spaces around it', pets, ' cat\n', 0],
    ['a name with its accent apart', pets, 'cafe\u0301', 3],
    ['a number', pets, 2, 2],
    ['the class that is named by the number', counted, '1', 0],
    ['a number of such a model', counted, 1, 1],
    ['the exact one of two that differ in case', model('A', 'a'), 'a', 1],
    ['a number as text where no class is named', ten, '7', 7],
    ['a name like a property', model('__proto__', 'constructor'), 'constructor', 1],
  ])('takes %s', (_, facts, label, wanted) => {
    expect(labelNumber('sample images', 'label', label, facts)).toBe(wanted);
  });

  const TEN = 'a class, a number from 0 to 9';
  it.each<[string, ClassFacts, number | string, string]>([
    ['a number where classes are named by numbers', counted, '0', 'be a class, one of 1, 2, 3, received "0"'],
    ['a number of no class', counted, 3, 'be a class, one of 1, 2, 3, or a number from 0 to 2, received 3'],
    ['an empty name where no class is named', ten, '', `be ${TEN}, received ""`],
    ['what JavaScript takes for a number', ten, '0x1', `be ${TEN}, received "0x1"`],
    ['a number with a sign', ten, '+1', `be ${TEN}, received "+1"`],
    ['a fraction', ten, 1.5, `be ${TEN}, received 1.5`],
    ['a number beyond those of JSON', ten, 2 ** 60, `be ${TEN}, received one beyond 2^53`],
    [
      'a name of several classes',
      model('crane', 'dog', 'crane'),
      'crane',
      'name one class, received "crane", the name of 0 and 2: give the number',
    ],
    [
      'one of several that differ in case alone',
      model('AB', 'ab', 'x'),
      'Ab',
      'name one class, received "Ab", the name of 0 and 1: give the number',
    ],
    [
      'any of a model without classes',
      { classes: 0 },
      'cat',
      'be left out, this model is not conditional on a class, received "cat"',
    ],
  ])('refuses %s', (_, facts, label, told) => {
    const taking = () => labelNumber('sample images', 'prompt', label, facts);
    expect(taking).toThrow(InputError);
    expect(taking).toThrow(`Cannot sample images: prompt must ${told}.`);
  });

  it('lists the first twenty classes', () => {
    const names = Array.from({ length: 30 }, (_, i) => `class ${i}`);
    expect(() => labelNumber('sample images', 'label', 'x', model(...names))).toThrow(
      /class 18, class 19, \.\.\., or a number from 0 to 29, received "x"/,
    );
  });
});

describe('classNamesOf', () => {
  const of = (index: Record<string, unknown>, classes = 2) => classNamesOf(index, classes);

  it('reads id2label of model_index.json', () => {
    expect(of({ id2label: { 1: 'b, c', 0: 'a' } })).toEqual(['a', 'b, c']);
    expect(of({})).toBeUndefined();
    expect(of({ id2label: null })).toBeUndefined();
  });

  it('gives none where not each class is named', () => {
    expect(of({ id2label: { 0: 'a' } })).toBeUndefined();
    expect(of({ id2label: { 0: 'a', 2: 'b' } })).toBeUndefined();
    expect(of({ id2label: { 0: 'a', 1: 'b', 2: 'c' } })).toBeUndefined();
    expect(of({ id2label: { 0: 'a' } }, 0)).toBeUndefined();
  });

  it.each([[['a', 'b']], ['a'], [{ 0: 'a', 1: null }]])('refuses %j', (id2label) => {
    expect(() => of({ id2label })).toThrow(/^Cannot load the model: id2label of model_index\.json must be an object/);
  });
});

describe('labelsOfPictures', () => {
  it('takes the labels in turn, else all classes', () => {
    expect(labelsOfPictures(ten, { labels: [7, 3] }, 5)).toEqual([7, 3, 7, 3, 7]);
    expect(labelsOfPictures(ten, {}, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(labelsOfPictures({ classes: 0 }, {}, 2)).toBeUndefined();
  });

  it('between seeds takes one class, or two from one to another', () => {
    expect(labelsOfPictures(ten, { interpolate: [1, 4], labels: [3] }, 3)).toEqual([3, 3, 3]);
    expect(labelsOfPictures(ten, { interpolate: [1, 4], labels: [3, 8] }, 5)).toEqual([3, 3, 3, 8, 8]);
    expect(labelsOfPictures(ten, { variations: 1, labels: [3] }, 2)).toEqual([3, 3]);
    expect(labelsOfPictures({ classes: 1 }, { interpolate: [1, 4] }, 2)).toEqual([0, 0]);
    expect(labelsOfPictures({ classes: 0 }, { variations: 1 }, 2)).toBeUndefined();
  });

  it.each([
    [{ interpolate: [1, 4] as const }, 'one class or two from one seed to another, received none.'],
    [
      { interpolate: [1, 4] as const, labels: [1, 2, 3] },
      'one class or two from one seed to another, received 3 of them.',
    ],
    [{ variations: 1 }, 'one class where a seed is varied, received none.'],
    [{ variations: 1, labels: [1, 2] }, 'one class where a seed is varied, received 2 of them.'],
    [{ labels: [1, 2, 3, 4, 5] }, 'at most as many as images, received 5 for 4.'],
  ])('refuses %j', (options, rule) => {
    expect(() => labelsOfPictures(ten, options, 4)).toThrow(`Cannot sample images: labels must be ${rule}`);
  });
});
