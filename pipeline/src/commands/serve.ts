/**
 * `pipeline serve`: sampling over HTTP. SIGTERM says that the server is no longer ready, and then does as Ctrl-C: it finishes
 * running requests and refuses new ones. A second signal ends at once. SIGHUP reloads the models and the keys.
 */
import { once } from 'node:events';
import { createServer as createSocket } from 'node:net';
import { DIGITS, loadOptional, modelFolder } from '@onnoise/base/install';
import { coalesce, INTERRUPTED, isQuiet, numberOption, sayError, sayNote } from '@onnoise/base/terminal';
import { plural } from '@onnoise/base/text';
import type { DeviceChoice } from '@onnoise/runtime-node';
import { checkInteger, InputError, refuse } from '@onnoise/scheduler/rules';
import type { Server, ServerLimit, ServerOptions } from '@onnoise/server';
import { type Command, textOption } from './options/command.ts';
import { deviceOption } from './options/pictures.ts';
import { type JobArguments, prepareJobs } from './stages/serve-jobs.ts';

/** The options of `pipeline serve`; its help explains them. */
export interface ServeArguments extends JobArguments {
  model?: string[] | undefined;
  host: string;
  port: number;
  device: DeviceChoice;
  engines?: number | undefined;
  spare: boolean;
  resize: boolean;
  'model-control': (typeof MODEL_CONTROLS)[number];
  'grpc-port'?: number | undefined;
  'drain-delay': number;
  'max-batch'?: number | undefined;
  queue?: number | undefined;
  'max-images'?: number | undefined;
  'max-steps'?: number | undefined;
  'max-job-images'?: number | undefined;
  rate?: number | undefined;
  timeout?: number | undefined;
  'max-body'?: number | undefined;
  memory?: number | undefined;
  'max-connections'?: number | undefined;
  'api-key-file'?: string | undefined;
  'cors-origin'?: string[] | undefined;
  'allowed-host'?: string[] | undefined;
  'trust-proxy'?: string[] | undefined;
  'log-level'?: LogLevel | undefined;
}

/** As the server has them; the server is loaded when it is needed. */
const MODEL_CONTROLS = ['none', 'explicit'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

type LimitFlag =
  | 'engines'
  | 'max-batch'
  | 'queue'
  | 'max-images'
  | 'max-steps'
  | 'max-job-images'
  | 'rate'
  | 'timeout'
  | 'max-body'
  | 'memory'
  | 'max-connections';

const MODELS = 'The models:';
const ADDRESS = 'Address and access:';
const JOBS = 'Jobs, orders of many pictures:';
const LIMITS = 'Limits:';
const LOG = 'The log:';
const KIBIBYTE = 1024;
/** Kubernetes sends SIGTERM while it tells its proxies to send no more: seconds until all have heard of it. */
const DRAIN_DELAY = 5;
const LONGEST_DELAY = 3600;

export const command: Command<ServeArguments> = {
  usage:
    '$0 serve [options]\n\nServes sampling over HTTP: the OpenAI API for images, the Open Inference Protocol, metrics, ' +
    'and a page to try it. SIGTERM finishes running requests, then exits. SIGHUP reloads the models and the keys.',
  options: {
    model: { ...list(MODELS, 'Model folder, or name=folder; may be repeated'), defaultDescription: DIGITS },
    ...deviceOption(MODELS),
    'max-batch': numberOption('max-batch', MODELS, 'Images per network call; a guided image counts twice', '8'),
    engines: numberOption('engines', MODELS, 'Processes with all models each, that share the requests', '1'),
    spare: flagOption(MODELS, 'Keep one more loaded, which takes over where one ends'),
    resize: flagOption(MODELS, 'Scale pictures to the size that a request asks for'),
    'model-control': {
      group: MODELS,
      choices: MODEL_CONTROLS,
      default: 'none',
      describe: 'explicit: clients may load and unload models by the Open Inference Protocol',
    },
    host: textOption('Address to listen on; 0.0.0.0 for all', { group: ADDRESS, default: '127.0.0.1' }),
    port: { ...numberOption('port', ADDRESS, 'Port to listen on; 0 for any free one'), default: 8000 },
    'grpc-port': numberOption('grpc-port', ADDRESS, 'Port for the Open Inference Protocol over gRPC as well', 'off'),
    'api-key-file': textOption('File of API keys, one per line, each with its limits; read again when it changes', {
      group: ADDRESS,
    }),
    'cors-origin': list(ADDRESS, 'Origin whose pages may send requests, or *; may be repeated'),
    'allowed-host': list(ADDRESS, 'Host that requests may name besides localhost, or *; may be repeated'),
    'trust-proxy': list(
      ADDRESS,
      'Proxy whose X-Forwarded-For counts: an address, a network, loopback or private; may be repeated',
    ),
    jobs: textOption('Folder that jobs are kept in; without it there are none', { group: JOBS }),
    'job-queue': textOption(`Redis whose workers make the jobs; without one this server does`, {
      group: JOBS,
      defaultDescription: '$REDIS_URL',
    }),
    'job-queue-name': textOption('Prefix of all keys in Redis', { group: JOBS, defaultDescription: 'onnoise' }),
    'max-job-images': numberOption('max-job-images', JOBS, 'Most images per job', '100000'),
    queue: numberOption('queue', LIMITS, 'Most images in progress or waiting; further requests get 429', '256'),
    'max-images': numberOption('max-images', LIMITS, 'Most images per request', '16'),
    'max-steps': numberOption('max-steps', LIMITS, 'Most network calls per image', '1000'),
    rate: numberOption('rate', LIMITS, 'Most requests per minute from one client; 0 for no limit', '600'),
    timeout: numberOption('timeout', LIMITS, 'Seconds after which a request is cancelled', '120'),
    'drain-delay': {
      ...numberOption('drain-delay', LIMITS, 'Seconds from SIGTERM in which it still answers, but is not ready'),
      default: DRAIN_DELAY,
    },
    'max-body': numberOption('max-body', LIMITS, 'Largest request in KiB', '1024'),
    memory: numberOption('memory', LIMITS, 'Most memory in MiB for all requests together', '256'),
    'max-connections': numberOption('max-connections', LIMITS, 'Most connections at a time', '1024'),
    'log-level': {
      group: LOG,
      choices: LOG_LEVELS,
      defaultDescription: 'info; error with --quiet',
      describe: 'Which lines to log, as JSON on standard output',
    },
  },
  examples: [
    ['$0 serve', 'the shipped digits, on this machine only'],
    ['$0 serve --model faces=out/faces --host 0.0.0.0 --api-key-file keys.txt', 'for other machines, with keys'],
  ],
  handler: serve,
};

function flagOption(group: string, describe: string) {
  return { group, describe, boolean: true, default: false } as const;
}

function list(group: string, describe: string) {
  return { group, describe, string: true, array: true, nargs: 1, requiresArg: true } as const;
}

/** One who only trains installs no server. @throws InputError where it is missing */
const loadServer = () => loadOptional('serve', ['@onnoise/server'], () => import('@onnoise/server'), ['serve']);

async function serve(args: ServeArguments): Promise<void> {
  let created: Promise<Server> | undefined;
  // A load reads the files as they are when it begins, so one answers all the signals before it.
  const hangUp = coalesce(() => reload(created));
  process.on('SIGHUP', hangUp);
  try {
    await listenUntilToldToEnd(args, (server) => {
      created = server;
    });
  } finally {
    process.off('SIGHUP', hangUp);
  }
}

/** @param onCreate gets the server as soon as it begins to load its models */
async function listenUntilToldToEnd(args: ServeArguments, onCreate: (server: Promise<Server>) => void): Promise<void> {
  const { host, port } = args;
  const options = await toOptions(args);
  checkInteger('serve', '--port', port, 0, 65535);
  const grpcPort = args['grpc-port'];
  if (grpcPort !== undefined) checkInteger('serve', '--grpc-port', grpcPort, 0, 65535);
  const after = checkInteger('serve', '--drain-delay', args['drain-delay'], 0, LONGEST_DELAY);
  await tryAddress(host, port);
  if (grpcPort !== undefined) await tryAddress(host, grpcPort);
  const { checkGrpc } = await loadServer();
  if (grpcPort !== undefined) await checkGrpc();
  const jobs = await prepareJobs(args);
  try {
    await listen(args, { ...options, jobs: jobs.open }, { after, grpcPort, tell: jobs.tell }, onCreate);
  } finally {
    await jobs.release();
  }
}

interface Listening {
  /** Seconds from SIGTERM until it takes no more requests. */
  after: number;
  grpcPort: number | undefined;
  /** Says what else there is. */
  tell: () => void;
}

async function listen(
  args: ServeArguments,
  options: ServerOptions,
  { after, grpcPort, tell }: Listening,
  onCreate: (server: Promise<Server>) => void,
): Promise<void> {
  const { host, port } = args;
  const { createServer, isLoopback } = await loadServer();
  const created = createServer(options);
  onCreate(created);
  const server = await created;
  for (const { name, device, reason } of server.models) sayNote(`Model ${name} on ${device} (${reason})`);
  const address = await server.listen({ host, port, grpcPort }).catch(async (error: unknown) => {
    await server.kill();
    throw addressError(host, port, error);
  });
  // Whoever reads that it listens may send a signal at once.
  const toldToEnd = untilToldToEnd(server, after);
  sayNote(`Listening at ${address}`);
  tell();
  if (server.grpcPort !== undefined) sayNote(`gRPC at port ${server.grpcPort}`);
  if (args['api-key-file'] === undefined && !isLoopback(host)) {
    sayNote('Anyone who can reach this address can use it. --api-key-file limits it to clients with a key.');
  }
  await toldToEnd;
}

/** Listens for a moment, before it loads models. @throws InputError for an address that it cannot listen on. */
async function tryAddress(host: string, port: number): Promise<void> {
  const probe = createSocket().listen({ host, port });
  try {
    await once(probe, 'listening');
  } catch (error) {
    throw addressError(host, port, error);
  }
  probe.close();
  await once(probe, 'close');
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'already in use',
  EACCES: 'only for root',
  EADDRNOTAVAIL: 'not of this machine',
  ENOTFOUND: 'not known',
  EAI_AGAIN: 'not known',
};

function addressError(host: string, port: number, error: unknown): Error {
  const { code = 'no code' } = error as NodeJS.ErrnoException;
  const shown = host.includes(':') ? `[${host}]` : host;
  return new InputError(
    `Cannot serve: ${shown}:${port} must be an address to listen on, received one that is ${WHY[code] ?? `refused (${code})`}.`,
  );
}

/** The log counts as notes: with --quiet, errors alone are logged unless a level is asked for. */
export function loggerOf(level: LogLevel = isQuiet() ? 'error' : 'info'): ServerOptions['logger'] {
  return level === 'silent' ? false : { level };
}

/**
 * @throws InputError for an option out of range, by its name on the command line, and for a key file that cannot be
 * read.
 */
async function toOptions(args: ServeArguments): Promise<ServerOptions> {
  const { checkHost, checkOrigin, SERVER_LIMITS, trustedProxies } = await loadServer();
  /** A limit, given in multiples of `unit`. */
  const limit = (flag: LimitFlag, name: ServerLimit, unit = 1): number | undefined => {
    const value = args[flag];
    if (value === undefined) return undefined;
    const { min, max } = SERVER_LIMITS[name];
    return unit * checkInteger('serve', `--${flag}`, value, Math.ceil(min / unit), Math.floor(max / unit));
  };
  const { model: named = [DIGITS], device, spare, resize, 'api-key-file': apiKeyFile } = args;
  const { 'cors-origin': corsOrigins = [], 'allowed-host': allowedHosts = [], 'trust-proxy': trustProxy = [] } = args;
  const queue = limit('queue', 'queue');
  const maxImages = limit('max-images', 'maxImages');
  const waiting = queue ?? SERVER_LIMITS.queue.standard;
  if (maxImages !== undefined && maxImages > waiting) {
    refuse('serve', '--max-images', `at most --queue, ${waiting}`, maxImages);
  }
  for (const origin of corsOrigins) checkOrigin('serve', '--cors-origin', origin);
  for (const host of allowedHosts) checkHost('serve', '--allowed-host', host);
  trustedProxies('serve', '--trust-proxy', trustProxy);
  return {
    models: named.map(modelFolder),
    device,
    queue,
    maxImages,
    corsOrigins,
    allowedHosts,
    trustProxy,
    spare,
    resize,
    modelControl: args['model-control'],
    engines: limit('engines', 'engines'),
    maxBatch: limit('max-batch', 'maxBatch'),
    maxSteps: limit('max-steps', 'maxSteps'),
    maxJobImages: limit('max-job-images', 'maxJobImages'),
    rate: limit('rate', 'rate'),
    timeout: limit('timeout', 'timeout'),
    maxBody: limit('max-body', 'maxBody', KIBIBYTE),
    memory: limit('memory', 'memory', KIBIBYTE * KIBIBYTE),
    maxConnections: limit('max-connections', 'maxConnections'),
    apiKeyFile,
    logger: loggerOf(args['log-level']),
  };
}

/**
 * Resolves once the server is closed, after a signal.
 * @param after seconds from SIGTERM until it takes no more requests
 */
function untilToldToEnd(server: Server, after: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let ending = false;
    const end = (delay: number) => {
      if (ending) return void server.kill().then(() => process.exit(INTERRUPTED));
      ending = true;
      const what = `finishing ${plural(server.depth, 'image')}`;
      const first = delay > 0 ? `taking requests for ${delay} s more, then ` : '';
      server.app.log.info({ images: server.depth, delay }, 'stopping');
      sayNote(`Stopping: ${first}${what}. A second signal stops at once.`);
      server.close({ after: delay }).then(resolve, reject);
    };
    process.on('SIGTERM', () => end(after));
    process.on('SIGINT', () => end(0));
  });
}

/** Before the models begin to load there is nothing to load anew; while they load for the first time, they are loaded once more. */
async function reload(created: Promise<Server> | undefined): Promise<void> {
  try {
    const server = await created?.catch(() => undefined); // the command itself tells why there is none
    if (server === undefined) return;
    const loaded = await server.reload();
    sayNote(loaded ? 'The models were reloaded.' : 'The models are as they were, and were not loaded again.');
  } catch (error) {
    sayError(`The models stay as they were: ${(error as Error).message}`);
  }
}
