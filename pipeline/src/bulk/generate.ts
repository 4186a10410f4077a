/**
 * Generates many images through a queue: it adds the order's shards, workers make them, and when all are done it writes
 * the manifest. After any kill it can be started again: it finds what is done and continues.
 *
 * Only so many shards are in the queue at a time (`WINDOW`), so that neither Redis nor this process grows with the
 * order.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '@onnoise/base/files';
import type { ReportProgress } from '@onnoise/base/terminal';
import type { QueueConnection } from './connect.ts';
import { forgetDone, readDone } from './done.ts';
import { type JobQueue, openJobs } from './jobs.ts';
import { checkManifest, writeManifest } from './manifest.ts';
import { countShards, type Order, type Shard, shardId, shardPage } from './shards.ts';
import { holdsShard, type ShardFile } from './write-shard.ts';

export interface GenerateOptions {
  connection: QueueConnection;
  /** Prefix of all keys in Redis; that of `pipeline worker`. */
  name: string;
  /** What the manifest calls the model. */
  modelName: string;
  order: Order;
  /** Folder of the manifest. */
  out: string;
  /** Redo shards whose files are missing or damaged below `out`: for workers that write there. */
  check?: boolean | undefined;
  /** Return once the shards are in the queue. */
  detach?: boolean | undefined;
  /** Stops waiting; jobs in the queue stay there. */
  signal: AbortSignal;
  /** Images done, of those ordered. */
  onProgress: ReportProgress;
  /** Called once if shards wait and no worker has listened for a while. */
  onNoWorker: () => void;
  timing?: Partial<GenerateTiming> | undefined;
}

export interface GenerateTiming {
  /** Pause between checks, milliseconds. */
  poll: number;
  /** How long no worker may listen before `onNoWorker`, milliseconds. */
  patience: number;
  /** Tries per shard. */
  attempts: number;
  /** Pause before the second try, milliseconds; it doubles. */
  backoff: number;
}

export interface Generated {
  /** Images done, of those ordered. */
  images: number;
  /** Shards that failed for good, and why. */
  failed: { shard: Shard; reason: string }[];
  /** Path of the manifest, when all shards are done. */
  manifest?: string;
}

const TIMING: GenerateTiming = { poll: 500, patience: 5000, attempts: 5, backoff: 2000 };
/** Shards in the queue at a time, some kilobyte each. */
const WINDOW = 5000;
/** Shards per call of Redis. */
const PAGE = 500;

/**
 * @throws InputError if `out` holds another order's manifest; the signal's reason once it aborts, also while Redis is
 * away.
 */
export async function generate(options: GenerateOptions): Promise<Generated> {
  const { connection, order, out, name, modelName, signal, detach = false } = options;
  await checkManifest(out, order);
  const timing = { ...TIMING, ...options.timing };
  const jobs = openJobs(connection.redis, name, order.model, timing);
  try {
    const { images, failed } = await untilAborted(signal, follow(options, timing, jobs));
    failed.sort((a, b) => a.shard.seed - b.shard.seed);
    if (failed.length > 0 || images < order.count || detach) return { images, failed };
    const read = async (shards: Shard[]) => {
      const files = await readDone(connection.redis, name, shards);
      return files.map((file, i) => file ?? lost(shards[i]!));
    };
    return { images, failed, manifest: await untilAborted(signal, writeManifest(out, modelName, order, read)) };
  } finally {
    await jobs.close();
  }
}

async function follow(options: GenerateOptions, timing: GenerateTiming, jobs: JobQueue) {
  const { connection, order, signal, detach = false } = options;
  const shards = countShards(order);
  const open = new Map<string, Shard>();
  const failed: Generated['failed'] = [];
  const watch = watchWorkers(options, timing, jobs);
  let next = 0;
  let images = 0;
  let idle = false;
  let returns = connection.returns();
  let told = '';
  const report = () => {
    const note = failed.length > 0 ? { note: `${failed.length} failed` } : {};
    const state = `${images} ${failed.length}`;
    if (state !== told) options.onProgress({ done: images, total: order.count, ...note });
    told = state;
  };

  for (;;) {
    while (next < shards && (open.size < WINDOW || detach)) {
      const page = shardPage(order, next, PAGE);
      next += page.length;
      const missing = await selectMissing(options, page);
      await addAnew(jobs, missing);
      for (const shard of missing) if (!detach) open.set(shardId(shard), shard);
      images += sum(page) - sum(missing);
      report();
      signal.throwIfAborted();
    }
    if (detach) return { images, failed };

    // Redis may have forgotten jobs when it went away, so an empty queue may leave shards undone.
    const back = connection.returns();
    const forgotten = back !== returns || idle;
    returns = back;

    for (const [shard, file] of await lookUp(options, [...open.values()])) {
      if (file === undefined) continue;
      open.delete(shardId(shard));
      images += shard.count;
    }
    for (const [id, reason] of await jobs.failed([...open.keys()])) {
      failed.push({ shard: open.get(id)!, reason });
      open.delete(id);
    }
    report();
    if (open.size === 0 && next >= shards) return { images, failed };

    if (forgotten) await addPages(jobs, [...open.values()]);
    idle = await jobs.isIdle();
    await watch(images);
    await pause(timing.poll, undefined, { signal });
  }
}

/** Takes the shards of an order that are not done out of the queue; those that workers have, they finish. */
export async function withdraw({
  connection,
  name,
  order,
}: Pick<GenerateOptions, 'connection' | 'name' | 'order'>): Promise<void> {
  const jobs = openJobs(connection.redis, name, order.model, TIMING);
  try {
    for (let first = 0; first < countShards(order); first += PAGE) {
      const page = shardPage(order, first, PAGE);
      const files = await readDone(connection.redis, name, page);
      await jobs.remove(page.filter((_, i) => files[i] === undefined).map(shardId));
    }
  } finally {
    await jobs.close();
  }
}

/** The shards that are not done yet. */
async function selectMissing(options: GenerateOptions, shards: Shard[]): Promise<Shard[]> {
  const { connection, name, out, check = false } = options;
  const missing: Shard[] = [];
  const gone: Shard[] = [];
  for (const [shard, file] of await lookUp(options, shards)) {
    if (file === undefined) missing.push(shard);
    else if (check && !(await holdsShard(out, shard, file))) gone.push(shard);
  }
  await forgetDone(connection.redis, name, gone);
  return [...missing, ...gone];
}

async function lookUp({ connection, name }: GenerateOptions, shards: Shard[]) {
  const found: [Shard, ShardFile | undefined][] = [];
  for (let first = 0; first < shards.length; first += PAGE) {
    const page = shards.slice(first, first + PAGE);
    const files = await readDone(connection.redis, name, page);
    page.forEach((shard, i) => {
      found.push([shard, files[i]]);
    });
  }
  return found;
}

/** Restarts shards that failed earlier; those that wait or run stay as they are. */
async function addAnew(jobs: JobQueue, shards: Shard[]): Promise<void> {
  if (shards.length === 0) return;
  const earlier = await jobs.failed(shards.map(shardId));
  await jobs.remove(earlier.keys());
  await addPages(jobs, shards);
}

async function addPages(jobs: JobQueue, shards: Shard[]): Promise<void> {
  for (let first = 0; first < shards.length; first += PAGE) await jobs.add(shards.slice(first, first + PAGE));
}

/** Calls `onNoWorker` once if nothing has been done for a while and no worker listens. */
function watchWorkers({ onNoWorker }: GenerateOptions, { patience }: GenerateTiming, jobs: JobQueue) {
  let told = false;
  let since = performance.now();
  let before = -1;
  return async (images: number) => {
    if (images !== before) since = performance.now();
    before = images;
    if (told || performance.now() - since < patience) return;
    since = performance.now();
    if ((await jobs.countWorkers()) !== 0) return;
    told = true;
    onNoWorker();
  };
}

/** Stops waiting when the signal aborts: a command would wait until Redis is back. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined); // nobody may be left who waits for it
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function lost({ seed }: Shard): never {
  throw new Failure(`Redis forgot the shard of seed ${seed} while the manifest was written: start again.`);
}

function sum(shards: readonly Shard[]): number {
  return shards.reduce((images, { count }) => images + count, 0);
}
