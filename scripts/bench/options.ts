/** The options of `npm run bench`. */
import { check, InputError, integer, oneOf } from '@onnoise/scheduler/rules';
import { readTyped } from './parse.ts';
import { tasks } from './tasks.ts';
import { VARIANTS, type Variant } from './variants.ts';

const list = tasks.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n');

export const HELP = `npm run bench [-- names and options]   our speed beside PyTorch's, as ratios from turns of both

Names choose tasks; the first part of a name chooses all that begin with it (train, growth-batch). Without any, all run:

${list}

  --rounds <number>   Turns of each side that count, after 2 to warm up; default 7
  --against <side>    PyTorch's side: ${Object.keys(VARIANTS).join(', ')}; may be given more than once; default: all
                      that a task has
  --alone             Let PyTorch have the same rounds with our side out of the way, too, and compare
  --busy              Measure even if other programs use the processor
  --help              This text

PYTHON names a Python with torch, default python3; prepare needs torchvision and Pillow, compile a C++ compiler. Without
torch only our side is measured.
`;

export interface Options {
  /** Names of tasks, in their order. */
  tasks: readonly string[];
  rounds: number;
  /** Undefined: all that a task has. */
  against: readonly Variant[] | undefined;
  alone: boolean;
  busy: boolean;
}

const ACTION = 'measure';

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): Options | undefined {
  const typed = readTyped(ACTION, HELP, args, { words: true });
  const sides = Object.keys(VARIANTS) as Variant[];
  return (
    typed && {
      tasks: chosen(typed.words),
      rounds: typed.number('rounds', integer(1)),
      against: typed.list('against')?.map((side) => check(ACTION, '--against', oneOf(sides), side)),
      alone: typed.flag('alone'),
      busy: typed.flag('busy'),
    }
  );
}

function chosen(typed: readonly string[]): string[] {
  const names = tasks.map(({ name }) => name);
  const suits = (name: string, word: string) => name === word || name.startsWith(`${word}-`);
  const strange = typed.find((word) => !names.some((name) => suits(name, word)));
  if (strange !== undefined) {
    throw new InputError(
      `Cannot ${ACTION}: a task must be one of ${names.join(', ')}, or how some begin, received "${strange}".`,
    );
  }
  return names.filter((name) => typed.length === 0 || typed.some((word) => suits(name, word)));
}
