/**
 * The command line: which commands there are. A command's file is loaded when the command is named, and loads what is
 * heavy when it runs. Exit codes: 0 done, else see terminal/errors.ts; a wrong command line is a mistake of the user, 2.
 */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { exitCodeOf, sayError } from './terminal/errors.ts';

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
    name: 'serve',
    describe: 'Sample over HTTP',
    load: async () => (await import('./commands/serve.ts')).command,
  },
  {
    name: 'generate',
    describe: 'Order many pictures from the workers of a queue',
    load: async () => (await import('./commands/generate.ts')).command,
  },
  {
    name: 'worker',
    describe: 'Sample what is ordered through a queue',
    load: async () => (await import('./commands/worker.ts')).command,
  },
  {
    name: 'doctor',
    describe: 'Tell what this machine can train and sample on',
    load: async () => (await import('./commands/doctor.ts')).command,
  },
];

export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ name }) => name);

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
function createCli(args: readonly string[], width = 100): Argv {
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

/** What `pipeline --help` or `pipeline <command> --help` prints. */
export async function helpText(command?: string): Promise<string> {
  const args = command === undefined ? ['--help'] : [command, '--help'];
  let text = '';
  await createCli(args).parseAsync(args, {}, (_error, _argv, output) => {
    text = output;
  });
  return `${text}\n`;
}

/** yargs' own complaints name the command whose help to read; the rest goes by the common table. */
function report(error: unknown, args: readonly string[]): number {
  if (!(error instanceof Error && error.name === 'YError')) return exitCodeOf(error);
  const [word = '-'] = args;
  const known = COMMAND_NAMES.includes(word);
  const unknown = known || word.startsWith('-') ? '' : `Unknown command: ${word}. `;
  const advice = unknown !== '' && error.message.startsWith('Unknown argument') ? '' : error.message;
  sayError(`${`${unknown}${advice}`.trim()}\nSee: pipeline ${known ? `${word} ` : ''}--help`);
  return 2;
}
