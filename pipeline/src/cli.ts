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
import yargs, { type Argv } from 'yargs';
import { build, type Command } from './commands/options/command.ts';

interface CommandEntry {
  describe: string;
  /** Off for one whose results no program may read. */
  json?: boolean;
  /** The word that it takes right after its name, or with `..` the words, as yargs writes them. */
  word?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each command types its own options.
  load: () => Promise<{ command: Command<any> }>;
}

const commands: Readonly<Record<string, CommandEntry>> = {
  prepare: {
    describe: 'Turn images into the uint8 squares that training reads',
    load: () => import('./commands/prepare.ts'),
  },
  phantom: {
    describe: 'Draw synthetic hand radiographs with ground truth',
    load: () => import('./commands/phantom.ts'),
  },
  train: { describe: 'Train a model on images', load: () => import('./commands/train.ts') },
  export: { describe: 'Turn a training run into a model folder (ONNX)', load: () => import('./commands/export.ts') },
  convert: {
    describe: 'Turn a model folder into another form: smaller, fused, or for Python',
    load: () => import('./commands/convert.ts'),
  },
  distill: {
    describe: 'Teach a model to draw in few network calls',
    load: () => import('./commands/distill.ts'),
  },
  transfer: {
    describe: 'Prepare a training run to continue in Python or in a browser tab',
    load: () => import('./commands/transfer.ts'),
  },
  import: {
    describe: 'Turn a diffusers checkpoint into a model folder (ONNX)',
    word: '[from]',
    load: () => import('./commands/import.ts'),
  },
  trace: {
    describe: 'Turn a saved TensorFlow.js model into an ONNX file',
    word: '[model]',
    load: () => import('./commands/trace.ts'),
  },
  sample: { describe: 'Make new pictures from a model folder', load: () => import('./commands/sample.ts') },
  evaluate: {
    describe: 'Measure how good a model is, and whether it copies training images',
    load: () => import('./commands/evaluate.ts'),
  },
  audit: {
    describe: 'Attack a model to learn whether it gives away which images it was trained on',
    load: () => import('./commands/audit.ts'),
  },
  utility: {
    describe: 'Measure whether synthetic images help a network that learns from few real ones',
    load: () => import('./commands/utility.ts'),
  },
  anomaly: {
    describe: 'Find images that differ from what a model has learnt',
    load: () => import('./commands/anomaly.ts'),
  },
  compare: {
    describe: 'Compare runs, models and evaluations in one HTML file',
    word: '[folders..]',
    load: () => import('./commands/compare.ts'),
  },
  serve: { describe: 'Sample over HTTP', json: false, load: () => import('./commands/serve.ts') },
  generate: { describe: 'Order many pictures from a queue of workers', load: () => import('./commands/generate.ts') },
  worker: {
    describe: 'Sample pictures from a queue, or a share of an order without one',
    load: () => import('./commands/worker.ts'),
  },
  doctor: { describe: 'Show what this machine can train and sample on', load: () => import('./commands/doctor.ts') },
  setup: {
    describe: 'Set up a native training engine: tfjs-node or tfjs-node-gpu',
    word: '[package]',
    json: false,
    load: () => import('./commands/setup.ts'),
  },
};

export const COMMAND_NAMES: readonly string[] = Object.keys(commands);

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

/**
 * The parser, with every command for help, else with the one that is named as yargs' default: of every other command yargs
 * lays out the whole help before it runs. `width` is fixed so that the help texts are the same everywhere.
 */
function createCli(args: readonly string[], named?: string, width = 100): Argv {
  const alone = args.some((arg) => MAY_ASK_FOR_HELP.test(arg)) ? undefined : named;
  const words = alone === undefined ? [...args] : args.toSpliced(args.indexOf(alone), 1);
  let cli = yargs(words)
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
  for (const [name, { describe, json = true, word, load }] of Object.entries(commands)) {
    if (alone !== undefined && name !== alone) continue;
    cli = cli.command(
      [alone === undefined ? name : '$0', word].filter(Boolean).join(' '),
      describe,
      // An async builder is fine under parseAsync; the types know only the other kind.
      (async (inner: Argv) => {
        const built = await build(inner, (await load()).command);
        if (json) built.options(jsonOption);
        if (!asksForHelp(args)) checkArguments(name, optionsAlone(args, name, word), optionsOf(built));
        return built;
      }) as unknown as (inner: Argv) => Argv,
      async (options) => {
        setVoice(options as object);
        await (await load()).command.handler(options);
      },
    );
  }
  return cli;
}

/** What yargs could take for a wish for help, which it answers by the command's name. */
const MAY_ASK_FOR_HELP = /^help$|^--help|^-[^-]*h/;

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
