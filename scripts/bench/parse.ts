/** Options as the benchmarks read them: what is none of them ends in one sentence. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { InputError } from '@onnoise/scheduler/rules';
import { exitCodeOf } from '#base/terminal/errors.ts';

type Described = NonNullable<ParseArgsConfig['options']>;

/** @throws InputError for what is no option. */
export function parseOptions<const T extends Described>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const [said] = (error as Error).message.split('\n')[0]!.split('. ');
    throw new InputError(`Cannot read the options: ${said}; --help lists them.`);
  }
}

/** The same where no word stands without an option. */
export function parseOnlyOptions<const T extends Described>(args: readonly string[], options: T) {
  const { values, positionals } = parseOptions(args, options);
  if (positionals.length > 0) {
    throw new InputError(`Cannot read the options: Unexpected argument '${positionals[0]}'; --help lists them.`);
  }
  return values;
}

/** As it was typed where it is no number: Number('') is 0. */
export const typedNumber = (typed: string): number | string =>
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
