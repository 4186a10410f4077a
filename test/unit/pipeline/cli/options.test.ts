import { describe, expect, test } from 'vitest';
import { toList } from '#pipeline/terminal/options.ts';
import { InputError } from '#scheduler/index.ts';

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
      `Cannot read the options: --labels must be a list with commas between its parts, as 0,1,2 or female,male, received "${text}".`,
    );
  });
});
