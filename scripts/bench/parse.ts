/** Options as the help of a benchmark lists them: what is none of them ends in one sentence. */
import { parseArgs } from 'node:util';
import { check, InputError, type Rule } from '@onnoise/scheduler/rules';
import { exitCodeOf } from '#base/terminal/errors.ts';

/** `  --rounds <number>  Turns of each side; default 3`, and the lines below it. */
const LINE = /^ +--([\w-]+)( <[\w-]+>)? +(.*(?:\n {10,}.*)*)/gm;

export interface Typed {
  text(name: string): string | undefined;
  /** @throws InputError for what breaks the rule */
  number<T>(name: string, rule: Rule<T>): T;
  /** Of an option that may be given more than once; undefined if it was not. */
  list(name: string): string[] | undefined;
  flag(name: string): boolean;
  /** What stands without an option. */
  words: string[];
}

/**
 * @param action what fails, after "Cannot"
 * @param words whether there may be some without an option
 * @returns undefined for --help
 * @throws InputError for what is no option
 */
export function readTyped(
  action: string,
  help: string,
  args: readonly string[],
  { words = false } = {},
): Typed | undefined {
  const listed = [...help.matchAll(LINE)].map(([, name, value, about]) => {
    const multiple = about!.includes('may be given more than once');
    const usual = /\bdefault ([^\s;]+)/.exec(about!)?.[1];
    if (value === undefined) return [name, { type: 'boolean' }] as const;
    return [name, { type: 'string', multiple, default: multiple && usual ? [usual] : usual }] as const;
  });
  const { values, positionals } = parsed([...args], Object.fromEntries(listed));
  if (positionals.length > 0 && !words) {
    throw new InputError(`Cannot read the options: Unexpected argument '${positionals[0]}'; --help lists them.`);
  }
  if (values.help) return undefined;
  const text = (name: string) => values[name] as string | undefined;
  return {
    text,
    number: (name, rule) => check(action, `--${name}`, rule, numberOf(text(name)!)),
    list: (name) => values[name] as string[] | undefined,
    flag: (name) => values[name] === true,
    words: positionals,
  };
}

function parsed(args: string[], options: Record<string, object>) {
  try {
    return parseArgs({ args, options: options as Record<string, { type: 'string' }>, allowPositionals: true }) as {
      values: Record<string, unknown>;
      positionals: string[];
    };
  } catch (error) {
    const [said] = (error as Error).message.split('\n')[0]!.split('. ');
    throw new InputError(`Cannot read the options: ${said}; --help lists them.`);
  }
}

/** As it was typed where it is no number: Number('') is 0. */
const numberOf = (typed: string): number | string =>
  typed.trim() === '' || Number.isNaN(Number(typed)) ? typed : Number(typed);

/**
 * The options of this script, which ends here for --help and for options that are wrong. Whatever the script throws later
 * becomes a message and an exit code as in the command line.
 * @param read returns undefined for --help, and throws InputError
 */
export function ownOptions<T>(read: (args: readonly string[]) => T | undefined, help: string): T {
  process.once('uncaughtException', (error) => process.exit(exitCodeOf(error)));
  const options = read(process.argv.slice(2));
  if (options !== undefined) return options;
  process.stdout.write(help);
  process.exit();
}
