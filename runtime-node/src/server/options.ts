/** What a server can be told, checked and made complete before anything is started. */
import { checkInteger, refuse } from '@onnoise/scheduler';
import { DEVICE_CHOICES, type DeviceChoice } from '../devices.ts';
import { nameModels } from '../model-names.ts';

export interface ServerOptions {
  /** Folders, or a folder for each name; a folder's own name is its last part. */
  models: readonly string[] | Readonly<Record<string, string>>;
  /** Default: `auto`. */
  device?: DeviceChoice | undefined;
  /** Images a network call, 1 to 1024. Default: 8. */
  maxBatch?: number | undefined;
  /** Images that may be in progress or waiting, 1 to 1,000,000; more are refused with 429. Default: 256. */
  queue?: number | undefined;
  /** Images a request, 1 to `queue`. Default: 16. */
  maxImages?: number | undefined;
  /** Network calls an image, 1 or more. Default: 1000; T of the model is a limit of its own. */
  maxSteps?: number | undefined;
  /** Requests to generate or infer a client may make a minute. Default: 600. 0: no limit. */
  rate?: number | undefined;
  /** Seconds until a request is given up with 504, from 1. Default: 120. */
  timeout?: number | undefined;
  /** Bytes of a request's body, from 1024. Default: 1 MiB. */
  maxBody?: number | undefined;
  /** Bytes that requests may take up together, bodies and results. Default: 256 MiB. */
  memory?: number | undefined;
  /** Connections, from 1. Default: 1024. */
  maxConnections?: number | undefined;
  /** Keys that clients must send as `Authorization: Bearer <key>`. Default: none, everyone may ask. */
  apiKeys?: readonly string[] | undefined;
  /** Origins whose pages may ask: `https://example.org`, or `*`. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /** Believe `X-Forwarded-For` of the proxy in front. Default: false. */
  trustProxy?: boolean | undefined;
  /** Logs a line of JSON for each request. Default: false; or pino's options. */
  logger?: boolean | { level?: string; stream?: { write(line: string): void } } | undefined;
}

export type CompleteOptions = Required<{ [K in keyof ServerOptions]: NonNullable<ServerOptions[K]> }> & {
  models: Readonly<Record<string, string>>;
};

const ACTION = 'start the server';
const MEBIBYTE = 1024 * 1024;

/** @throws InputError for every option that is not what {@link ServerOptions} says. */
export function completeOptions(options: ServerOptions): CompleteOptions {
  const whole = (name: keyof ServerOptions, standard: number, min: number, max = Number.MAX_SAFE_INTEGER) =>
    checkInteger(ACTION, name, options[name] ?? standard, min, max);
  const { device = 'auto', apiKeys = [], corsOrigins = [], trustProxy = false, logger = false } = options;
  if (!DEVICE_CHOICES.includes(device)) refuse(ACTION, 'device', `one of ${DEVICE_CHOICES.join(', ')}`, device);
  for (const origin of corsOrigins) checkOrigin(origin);
  const queue = whole('queue', 256, 1, 1_000_000);
  return {
    models: nameModels(ACTION, options.models),
    device,
    maxBatch: whole('maxBatch', 8, 1, 1024),
    queue,
    maxImages: whole('maxImages', Math.min(16, queue), 1, queue),
    maxSteps: whole('maxSteps', 1000, 1),
    rate: whole('rate', 600, 0),
    timeout: whole('timeout', 120, 1, 86_400),
    maxBody: whole('maxBody', MEBIBYTE, 1024),
    memory: whole('memory', 256 * MEBIBYTE, MEBIBYTE),
    maxConnections: whole('maxConnections', 1024, 1),
    ...{ apiKeys, corsOrigins, trustProxy, logger },
  };
}

function checkOrigin(origin: string): void {
  if (origin === '*') return;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (parsed?.origin !== origin)
    refuse(ACTION, 'an origin of CORS', '* or an origin such as https://example.org', origin);
}
