/**
 * The command line: which commands there are, and the one place where errors become messages and exit codes.
 *
 * | exit code | when                                        | standard error     |
 * |-----------|---------------------------------------------|--------------------|
 * | 0         | done                                        |                    |
 * | 1         | a bug                                       | the stack          |
 * | 2         | a mistake of the user (InputError, usage)   | one sentence       |
 * | 130       | Ctrl-C                                      | `Interrupted.`     |
 *
 * A command's file is loaded when the command is named, and loads what is heavy when it runs.
 */
import { InputError } from '@onnoise/scheduler';
import yargs, { type Argv, type CommandModule } from 'yargs';
import { INTERRUPTED, isAbort } from './terminal/interrupt.ts';

interface CommandEntry {
  name: string;
  describe: string;
  /** biome-ignore lint/suspicious/noExplicitAny: each command types its own options. */
  load: () => Promise<CommandModule<object, any>>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'prepare',
    describe: 'Turn images into the uint8 squares that training reads',
    load: async () => (await import('./commands/prepare.ts')).command,
  },
  {
    name: 'train',
    describe: 'Train a model on images',
    load: async () => (await import('./commands/train.ts')).command,
  },
  {
    name: 'export',
    describe: 'Turn a training run into a model folder (ONNX)',
    load: async () => (await import('./commands/export.ts')).command,
  },
  {
    name: 'sample',
    describe: 'Make new pictures from a model folder',
    load: async () => (await import('./commands/sample.ts')).command,
  },
  {
    name: 'doctor',
    describe: 'Tell what this machine can train and sample on',
    load: async () => (await import('./commands/doctor.ts')).command,
  },
];

/** A wrong command line: what yargs finds goes by yargs' own name, also where an option's coerce refused a value. */
class UsageError extends Error {
  override readonly name = 'YError';
}

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await createCli(args).parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, args);
  }
}

/** The parser, with every command; `width` is fixed so that the help texts are the same everywhere. */
export function createCli(args: readonly string[], width = 100): Argv {
  let cli = yargs([...args])
    .scriptName('pipeline')
    .usage('$0 <command>\n\nImages in, an ONNX diffusion model out, new pictures back.')
    .wrap(width)
    .locale('en')
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Name a command.')
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message);
    })
    .version(false)
    .alias('help', 'h')
    .epilogue('Every command tells its options: pipeline <command> --help');
  for (const { name, describe, load } of COMMANDS) {
    cli = cli.command(
      name,
      describe,
      // An async builder is fine under parseAsync; the types know only the other kind.
      (async (inner: Argv) => {
        const { builder } = await load();
        return typeof builder === 'function' ? builder(inner) : inner.options(builder ?? {});
      }) as unknown as (inner: Argv) => Argv,
      async (options) => (await load()).handler(options),
    );
  }
  return cli;
}

function report(error: unknown, args: readonly string[]): number {
  if (isAbort(error)) {
    console.error('Interrupted.');
    return INTERRUPTED;
  }
  if (error instanceof InputError) {
    console.error(error.message);
    return 2;
  }
  if (error instanceof Error && error.name === 'YError') {
    const command = COMMANDS.find(({ name }) => name === args[0]);
    console.error(`${error.message}\nSee: pipeline ${command ? `${command.name} ` : ''}--help`);
    return 2;
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  return 1;
}
