import { describe, expect, it } from 'vitest';
import type { SpecResult } from './jasmine.ts';
import { formatRefused, sortOutcomes, withRefused } from './outcomes.ts';

const failed = (fullName: string, ...messages: string[]): SpecResult => ({
  fullName,
  status: 'failed',
  failedExpectations: messages.map((message) => ({ message })),
});

describe('sortOutcomes', () => {
  it('takes a test as refused where each of its failures is a sentence of the tracer', () => {
    const { passed, refused, wrong } = sortOutcomes([
      { fullName: 'add onnx {} one', status: 'passed', failedExpectations: [] },
      { fullName: 'add onnx {} skipped', status: 'pending', failedExpectations: [] },
      failed('topk onnx {} a', 'Error: Cannot trace the tfjs kernel TopK: it has no row in a/b.ts; add one.'),
      failed(
        'topk onnx {} b',
        "Expected it to throw 'x', but it threw 'Cannot trace the tfjs kernel TopK: it has no row in a/b.ts; add one.'.",
      ),
      failed('fill onnx {} c', 'Error: Cannot trace a string tensor: its dtype must be float32, received string.'),
      failed('max onnx {} d', 'Error: Arrays differ', 'Error: Cannot trace max: it must not be.'),
      failed('max onnx {} e', "TypeError: Cannot read properties of undefined (reading 'of')"),
    ]);
    expect(passed).toEqual(['add one']);
    expect([...refused]).toEqual([
      ['the tfjs kernel TopK: it has no row in a/b.ts; add one', ['topk a', 'topk b']],
      ['a string tensor: its dtype must be float32', ['fill c']],
    ]);
    expect([...wrong.keys()]).toEqual(['max d', 'max e']);
  });
});

describe('formatRefused', () => {
  it('lists sentences in alphabetical order, their tests below them', () => {
    const refused = new Map([
      ['b: no', ['x', 'y']],
      ['a: no', ['z']],
    ]);
    expect(formatRefused({ passed: ['w'], refused })).toBe('1 tests pass\n\na: no (1)\n  z\n\nb: no (2)\n  x\n  y\n');
  });
});

describe('withRefused', () => {
  it('writes counts and a row for each kernel between the marks, and nothing else', () => {
    const refused = new Map([
      ['the tfjs kernel B: it draws; draw outside', ['x', 'y']],
      ['a string tensor: its dtype must be float32', ['z']],
    ]);
    const list = formatRefused({ passed: ['w', 'v'], refused });
    const empty =
      "before\n<!-- from tfjs' own tests: `npm run test:tfjs -- -u` writes this -->\nold\n<!-- end -->\nafter\n";
    const written = withRefused(empty, list);
    expect(written.split('\n').slice(2, -3)).toEqual([
      'Of the tests that tfjs-core ships, 2 pass and 3 are refused:',
      '',
      '| kernel          | tests | why                       | in its place |',
      '| --------------- | ----- | ------------------------- | ------------ |',
      '| a string tensor | 1     | its dtype must be float32 |              |',
      '| B               | 2     | it draws                  | draw outside |',
      '',
    ]);
    expect(written.startsWith('before\n')).toBe(true);
    expect(written.endsWith('after\n')).toBe(true);
    expect(withRefused(written, list)).toBe(written);
  });
});
