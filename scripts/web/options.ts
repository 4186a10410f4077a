/** The options of `npm run web` and `npm run build:web`. */
import { parseArgs } from 'node:util';
import { InputError } from '@onnoise/scheduler';
import { readModelFolder } from '../../runtime-web/site/build/model-folder.ts';

export const HELP = `npm run web       [-- options]   the page, as it is written, on this machine
npm run build:web [-- options]   the page as files for any static host

  --model <folder>   A model to show first; may be given more than once
  --port <number>    web: default 5173, or the next that is free
  --host             web: also for other devices of this network, which then have one thread and no WebGPU
  --open             web: opens the browser
  --out <folder>     build:web: default dist
  --help             This text
`;

export type Command = 'serve' | 'build';

export interface Options {
  command: Command;
  models: string[];
  port?: number;
  host: boolean;
  open: boolean;
  out?: string;
}

/** Returns undefined for --help. @throws InputError for an unknown option, and for a folder that is not a model */
export async function readOptions(args: readonly string[]): Promise<Options | undefined> {
  const refuse = (reason: string) => new InputError(`Cannot read the options: ${reason}`);
  const word = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { model: { ...word, multiple: true }, port: word, out: word, host: flag, open: flag, help: flag },
    });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    throw refuse(`${(error as Error).message.split('\n')[0]!.split('. ')[0]}; --help lists them.`);
  }
  const { values, positionals } = parsed;
  if (values.help) return undefined;
  const [command, ...rest] = positionals;
  if (command !== 'serve' && command !== 'build')
    throw refuse(`the command must be serve or build, received ${command}.`);
  if (rest.length > 0) throw refuse(`a folder must follow --model, received "${rest[0]}" alone.`);
  const out = values.out;
  if (command === 'build' && (values.port !== undefined || values.host || values.open)) {
    throw refuse('--port, --host and --open are options of "npm run web".');
  }
  if (command === 'serve' && out !== undefined) throw refuse('--out is an option of "npm run build:web".');
  const models = values.model ?? [];
  for (const model of models) await readModelFolder(model);
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
  };
}
