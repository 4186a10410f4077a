import { describe, expect, test } from 'vitest';
import { checkArguments, explainUsage, type KnownOptions } from '#base/terminal/arguments.ts';
import { nearest } from '#base/text/nearest.ts';

const known: KnownOptions = {
  key: { help: 1, out: 1, 'dry-run': 1, count: 1, model: 1, list: 1, words: 1, flip: 1 },
  alias: { help: ['h'] },
  boolean: ['help', 'dry-run', 'flip'],
  string: ['out', 'list', 'words'],
  number: [],
  array: ['list', 'words'],
  narg: { out: 1, count: null, list: 1, words: null },
};
const check =
  (...typed: string[]) =>
  () =>
    checkArguments('do', typed, known);

describe('checkArguments', () => {
  test.each([
    [[]],
    [['-h']],
    [['--out', 'x', '--count', '-1', '--dry-run']],
    [['--out=x=y', '--count=-.5', '--dryRun', 'true', '--flip=false']],
    [['--no-flip', '--no-dry-run']],
    [['--model.depth', '3', '--model.width=4', '--model.channels', '1,2']],
    [['--list', 'a', '--list', 'b']],
    [['--out', '-']],
    [['--words', 'a=1', 'b=2', '--flip']],
    [['--words=a', '--words', 'b', 'c']],
  ])('takes %j', (typed) => {
    expect(check(...typed)).not.toThrow();
  });

  test.each([
    [['--otu', 'x'], 'pipeline do has no option --otu. Did you mean --out?'],
    [['--dryrun'], 'pipeline do has no option --dryrun. Did you mean --dry-run?'],
    [['-z'], 'pipeline do has no option -z.'],
    [['--constructor', '1'], 'pipeline do has no option --constructor.'],
    [['--out.x', '1'], 'pipeline do has no option --out.x.'],
    [['--no-count'], '--count must have a value, received --no-count. Leave it out instead.'],
    [['--no-thing'], 'pipeline do has no option --no-thing.'],
    [['--flip', 'x'], 'unexpected word "x".'],
    [['--flip=yes'], '--flip must be true or false, or have no value, received "yes".'],
    [['--flip='], '--flip must be true or false, or have no value, received "".'],
    [['--no-flip=false'], '--no-flip must have no value, received "false".'],
    [['--', 'x'], 'pipeline do has no option --.'],
    [['--out', 'x', '--out', 'y'], '--out must be given once, received it twice.'],
    [['--flip', '--no-flip'], '--no-flip must be given once, received it twice.'],
    [['--model.a', '1', '--model.a', '2'], '--model.a must be given once, received it twice.'],
    [['--model.a', ''], '--model.a must not be empty, received "".'],
    [['--model.a'], '--model.a must have a value, received none.'],
    [['--list', 'a', 'b'], 'unexpected word "b".'],
    [['--words=a', 'b'], 'unexpected word "b".'],
    [['--words', 'a', '--words'], '--words must have a value, received none.'],
    [['--list', ''], '--list must not be empty, received "".'],
  ])('refuses %j', (typed, rule) => {
    expect(check(...typed)).toThrow(expect.objectContaining({ message: `Cannot read the options: ${rule}` }));
  });
});

test('explainUsage puts what yargs finds into our words, and leaves the rest', () => {
  expect(explainUsage('Missing required arguments: data, out')).toBe(
    'Cannot read the options: --data and --out must be given, received nothing.',
  );
  expect(explainUsage('Something else')).toBe('Something else');
});

describe('nearest', () => {
  test.each([
    ['step', 'steps'],
    ['stpes', 'steps'],
    ['anim', 'animation'],
    ['STEPS', 'steps'],
    ['s', undefined],
    ['colour', undefined],
  ])('of %s is %s', (typed, meant) => {
    expect(nearest(typed, ['steps', 'animation', 'singles', 'columns'])).toBe(meant);
  });
});
