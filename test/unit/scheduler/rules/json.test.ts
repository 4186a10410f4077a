import { expect, it } from 'vitest';
import { parseJson } from '#scheduler/rules/json.ts';

const faultOf = (text: string): unknown => {
  let fault: string | undefined;
  try {
    parseJson(text, (received) => {
      fault = received;
      throw new Error('refused');
    });
  } catch {}
  return fault;
};

it.each([
  ['', 'an empty file'],
  [' \n', 'an empty file'],
  ['<!DOCTYPE html><p>404', 'a web page'],
  ['\x89PNG', 'something else'],
  ['{"a": [1, 2', 'a file that was cut short: copy or download it again'],
  ['{"a": "b\\"}', 'a file that was cut short: copy or download it again'],
  ['{\n  "a": 1,\n  "b": oops\n}', 'text with a mistake in line 3'],
  ['{"a": 1}\n}', 'text with a mistake in line 2'],
  ['{"a": 1\n "b": 2}', 'text with a mistake in line 2'],
  ['{"a": [1,\n\n2,]}', 'text with a mistake in line 3'],
  ['{"a": "tab\tin it"}', 'text with a mistake in it'],
])('what is wrong with %j is %s', (text, fault) => {
  expect(faultOf(text)).toBe(fault);
});

it('JSON has no fault, whatever brackets its texts hold', () => {
  const value = { a: '{[', b: ['\\', '"'] };
  expect(parseJson(JSON.stringify(value), (received) => expect.fail(received))).toEqual(value);
});
