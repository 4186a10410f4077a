/** What each command of the command line is made of; `cli.ts` has the names and builds the parser. */
import type { Argv, Options, PositionalOptions } from 'yargs';

export interface Command<T> {
  usage?: string;
  /** Words that come without a flag. */
  words?: Record<string, PositionalOptions>;
  /** A function where they take work that other commands can do without. */
  options?: Record<string, Options> | (() => Promise<Record<string, Options>>);
  epilogue?: string;
  examples: readonly (readonly [line: string, what: string])[];
  handler: (args: T) => void | Promise<void>;
}

export async function build<T>(cli: Argv, { usage, words = {}, options = {}, epilogue, examples }: Command<T>) {
  if (usage !== undefined) cli.usage(usage);
  for (const [name, word] of Object.entries(words)) cli.positional(name, word);
  cli.options(typeof options === 'function' ? await options() : options);
  if (epilogue !== undefined) cli.epilogue(epilogue);
  for (const [line, what] of examples) cli.example(line, what);
  return cli;
}

/** An option for one text. */
export const textOption = (describe: string, more?: Options): Options => ({
  string: true,
  requiresArg: true,
  describe,
  ...more,
});
