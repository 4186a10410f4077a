/** The options of `npm run bench`: what is none of them ends in one sentence. */
import { parseArgs } from 'node:util';
import { check, InputError, integer, oneOf } from '@onnoise/scheduler/rules';
import { tasks } from './tasks.ts';
import { VARIANTS, type Variant } from './variants.ts';

const list = tasks.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n');

export const HELP = `npm run bench [-- names and options]   our speed beside PyTorch's, as ratios from turns of both

Names choose tasks; the first part of a name chooses all that begin with it (train, growth-batch). Without any, all run:

${list}

  --rounds <number>   Turns of each side that count, after 2 to warm up; default 7
  --against <side>    PyTorch's side: ${Object.keys(VARIANTS).join(', ')}; may be given more than once; default: all
                      that a task has
  --busy              Measure even if other programs use the processor
  --help              This text

PYTHON names a Python with torch, default python3; compile needs a C++ compiler. Without torch only our side is measured.
`;

export interface Options {
  /** Names of tasks, in their order. */
  tasks: readonly string[];
  rounds: number;
  /** Undefined: all that a task has. */
  against: readonly Variant[] | undefined;
  busy: boolean;
}

const ACTION = 'measure';

/** Returns undefined for --help. @throws InputError for what is no option, and for a value that cannot be */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parsed([...args]);
  if (values.help) return undefined;
  const sides = Object.keys(VARIANTS) as Variant[];
  return {
    tasks: chosen(positionals),
    rounds: check(ACTION, '--rounds', integer(1), numberOf(values.rounds)),
    against: values.against?.map((side) => check(ACTION, '--against', oneOf(sides), side)),
    busy: values.busy,
  };
}

function parsed(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '7' },
        against: { type: 'string', multiple: true },
        busy: flag,
        help: flag,
      },
    });
  } catch (error) {
    const [said] = (error as Error).message.split('\n')[0]!.split('. ');
    throw new InputError(`Cannot read the options: ${said}; --help lists them.`);
  }
}

/** As it was typed where it is no number: Number('') is 0. */
const numberOf = (typed: string): number | string =>
  typed.trim() === '' || Number.isNaN(Number(typed)) ? typed : Number(typed);

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
