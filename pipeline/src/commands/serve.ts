/**
 * `pipeline serve`: sampling over HTTP. SIGTERM and Ctrl-C finish what runs and refuse what is new; a second one ends at
 * once. SIGHUP loads the models anew.
 */
import type { DeviceChoice } from '@onnoise/runtime-node';
import type { Server, ServerOptions } from '@onnoise/runtime-node/server';
import { checkInteger, InputError } from '@onnoise/scheduler';
import type { Argv, CommandModule } from 'yargs';
import { plural } from '../terminal/format.ts';
import { INTERRUPTED } from '../terminal/interrupt.ts';
import { numberOption } from '../terminal/options.ts';
import { deviceOption } from './options/pictures.ts';

/** The options of `pipeline serve`; its help tells their meaning. */
export interface ServeArguments {
  model?: string[] | undefined;
  host: string;
  port: number;
  device: DeviceChoice;
  'max-batch'?: number | undefined;
  queue?: number | undefined;
  'max-images'?: number | undefined;
  'max-steps'?: number | undefined;
  rate?: number | undefined;
  timeout?: number | undefined;
  'max-body'?: number | undefined;
  memory?: number | undefined;
  'max-connections'?: number | undefined;
  'api-key-file'?: string | undefined;
  'cors-origin'?: string[] | undefined;
  'trust-proxy': boolean;
  'log-level': 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

const MODELS = 'The models:';
const ADDRESS = 'Where it listens, and to whom:';
const LIMITS = 'Limits:';
const LOG = 'The log:';
const KIBIBYTE = 1024;
/** The model that is shipped. */
const DIGITS = 'models/digits';

export const command: CommandModule<object, ServeArguments> = {
  command: 'serve',
  describe: 'Sample over HTTP',
  builder: (cli) =>
    cli
      .usage(
        '$0 serve [options]\n\nServes sampling over HTTP: the API of OpenAI for images, the Open Inference Protocol, metrics, ' +
          'and a page to try it. SIGTERM finishes what runs, SIGHUP loads the models anew.',
      )
      .options({
        model: { ...list(MODELS, 'Model folder, or name=folder; may be repeated'), defaultDescription: DIGITS },
        ...deviceOption(MODELS),
        'max-batch': numberOption('max-batch', MODELS, 'Images a network call', '8'),
        host: {
          group: ADDRESS,
          string: true,
          requiresArg: true,
          default: '127.0.0.1',
          describe: 'Address; 0.0.0.0 for all',
        },
        port: { ...numberOption('port', ADDRESS, 'Port; 0 for any that is free'), default: 8000 },
        'api-key-file': {
          group: ADDRESS,
          string: true,
          requiresArg: true,
          describe: 'File of keys that clients must send, one a line',
        },
        'cors-origin': list(ADDRESS, 'Origin whose pages may ask, or *; may be repeated'),
        'trust-proxy': {
          group: ADDRESS,
          boolean: true,
          default: false,
          describe: 'Believe X-Forwarded-For of the proxy in front',
        },
        queue: numberOption('queue', LIMITS, 'Images in progress or waiting; more get 429', '256'),
        'max-images': numberOption('max-images', LIMITS, 'Images a request', '16'),
        'max-steps': numberOption('max-steps', LIMITS, 'Network calls an image', '1000'),
        rate: numberOption('rate', LIMITS, 'Requests a minute of a client; 0 for no limit', '600'),
        timeout: numberOption('timeout', LIMITS, 'Seconds until a request is given up', '120'),
        'max-body': numberOption('max-body', LIMITS, 'KiB of a request', '1024'),
        memory: numberOption('memory', LIMITS, 'MiB that requests may take up together', '256'),
        'max-connections': numberOption('max-connections', LIMITS, 'Connections', '1024'),
        'log-level': {
          group: LOG,
          choices: ['debug', 'info', 'warn', 'error', 'silent'] as const,
          default: 'info' as const,
          describe: 'What is logged, as lines of JSON on standard output',
        },
      })
      .example('$0 serve', 'the digits that are shipped, on this machine only')
      .example(
        '$0 serve --model faces=out/faces --host 0.0.0.0 --api-key-file keys.txt',
        'for others, with keys',
      ) as unknown as Argv<ServeArguments>,
  handler: serve,
};

function list(group: string, describe: string) {
  return { group, describe, string: true, array: true, nargs: 1, requiresArg: true } as const;
}

async function serve(args: ServeArguments): Promise<void> {
  const { host, port } = args;
  checkInteger('serve', '--port', port, 0, 65535);
  const { createServer } = await import('@onnoise/runtime-node/server');
  const server = await createServer(await toOptions(args));
  for (const { name, device, reason } of server.models) say(`Model ${name} on ${device} (${reason})`);
  try {
    say(`Listening at ${await server.listen({ host, port })}`);
  } catch (error) {
    await server.kill();
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'in use already' : code === 'EACCES' ? 'only for root' : String(code);
    throw new InputError(
      `Cannot serve: ${host}:${port} must be an address that can be listened at, received one that is ${why}.`,
    );
  }
  if (args['api-key-file'] === undefined && !isLoopback(host)) {
    say('Everyone who reaches this address may ask. --api-key-file limits it to those with a key.');
  }
  await untilToldToEnd(server);
}

async function toOptions(args: ServeArguments): Promise<ServerOptions> {
  const { readApiKeys } = await import('@onnoise/runtime-node/server');
  const { model = [DIGITS], device, queue, rate, timeout, memory } = args;
  const body = args['max-body'];
  const keys = args['api-key-file'];
  return {
    ...{ models: model, device, queue, rate, timeout },
    ...{ maxBatch: args['max-batch'], maxImages: args['max-images'], maxSteps: args['max-steps'] },
    ...{ maxConnections: args['max-connections'], corsOrigins: args['cors-origin'], trustProxy: args['trust-proxy'] },
    maxBody: body === undefined ? undefined : body * KIBIBYTE,
    memory: memory === undefined ? undefined : memory * KIBIBYTE * KIBIBYTE,
    apiKeys: keys === undefined ? undefined : await readApiKeys(keys),
    logger: args['log-level'] === 'silent' ? false : { level: args['log-level'] },
  };
}

/** Resolves once the server is closed, after a signal. */
function untilToldToEnd(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    let ending = false;
    const end = () => {
      if (ending) return void server.kill().then(() => process.exit(INTERRUPTED));
      ending = true;
      say(`Stopping: finishing ${plural(server.depth, 'image')}. Once more ends at once.`);
      server.close().then(resolve, reject);
    };
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
    process.on('SIGHUP', () => {
      server.reload().then(
        () => say('The models were loaded anew.'),
        (error: Error) => say(`The models stay as they were: ${error.message}`),
      );
    });
  });
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
