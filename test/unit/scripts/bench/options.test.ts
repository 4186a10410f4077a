import { describe, expect, it, test } from 'vitest';
import { says } from '#test/says.ts';
import { readOptions } from '../../../../scripts/bench/options.ts';
import { tasks } from '../../../../scripts/bench/tasks.ts';

const words = (typed: string) => typed.split(' ').filter(Boolean);

describe('the options of the benchmark', () => {
  it('choose all tasks, or those that a word names or begins', () => {
    expect(readOptions([])).toEqual({
      tasks: tasks.map(({ name }) => name),
      rounds: 7,
      against: undefined,
      busy: false,
    });
    const { tasks: chosen, ...rest } = readOptions(
      words('call train-small --rounds 3 --against fused --against compile --busy'),
    )!;
    expect(chosen).toEqual(['train-small', 'call-1', 'call-8']);
    expect(rest).toEqual({ rounds: 3, against: ['fused', 'compile'], busy: true });
    expect(readOptions(['growth-px'])!.tasks).toEqual(['growth-px-16', 'growth-px-64', 'growth-px-128']);
  });

  it('are not checked where help is asked for', () => {
    expect(readOptions(['--help', '--rounds', '0'])).toBeUndefined();
  });

  test.each([
    ['--round 3', "Cannot read the options: Unknown option '--round'; --help lists them."],
    ['--rounds', "Cannot read the options: Option '--rounds <value>' argument missing; --help lists them."],
    ['--rounds 0', 'Cannot measure: --rounds must be an integer of at least 1, received 0.'],
    ['--rounds many', 'Cannot measure: --rounds must be an integer of at least 1, received "many".'],
    ['--against jax', 'Cannot measure: --against must be one of eager, fused, *, received "jax".'],
    ['tra', 'Cannot measure: a task must be one of train-small, *, or how some begin, received "tra".'],
  ])('refuse %s', (typed, message) => {
    expect(() => readOptions(words(typed))).toThrow(says(message));
  });
});
