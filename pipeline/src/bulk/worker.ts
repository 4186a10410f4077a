/**
 * A worker: it takes shards of its models, samples them and writes them below its own output folder. Any number of
 * workers share a queue. A killed worker loses nothing: its shard's lock expires and another worker takes over.
 */

import { isAbort } from '@onnoise/base/terminal';
import { type DeviceChoice, type DiffusionModel, hashModel } from '@onnoise/runtime-node';
import { InputError } from '@onnoise/scheduler/rules';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { QueueConnection } from './connect.ts';
import { markDone, queueName, readDone } from './done.ts';
import { describeShard, type MadeShard, makeShard } from './make-shard.ts';
import type { ShardModel } from './sample-shard.ts';
import { parseShard, type Shard, shardId } from './shards.ts';
import type { ToldOf } from './told.ts';

export interface WorkerOptions {
  connection: QueueConnection;
  /** Prefix of all keys in Redis; that of `pipeline generate`. */
  name: string;
  /** Folders by name. */
  models: Readonly<Record<string, string>>;
  /** Folder that shards are written below. */
  out: string;
  device?: DeviceChoice | undefined;
  /** What orders tell the network, by its hash. */
  toldOf?: ToldOf | undefined;
  /** Images per network call; by default that of the model's `sample`. */
  batch?: number | undefined;
  /** Ends the worker: the shard under way goes back to the queue. */
  signal: AbortSignal;
  /** Called with a line for each event. */
  onLine: (line: string) => void;
  /** Milliseconds. */
  timing?: Partial<WorkerTiming> | undefined;
}

/** All in milliseconds. */
export interface WorkerTiming {
  /** After this silence of its worker a shard may be taken over; must be longer than a network call. */
  lock: number;
  /** Pause between checks for such shards. */
  stalled: number;
  /** Time to give shards back when the worker stops. */
  grace: number;
}

const TIMING: WorkerTiming = { lock: 60_000, stalled: 15_000, grace: 5000 };
/** How many workers a shard may lose before it counts as failed: it may be what kills them. */
const MOST_LOSSES = 5;
const RETRY_MS = 1000;
const LAST_MS = 1000;

interface LoadedModel {
  name: string;
  hash: string;
  model: ShardModel & Pick<DiffusionModel, 'dispose'>;
  /** Settles when the shard under way ends: a network must not be freed while it runs. */
  busy: Promise<unknown>;
}

/**
 * Works until the signal aborts, then gives the shards under way back.
 * @returns false if Redis was away and they could not be given back: other workers take them over later.
 * @throws InputError for a model that cannot be loaded, or is named twice.
 */
export async function runWorker(options: WorkerOptions): Promise<boolean> {
  const { signal, connection, onLine, name, out } = options;
  const timing = { ...TIMING, ...options.timing };
  const models = await loadModels(options);
  const workers = models.map((loaded) => startWorker(options, timing, loaded));
  let givenBack = false;
  try {
    for (const { name: model, hash } of models) {
      onLine(
        `Waiting for work: model ${model} (${hash.slice(0, 16)}), queue ${name} at ${connection.shown}, to ${out}`,
      );
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    givenBack = await stop(workers, connection, timing.grace);
    await Promise.all(models.map(({ busy, model }) => busy.then(() => model.dispose())));
  }
  return givenBack;
}

async function loadModels({ models, device, toldOf, signal, onLine }: WorkerOptions): Promise<LoadedModel[]> {
  const { loadModel } = await import('@onnoise/runtime-node');
  const loaded: LoadedModel[] = [];
  for (const [name, folder] of Object.entries(models)) {
    signal.throwIfAborted();
    const model = await loadModel(folder, {
      device,
      onDevice: ({ device: chosen, reason }) => onLine(`Device: ${chosen} (${reason})`),
    });
    const hash = await hashModel(folder);
    const twin = loaded.find((other) => other.hash === hash);
    if (twin) {
      throw new InputError(`Cannot start the worker: models must differ, but ${twin.name} and ${name} are the same.`);
    }
    loaded.push({ name, hash, model: { ...model, toldOf }, busy: Promise.resolve() });
  }
  return loaded;
}

function startWorker(options: WorkerOptions, timing: WorkerTiming, loaded: LoadedModel): Worker {
  const { connection, name, onLine } = options;
  const worker = new Worker(queueName(loaded.hash), (job, token) => work(options, loaded, job, token), {
    connection: connection.redis,
    prefix: name,
    skipVersionCheck: true, // connect.ts has checked it
    concurrency: 1,
    lockDuration: timing.lock,
    stalledInterval: timing.stalled,
    maxStalledCount: MOST_LOSSES,
    runRetryDelay: RETRY_MS,
    drainDelay: 2,
  });
  let last = '';
  worker.on('error', ({ message }) => {
    // connect.ts reports lost connections; a repeated line is shown once.
    if (message === last || connection.redis.status !== 'ready' || /ECONN|Connection is closed/.test(message)) return;
    last = message;
    onLine(`The queue reports: ${message}`);
  });
  worker.on('failed', (job, { message }) => {
    if (job === undefined) return onLine(`A shard failed: ${message}`);
    const { attemptsMade, opts } = job;
    onLine(`${job.id} failed, try ${attemptsMade} of ${opts.attempts ?? 1}: ${message}`);
  });
  worker.on('stalled', (id) => onLine(`${id} lost its worker, and another takes it over.`));
  return worker;
}

/** Does one job. Errors that a retry cannot fix fail it for good. */
async function work(options: WorkerOptions, loaded: LoadedModel, job: Job, token: string | undefined): Promise<void> {
  const { out, name, connection, signal, batch, onLine } = options;
  const begin = performance.now();
  try {
    signal.throwIfAborted();
    const shard = readJob(job, loaded.hash);
    // A shard can come twice: added just as it was done, or given back by a worker that was killed late.
    if ((await readDone(connection.redis, name, [shard]))[0] !== undefined) return;
    const made = await making(loaded, makeShard(shard, { out, open: async () => loaded.model, batch, signal }));
    await markDone(connection.redis, name, shard, made);
    onLine(describeShard(loaded.name, shard, made, (performance.now() - begin) / 1000));
  } catch (error) {
    if (isAbort(error) && signal.aborted) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (error instanceof InputError) throw new UnrecoverableError(error.message);
    throw error;
  }
}

function making(loaded: LoadedModel, made: Promise<MadeShard>): Promise<MadeShard> {
  loaded.busy = made.catch(() => {});
  return made;
}

/** @throws InputError for a job that is not one of ours. */
function readJob({ id, data }: Job, model: string): Shard {
  const shard = parseShard(data);
  if (shard.model !== model) throw new InputError(`Cannot sample a shard: model must be ${model}, that of the queue.`);
  if (id !== shardId(shard)) {
    throw new InputError(`Cannot sample a shard: the job's id must be ${shardId(shard)}, received ${id}.`);
  }
  return shard;
}

/** Waits until the shards are given back, unless Redis is away: their locks then expire. */
async function stop(workers: readonly Worker[], { redis, close }: QueueConnection, grace: number): Promise<boolean> {
  const closed = Promise.all(workers.map((worker) => worker.close())).then(() => true);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), redis.status === 'ready' ? grace : 0);
  });
  const givenBack = await Promise.race([closed, patience]);
  clearTimeout(timer);
  close();
  // Connections that do not close by themselves end with the process.
  const last = new Promise((resolve) => {
    timer = setTimeout(resolve, LAST_MS);
  });
  await Promise.race([Promise.all([closed, ...workers.map((worker) => worker.disconnect())]).catch(() => {}), last]);
  clearTimeout(timer);
  return givenBack;
}
