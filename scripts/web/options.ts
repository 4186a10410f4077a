/** The options of `npm run web` and `npm run build:web`. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '@onnoise/scheduler/rules';
import { isWithin } from '#base/files/output.ts';
import { readModelFolder } from '../../site/build/model-folder.ts';
import type { RealOptions } from './real-pictures.ts';

/** What real pictures are shown with unless a model is named: the shipped one that learnt from real ones. */
const RADIOGRAPHS = join(import.meta.dirname, '..', '..', 'models', 'radiographs');

export const HELP = `npm run web       [-- options]   the page, as it is written, on this machine
npm run build:web [-- options]   the page as files for any static host

  --model <folder>   A model to show first; may be given more than once
  --real <folder>    Real pictures for the game with the first --model, in place of those that the page has: a folder, or
                     whatever "pipeline train --data" takes. Of the model's own images it takes those held out of training.
                     Without --model: for the game with models/radiographs, which is shown first
  --csv <file>       The table of --real, with the columns that the model was trained with
  --port <number>    web: default 5173, or the next that is free
  --host             web: also for other devices of this network, which then have one thread and no WebGPU. The page is built
                     first, into a folder that is gone when the server ends
  --open             web: opens the browser
  --out <folder>     build:web: default dist; must be given with --real, whose pictures are then in it
  --help             This text
`;

type Command = 'serve' | 'build';

export interface Options {
  command: Command;
  models: string[];
  port?: number;
  host: boolean;
  open: boolean;
  out?: string;
  real?: RealOptions;
}

/** Returns undefined for --help. @throws InputError for an unknown option, for a folder that is not a model, and where the build would empty one of them */
export async function readOptions(args: readonly string[]): Promise<Options | undefined> {
  const refuse = (reason: string) => new InputError(`Cannot read the options: ${reason}`);
  const word = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { ...word, multiple: true },
        real: word,
        csv: word,
        hands: flag,
        locale: word,
        port: word,
        out: word,
        host: flag,
        open: flag,
        help: flag,
      },
    });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    throw refuse(`${(error as Error).message.split('\n')[0]!.split('. ')[0]}; --help lists them.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return undefined;
  if (values.locale !== undefined) throw refuse('--locale is gone: leave it out, the page is in English.');
  if (values.hands) throw refuse('--hands is gone: leave it out, the game asks the same of all real pictures.');
  const [command, ...rest] = positionals;
  if (command !== 'serve' && command !== 'build')
    throw refuse(`the command must be serve or build, received ${command}.`);
  if (rest.length > 0) throw refuse(`a folder must follow --model, received "${rest[0]}" alone.`);
  const { out } = values;
  if (command === 'build' && (values.port !== undefined || values.host || values.open)) {
    throw refuse('--port, --host and --open are options of "npm run web".');
  }
  if (command === 'serve' && out !== undefined) {
    throw refuse('--out is an option of "npm run build:web".');
  }
  const models = values.model ?? (values.real === undefined ? [] : [RADIOGRAPHS]);
  for (const model of models) await readModelFolder(model);
  const real = realOf(values, models[0] ?? RADIOGRAPHS, refuse);
  if (real && command === 'build' && out === undefined) {
    throw refuse('--out must be given with --real: dist/ is for pages that may be published.');
  }
  for (const input of [...models, real?.data, real?.csv]) await requireApart(out, input, refuse);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw refuse(`--port must be an integer from 0 to 65535, received "${values.port}".`);
  }
  return {
    command,
    models,
    host: values.host,
    open: values.open,
    ...(port !== undefined && { port }),
    ...(out !== undefined && { out }),
    ...(real && { real }),
  };
}

type Refuse = (reason: string) => InputError;

function realOf(
  { real, csv }: { real?: string; csv?: string },
  model: string,
  refuse: Refuse,
): RealOptions | undefined {
  if (real === undefined) {
    if (csv === undefined) return undefined;
    throw refuse('--csv must come with --real, received it alone.');
  }
  return { data: real, model, ...(csv !== undefined && { csv }) };
}

/** The build empties its folder first. */
async function requireApart(out: string | undefined, input: string | undefined, refuse: Refuse): Promise<void> {
  if (out === undefined || input === undefined) return;
  if (!((await isWithin(input, out)) || (await isWithin(out, input)))) return;
  throw refuse(`--out must be a folder apart from ${input}, since the build empties it, received ${out}.`);
}
