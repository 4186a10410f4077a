import { classNamesOf, InputError, labelNumbers } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

describe('labelNumbers', () => {
  const of = (labels: (number | string)[], names?: string[], classes = names?.length ?? 10) =>
    labelNumbers('sample images', labels, classes, names);

  it('takes numbers as they are and texts by name, then as numbers', () => {
    expect(of([2, 'dog', '0'], ['cat', 'dog', 'cow'])).toEqual([2, 1, 0]);
    expect(of(['7', 7])).toEqual([7, 7]);
    // classes named by digits: the name goes first
    expect(of(['10', '0', 0], ['10', '20', '0'])).toEqual([0, 2, 0]);
  });

  it.each([
    [['cow'], ['cat', 'dog'], 'a label must be one of cat, dog, or an integer from 0 to 1, received "cow".'],
    [['Cat'], ['cat', 'dog'], 'received "Cat".'],
    [['2'], ['cat', 'dog'], 'received "2".'],
    [['-1'], undefined, 'a label must be an integer from 0 to 9, received "-1".'],
    [['1.5'], undefined, 'received "1.5".'],
    [[''], undefined, 'received "".'],
    [['0x1'], undefined, 'received "0x1".'],
    [[1.5], undefined, 'a label must be an integer from 0 to 9, received 1.5.'],
    [['crane'], ['crane', 'dog', 'crane'], 'received "crane", the name of 0 and 2: give the number.'],
  ])('refuses %j of %j', (labels, names, message) => {
    expect(() => of(labels, names)).toThrow(InputError);
    expect(() => of(labels, names)).toThrow(message);
  });

  it('lists twenty names at most', () => {
    const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
    expect(() => of(['x'], names)).toThrow(/n19, \.\.\., or an integer from 0 to 29/);
  });
});

describe('classNamesOf', () => {
  const of = (index: Record<string, unknown>, card = '', classes = 2) =>
    classNamesOf('load model', index, card, classes);

  it('reads id2label of model_index.json, else the line of the card', () => {
    expect(of({ id2label: { 1: 'b, c', 0: 'a' } }, '- classes: x, y')).toEqual(['a', 'b, c']);
    expect(of({}, '# x\n\n- classes: x, y\n')).toEqual(['x', 'y']);
    expect(of({ id2label: null }, '- classes: x, y')).toEqual(['x', 'y']);
  });

  it('gives none where not each class is named', () => {
    expect(of({ id2label: { 0: 'a' } })).toBeUndefined();
    expect(of({ id2label: { 0: 'a', 2: 'b' } })).toBeUndefined();
    expect(of({ id2label: { 0: 'a', 1: 'b', 2: 'c' } }, '- classes: x')).toBeUndefined();
    expect(of({ id2label: { 0: 'a' } }, '', 0)).toBeUndefined();
  });

  it.each([[['a', 'b']], ['a'], [{ 0: 'a', 1: null }]])('refuses %j', (id2label) => {
    expect(() => of({ id2label })).toThrow(/^Cannot load model: id2label of model_index\.json must be an object/);
  });
});
