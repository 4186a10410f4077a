/** The server's options, checked and completed before anything starts. */
import { DEVICE_CHOICES, type DeviceChoice, nameModels } from '@onnoise/runtime-node';
import { check, checkInteger, flag, oneOf, refuse, rule } from '@onnoise/scheduler/rules';
import type { OpenJobs } from '../jobs/jobs.ts';
import { trustedProxies } from './address.ts';
import { type ApiKey, checkApiKeys } from './keys.ts';
import { checkHost, checkOrigin } from './origins.ts';

/** Who may load and unload models while the server runs. */
const MODEL_CONTROLS = ['none', 'explicit'] as const;

export interface ServerOptions {
  /** Folders, or a folder for each name; a folder's own name is its last part. */
  models: readonly string[] | Readonly<Record<string, string>>;
  /** Default: `auto`. */
  device?: DeviceChoice | undefined;
  /** Engines, processes with all models each, that share the requests, 1 to 64. Default: 1. */
  engines?: number | undefined;
  /** One engine more is loaded, and takes over where one ends. Default: false. */
  spare?: boolean | undefined;
  /** `explicit`: clients may load and unload the models by Triton's repository extension. Default: `none`. */
  modelControl?: (typeof MODEL_CONTROLS)[number] | undefined;
  /** Images per network call, guided ones twice, 1 to 1024. Default: 8. */
  maxBatch?: number | undefined;
  /** Images that may be in progress or waiting, 1 to 1,000,000; more are refused with 429. Default: 256. */
  queue?: number | undefined;
  /** Images per request, 1 to `queue`. Default: 16. */
  maxImages?: number | undefined;
  /** Network calls per image, 1 to 1,000,000. Default: 1000; the model's T is a limit, too. */
  maxSteps?: number | undefined;
  /** Scale pictures to the size that a request asks for. Default: false: other sizes than the model's are refused. */
  resize?: boolean | undefined;
  /** Requests to generate or infer per client and minute, up to 10^9. Default: 600. 0: no limit. */
  rate?: number | undefined;
  /** Seconds after which a request is cancelled with 504, 1 to 86,400. Default: 120. */
  timeout?: number | undefined;
  /** Bytes of a request's body, 1024 to 1 GiB. Default: 1 MiB. */
  maxBody?: number | undefined;
  /** Bytes that requests may take up together, bodies and results. Default: 256 MiB. */
  memory?: number | undefined;
  /** Connections, 1 to 1,000,000. Default: 1024. */
  maxConnections?: number | undefined;
  /**
   * Keys that clients must send as `Authorization: Bearer <key>`, 16 or more printable characters, alone or with what each may
   * do. Default: none.
   */
  apiKeys?: readonly (string | ApiKey)[] | undefined;
  /** A file of keys in place of `apiKeys`, as `readApiKeys` reads it; it is read again when it changes, and by `reload`. */
  apiKeyFile?: string | undefined;
  /** Origins whose pages may send requests: `https://example.org`, or `*`. Default: none. */
  corsOrigins?: readonly string[] | undefined;
  /**
   * Names besides this machine's own that `Host` may have: `pictures.example.org`, or `*` for any. Default: none; then any
   * name will do with keys, or on an address that is not loopback.
   */
  allowedHosts?: readonly string[] | undefined;
  /**
   * Proxies in front, whose `X-Forwarded-For` says who the client is: addresses, networks such as `10.0.0.0/8`, `loopback` or
   * `private`. Default: none.
   */
  trustProxy?: readonly string[] | undefined;
  /** Keeps and runs orders of many pictures. Default: none, and the server refuses them. */
  jobs?: OpenJobs | undefined;
  /** Pictures of a job, 1 to 10^9. Default: 100,000. */
  maxJobImages?: number | undefined;
  /** Logs a line of JSON for each request. Default: false; or pino's options. */
  logger?: boolean | { level?: string; stream?: { write(line: string): void } } | undefined;
}

export type CompleteOptions = Required<{
  [K in keyof Omit<ServerOptions, 'apiKeys' | 'apiKeyFile' | 'jobs'>]: NonNullable<ServerOptions[K]>;
}> & {
  models: Readonly<Record<string, string>>;
  apiKeys: readonly ApiKey[];
  apiKeyFile: string | undefined;
  jobs: OpenJobs | undefined;
};

const ACTION = 'start the server';
const MEBIBYTE = 1024 * 1024;

/** Defaults and ranges of the numbers. `maxImages` is also at most `queue`. */
export const SERVER_LIMITS = {
  engines: { standard: 1, min: 1, max: 64 },
  maxBatch: { standard: 8, min: 1, max: 1024 },
  queue: { standard: 256, min: 1, max: 1_000_000 },
  maxImages: { standard: 16, min: 1, max: 1_000_000 },
  maxSteps: { standard: 1000, min: 1, max: 1_000_000 },
  maxJobImages: { standard: 100_000, min: 1, max: 1_000_000_000 },
  rate: { standard: 600, min: 0, max: 1_000_000_000 },
  timeout: { standard: 120, min: 1, max: 86_400 },
  maxBody: { standard: MEBIBYTE, min: 1024, max: 1024 * MEBIBYTE },
  memory: { standard: 256 * MEBIBYTE, min: MEBIBYTE, max: Number.MAX_SAFE_INTEGER },
  maxConnections: { standard: 1024, min: 1, max: 1_000_000 },
} as const;
export type ServerLimit = keyof typeof SERVER_LIMITS;

const OTHERS = [
  'models',
  'device',
  'apiKeys',
  'apiKeyFile',
  'corsOrigins',
  'allowedHosts',
  'resize',
  'spare',
  'trustProxy',
  'modelControl',
  'jobs',
  'logger',
] satisfies (keyof ServerOptions)[];
const NAMES: readonly string[] = [...OTHERS, ...Object.keys(SERVER_LIMITS)];

/** @throws InputError for an option that breaks {@link ServerOptions} or is unknown. */
export function completeOptions(options: ServerOptions): CompleteOptions {
  for (const name of Object.keys(options)) {
    check(ACTION, 'an option', oneOf(NAMES), name);
  }
  const whole = (name: ServerLimit, most = SERVER_LIMITS[name].max as number) => {
    const { standard, min } = SERVER_LIMITS[name];
    return checkInteger(ACTION, name, options[name] ?? Math.min(standard, most), min, most);
  };
  const {
    device = 'auto',
    apiKeys = [],
    apiKeyFile,
    corsOrigins = [],
    allowedHosts = [],
    resize = false,
    spare = false,
    trustProxy = [],
    modelControl = 'none',
    jobs,
    logger = false,
  } = options;
  check(ACTION, 'device', oneOf(DEVICE_CHOICES), device);
  if (!Array.isArray(apiKeys)) refuse(ACTION, 'apiKeys', 'an array of keys', typeof apiKeys);
  if (apiKeyFile !== undefined && apiKeys.length > 0)
    refuse(ACTION, 'apiKeyFile', 'left out beside apiKeys', apiKeyFile);
  const keys = apiKeys.map((key) => (typeof key === 'object' && key !== null ? key : { key }) as ApiKey);
  checkApiKeys(ACTION, keys, (i) => `apiKeys[${i}]`);
  check(ACTION, 'corsOrigins', rule('an array of origins', Array.isArray), corsOrigins);
  for (const [i, origin] of corsOrigins.entries()) checkOrigin(ACTION, `corsOrigins[${i}]`, origin);
  check(ACTION, 'allowedHosts', rule('an array of host names', Array.isArray), allowedHosts);
  for (const [i, host] of allowedHosts.entries()) checkHost(ACTION, `allowedHosts[${i}]`, host);
  check(ACTION, 'modelControl', oneOf(MODEL_CONTROLS), modelControl);
  if (jobs !== undefined)
    check(
      ACTION,
      'jobs',
      rule('a function', (one) => typeof one === 'function'),
      jobs,
    );
  check(ACTION, 'resize', flag, resize);
  check(ACTION, 'spare', flag, spare);
  check(ACTION, 'trustProxy', rule('an array of addresses', Array.isArray), trustProxy);
  trustedProxies(ACTION, 'trustProxy', trustProxy);
  const queue = whole('queue');
  return {
    models: nameModels(ACTION, options.models),
    device,
    queue,
    apiKeys: keys,
    apiKeyFile,
    corsOrigins,
    allowedHosts,
    trustProxy,
    jobs,
    logger,
    engines: whole('engines'),
    modelControl,
    resize,
    spare,
    maxBatch: whole('maxBatch'),
    maxImages: whole('maxImages', queue),
    maxSteps: whole('maxSteps'),
    maxJobImages: whole('maxJobImages'),
    rate: whole('rate'),
    timeout: whole('timeout'),
    maxBody: whole('maxBody'),
    memory: whole('memory'),
    maxConnections: whole('maxConnections'),
  };
}
