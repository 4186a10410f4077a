import { describe, expect, test } from 'vitest';
import { toList, toNames, toNumber } from '#base/terminal/options.ts';
import { InputError } from '#scheduler/rules/index.ts';

describe('toList', () => {
  const list = toList('labels', '0,1,2 or female,male');

  test.each([
    ['7', ['7']],
    ['female,male', ['female', 'male']],
    [' a , b c ', ['a', 'b c']],
    ['"Mouse, grey",Dog', ['Mouse, grey', 'Dog']],
    ['"a ""b""" , c', ['a "b"', 'c']],
    ['007', ['007']],
  ])('reads %s', (text, expected) => {
    expect(list(text)).toEqual(expected);
  });

  test('leaves out what was left out', () => {
    expect(list(undefined)).toBeUndefined();
  });

  test.each(['', ' ', 'a,', ',a', 'a,,b', '"a', '"a"b', 'a"b"', '""'])('refuses %j', (text) => {
    expect(() => list(text)).toThrow(InputError);
    expect(() => list(text)).toThrow(
      `Cannot read the options: --labels must be a list separated by commas, as 0,1,2 or female,male, received "${text}".`,
    );
  });
});

describe('toNames', () => {
  const names = toNames('label-names');

  test.each([
    ['False=female,True=male', { False: 'female', True: 'male' }],
    [' 0 = no finding , 1 = fracture', { 0: 'no finding', 1: 'fracture' }],
    ['"a, b"="x=y",c="say ""hi"""', { 'a, b': 'x=y', c: 'say "hi"' }],
    ['7=seven', { 7: 'seven' }],
  ])('reads %s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test('leaves out what was left out', () => {
    expect(names(undefined)).toBeUndefined();
  });

  test.each(['', 'False', 'False=', '=female', 'False=a,', ',False=a', 'a=b=c', 'a="b', 'a=""', '"a"b=c'])(
    'refuses %j',
    (text) => {
      expect(() => names(text)).toThrow(
        new InputError(
          `Cannot read the options: --label-names must be values and their names, separated by commas, as False=female,True=male, received ${JSON.stringify(text)}.`,
        ),
      );
    },
  );

  test('refuses a value that is named twice', () => {
    expect(() => names('a=b,a=c')).toThrow(
      new InputError('Cannot read the options: --label-names must name a once, received it twice.'),
    );
  });
});

describe('toNumber', () => {
  const number = toNumber('lr');

  test.each([
    ['0', 0],
    ['0e5', 0],
    ['-0.0', -0],
    ['5e-324', 5e-324],
    ['0.002', 0.002],
  ])('reads %s', (text, expected) => {
    expect(number(text)).toBe(expected);
  });

  test.each(['1e-400', '-2.5E-999', `0.${'0'.repeat(400)}1`])('shows a number that would be read as 0: %s', (text) => {
    expect(() => number(text)).toThrow(
      new InputError(`Cannot read the options: --lr must be 0 or at least 5e-324 in size, received ${text}.`),
    );
  });
});
