/**
 * The command line: which commands there are. A command's file is loaded when the command is named, and loads what is
 * heavy when it runs. Exit codes: 0 done, else see terminal/errors.ts; a wrong command line is a mistake of the user, 2.
 */

import {
  checkArguments,
  exitCodeOf,
  explainUsage,
  jsonOption,
  type KnownOptions,
  sayError,
  setVoice,
  UsageError,
  versionText,
  voiceOptions,
} from '@onnoise/base/terminal';
import { nearest, oneLine, program } from '@onnoise/base/text';
import yargs, { type Argv, type CommandModule } from 'yargs';

interface CommandEntry {
  name: string;
  describe: string;
  /** It has results that a program may read. */
  json: boolean;
  /** The word that it takes right after its name, or with `..` the words, as yargs writes them. */
  word?: string;
  /** biome-ignore lint/suspicious/noExplicitAny: each command types its own options. */
  load: () => Promise<CommandModule<object, any>>;
}

const commands: readonly CommandEntry[] = [
  {
    name: 'prepare',
    json: true,
    describe: 'Turn images into the uint8 squares that training reads',
    load: async () => (await import('./commands/prepare.ts')).command,
  },
  {
    name: 'phantom',
    json: true,
    describe: 'Draw synthetic hand radiographs with ground truth',
    load: async () => (await import('./commands/phantom.ts')).command,
  },
  {
    name: 'train',
    json: true,
    describe: 'Train a model on images',
    load: async () => (await import('./commands/train.ts')).command,
  },
  {
    name: 'export',
    json: true,
    describe: 'Turn a training run into a model folder (ONNX)',
    load: async () => (await import('./commands/export.ts')).command,
  },
  {
    name: 'convert',
    json: true,
    describe: 'Turn a model folder into another form: smaller, fused, for Python or for Triton',
    load: async () => (await import('./commands/convert.ts')).command,
  },
  {
    name: 'transfer',
    json: true,
    describe: 'Prepare a training run to continue in Python or in a browser tab',
    load: async () => (await import('./commands/transfer.ts')).command,
  },
  {
    name: 'import',
    json: true,
    word: '[from]',
    describe: 'Turn a diffusers checkpoint into a model folder (ONNX)',
    load: async () => (await import('./commands/import.ts')).command,
  },
  {
    name: 'trace',
    json: true,
    word: '[model]',
    describe: 'Turn a saved TensorFlow.js model into an ONNX file',
    load: async () => (await import('./commands/trace.ts')).command,
  },
  {
    name: 'sample',
    json: true,
    describe: 'Make new pictures from a model folder',
    load: async () => (await import('./commands/sample.ts')).command,
  },
  {
    name: 'evaluate',
    json: true,
    describe: 'Measure how good a model is, and whether it copies training images',
    load: async () => (await import('./commands/evaluate.ts')).command,
  },
  {
    name: 'compare',
    json: true,
    word: '[folders..]',
    describe: 'Compare runs, models and evaluations in one HTML file',
    load: async () => (await import('./commands/compare.ts')).command,
  },
  {
    name: 'serve',
    json: false,
    describe: 'Sample over HTTP',
    load: async () => (await import('./commands/serve.ts')).command,
  },
  {
    name: 'generate',
    json: true,
    describe: 'Order many pictures from a queue of workers',
    load: async () => (await import('./commands/generate.ts')).command,
  },
  {
    name: 'worker',
    json: true,
    describe: 'Sample pictures from a queue, or a share of an order without one',
    load: async () => (await import('./commands/worker.ts')).command,
  },
  {
    name: 'doctor',
    json: true,
    describe: 'Show what this machine can train and sample on',
    load: async () => (await import('./commands/doctor.ts')).command,
  },
  {
    name: 'setup',
    json: false,
    word: '[package]',
    describe: 'Set up a native training engine: tfjs-node or tfjs-node-gpu',
    load: async () => (await import('./commands/setup.ts')).command,
  },
];

export const COMMAND_NAMES: readonly string[] = commands.map(({ name }) => name);

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const word = args.find((arg) => !arg.startsWith('-'));
  try {
    if (word === undefined) return await withoutCommand(args);
    if (!COMMAND_NAMES.includes(word)) throw unknownCommand(word);
    await createCli(args, word).parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, word);
  } finally {
    setVoice();
  }
}

/** `pipeline` alone tells how it is used, and is a wrong command line all the same, as with git. */
async function withoutCommand(args: readonly string[]): Promise<number> {
  const options = [...Object.keys(voiceOptions), 'help', 'version'];
  const known = { key: Object.fromEntries(options.map((name) => [name, true])), boolean: options };
  checkArguments('', args, { ...known, alias: { help: ['h'] }, string: [], number: [], array: [], narg: {} });
  if (args.includes('--version')) process.stdout.write(`${versionText(args.includes('--verbose'))}\n`);
  else process.stdout.write(await helpText());
  return args.length === 0 ? 2 : 0;
}

function unknownCommand(word: string): UsageError {
  const meant = nearest(word, COMMAND_NAMES);
  return new UsageError(
    `the command must be one of ${COMMAND_NAMES.join(', ')}, received "${word}".` +
      `${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

/** The parser, with every command; `width` is fixed so that the help texts are the same everywhere. */
function createCli(args: readonly string[], named?: string, width = 100): Argv {
  let cli = yargs([...args])
    .scriptName(program())
    .usage('$0 <command>\n\nTrains diffusion models on images, exports them to ONNX and samples new pictures.')
    .wrap(width)
    .locale('en')
    .strict()
    // Numbers are read where the option is known, and what was typed can be shown.
    .parserConfiguration({ 'parse-numbers': false })
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? Object.assign(new Error(explainUsage(message)), { name: 'YError' });
    })
    .version(false)
    .alias('help', 'h')
    .options(voiceOptions)
    .epilogue(`For the options of a command: ${program('<command>', '--help')}`);
  if (named === undefined) {
    cli = cli.option('version', {
      boolean: true,
      describe: 'Print the version; with --verbose, also those of onnxruntime and Node',
    });
  }
  for (const { name, describe, json, word, load } of commands) {
    cli = cli.command(
      word === undefined ? name : `${name} ${word}`,
      describe,
      // An async builder is fine under parseAsync; the types know only the other kind.
      (async (inner: Argv) => {
        const { builder } = await load();
        const built = typeof builder === 'function' ? await builder(inner) : inner.options(builder ?? {});
        if (json) built.options(jsonOption);
        if (!asksForHelp(args)) checkArguments(name, optionsAlone(args, name, word), optionsOf(built));
        return built;
      }) as unknown as (inner: Argv) => Argv,
      async (options) => {
        setVoice(options as object);
        await (await load()).handler(options);
      },
    );
  }
  return cli;
}

const asksForHelp = (args: readonly string[]) => args.includes('--help') || args.includes('-h');

/** The command line without the command's name, which is its first word, and without the words that may come right after. */
function optionsAlone(args: readonly string[], name: string, word = ''): string[] {
  const at = args.indexOf(name);
  const most = word.includes('..') ? args.length : word === '' ? 0 : 1;
  let words = 0;
  while (words < most && args[at + 1 + words]?.startsWith('-') === false) words++;
  return args.toSpliced(at, 1 + words);
}

/** yargs has this method, and its types do not. */
const optionsOf = (cli: unknown): KnownOptions => (cli as { getOptions: () => KnownOptions }).getOptions();

/** What `pipeline --help` or `pipeline <command> --help` prints. */
export async function helpText(command?: string): Promise<string> {
  const args = command === undefined ? ['--help'] : [command, '--help'];
  let text = '';
  await createCli(args, command).parseAsync(args, {}, (_error, _argv, output) => {
    text = output;
  });
  return `${text}\n`;
}

/** A wrong command line names the command whose help to read; the rest goes by the common table. */
function report(error: unknown, word: string | undefined): number {
  if (!(error instanceof Error && error.name === 'YError')) return exitCodeOf(error);
  const known = word !== undefined && COMMAND_NAMES.includes(word);
  sayError(`${oneLine(error.message)}\nSee: ${program(...(known ? [word] : []), '--help')}`);
  return 2;
}
