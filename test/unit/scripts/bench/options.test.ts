import { describe, expect, it, test } from 'vitest';
import { readOptions as readClass } from '../../../../scripts/bench/class/options.ts';
import { readOptions as readFew } from '../../../../scripts/bench/few/options.ts';
import { readOptions as readJudge } from '../../../../scripts/bench/judge/options.ts';
import { readOptions } from '../../../../scripts/bench/options.ts';
import { readOptions as readServe } from '../../../../scripts/bench/serve/options.ts';
import { tasks } from '../../../../scripts/bench/tasks.ts';
import { readOptions as readWeb } from '../../../../scripts/bench/web/options.ts';

const words = (typed: string) => typed.split(' ').filter(Boolean);

describe('the options of the benchmark', () => {
  it('choose all tasks, or those that a word names or begins', () => {
    expect(readOptions([])).toEqual({
      tasks: tasks.map(({ name }) => name),
      rounds: 7,
      against: undefined,
      alone: false,
      busy: false,
    });
    const { tasks: chosen, ...rest } = readOptions(
      words('call train-small --rounds 3 --against fused --against compile --alone --busy'),
    )!;
    expect(chosen).toEqual(['train-small', 'call-1', 'call-8']);
    expect(rest).toEqual({ rounds: 3, against: ['fused', 'compile'], alone: true, busy: true });
    expect(readOptions(['growth-px'])!.tasks).toEqual(['growth-px-16', 'growth-px-64', 'growth-px-128']);
  });

  it('are not checked where help is asked for', () => {
    expect(readOptions(['--help', '--rounds', '0'])).toBeUndefined();
  });

  test.each([
    ['--round 3', "Cannot read the options: Unknown option '--round'; --help lists them."],
    ['--rounds', /^Cannot read the options: Option '--rounds <value>' argument missing; --help lists them\.$/],
    ['--rounds 0', 'Cannot measure: --rounds must be an integer of at least 1, received 0.'],
    ['--rounds many', 'Cannot measure: --rounds must be an integer of at least 1, received "many".'],
    ['--against jax', /^Cannot measure: --against must be one of eager, fused, .*, received "jax"\.$/],
    ['tra', /^Cannot measure: a task must be one of train-small, .*, or how some begin, received "tra"\.$/],
  ])('refuse %s', (typed, message) => {
    expect(() => readOptions(words(typed))).toThrow(message);
  });
});

describe('the options of bench:serve, bench:web, bench:class, bench:few and bench:judge', () => {
  it('have defaults, and are read', () => {
    expect(readServe([])).toEqual({ model: 'models/digits', rounds: 5, seconds: 20, steps: 50 });
    expect(readServe(words('--model m --rounds 1 --seconds 0.5 --steps 2'))).toEqual({
      model: 'm',
      rounds: 1,
      seconds: 0.5,
      steps: 2,
    });
    expect(readWeb([])).toEqual({ rounds: 3 });
    expect(readClass(['--phones', '5'])).toEqual({ kilobits: 1600, latency: 150, phones: 5, slower: 4 });
    const few = { teacher: 'models/hands', students: ['models/hands-2'], rounds: 7, pictures: 16, clients: 4 };
    expect(readFew([])).toEqual({ ...few, json: undefined, busy: false });
    expect(readFew(words('--student a --student b --rounds 1 --json few.json --busy'))).toEqual({
      ...few,
      students: ['a', 'b'],
      rounds: 1,
      json: 'few.json',
      busy: true,
    });
    expect(readJudge([], true)).toMatchObject({ model: 'models/digits', count: 1000 });
    expect(readJudge(['--mnist', 'm', '--case', 'ddim 10 eta=0.5', '--count', '20'], false)).toEqual({
      mnist: 'm',
      model: 'models/digits',
      count: 20,
      cases: ['ddim 10 eta=0.5'],
      chart: undefined,
    });
  });

  it('are refused in one sentence', () => {
    expect(() => readServe(['--seconds', '0'])).toThrow(
      'Cannot measure the server: --seconds must be a number above 0, received 0.',
    );
    expect(() => readServe(['now'])).toThrow("Cannot read the options: Unexpected argument 'now'; --help lists them.");
    expect(() => readWeb(['--rounds', '2.5'])).toThrow(
      'Cannot measure: --rounds must be an integer of at least 1, received 2.5.',
    );
    expect(() => readFew(['--pictures', '1'])).toThrow(
      'Cannot measure: --pictures must be an integer from 2 to 16, received 1.',
    );
    expect(() => readJudge([], false)).toThrow(
      "Cannot judge: --mnist must be a folder with MNIST's IDX files while there is no judge, received none.",
    );
    expect(() => readJudge(['--count', '1'], true)).toThrow('Cannot judge: --count must be an integer of at least 2');
    expect(() => readJudge(['--case', 'leap 10'], true)).toThrow(/received "leap"/);
  });
});
