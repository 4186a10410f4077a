/** Bulk generation in a test: orders and workers with short waits, and their results. */
import { execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { connectQueue } from '#pipeline/bulk/connect.ts';
import { queueName } from '#pipeline/bulk/done.ts';
import { type Generated, type GenerateOptions, generate } from '#pipeline/bulk/generate.ts';
import { makeOrder, type OrderOptions } from '#pipeline/bulk/order.ts';
import type { Order } from '#pipeline/bulk/shards.ts';
import { runWorker, type WorkerTiming } from '#pipeline/bulk/worker.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from './models/tiny-onnx.ts';
import { startRedis, type TestRedis } from './redis.ts';

/** An order of an unconditional model, as `makeOrder` completes it. */
export const ORDER: Order = {
  model: 'ab'.repeat(32),
  sampler: 'ddim',
  steps: 5,
  spacing: 'model',
  eta: 0,
  curvature: 'half',
  noise: 1,
  solver: 'bh2',
  labels: null,
  seed: 100,
  count: 10,
  shard: 4,
};

export interface Place {
  url: string;
  /** Prefix of the keys in Redis. */
  name: string;
  /** Model folder. */
  model: string;
  out: string;
}

let places = 0;

/** In a suite: one Redis for all its tests, a place in it for each, and the count of a place's jobs. */
export function useRedis() {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  return {
    /** There once the tests run. */
    redis: () => redis,
    place: (options?: TinyOptions) => makePlace(redis, options),
    jobCount: (at: Place, type: 'wait' | 'active') => countJobs(redis, at, type),
  };
}

/** Keys, a model and an output folder for one test. */
async function makePlace(redis: TestRedis, options: TinyOptions = {}): Promise<Place> {
  return {
    url: redis.url,
    name: `test-${places++}`,
    model: await tinyArtefact(options),
    out: join(await temporaryFolder(), 'out'),
  };
}

/** A model with so many possible steps that a shard can take seconds. */
export const SLOW: TinyOptions = { T: 100_000 };

/** Locks expire after a second, and workers check for that twice a second. */
export const TIMING: WorkerTiming = { lock: 1000, stalled: 500, grace: 5000 };

/** Starts a worker in this process, which stops at the latest when the test ends. */
export async function startWorker({ url, name, model, out }: Place) {
  const lines: string[] = [];
  const controller = new AbortController();
  const onLine = (line: string) => {
    lines.push(line);
  };
  const ended = runWorker({
    name,
    out,
    onLine,
    timing: TIMING,
    signal: controller.signal,
    models: { tiny: model },
    connection: await connectQueue(url, onLine),
    device: 'cpu',
  });
  const stop = async () => {
    controller.abort(new DOMException('Interrupted.', 'AbortError'));
    return ended;
  };
  onTestFinished(async () => {
    await stop();
  });
  return { lines, stop };
}

/** Starts a worker in a process of its own. */
export function spawnWorker({ url, name, model, out }: Place) {
  const script = join(import.meta.dirname, 'programs', 'bulk-worker.ts');
  const options = JSON.stringify({ url, name, out, models: { tiny: model }, timing: TIMING });
  const child = spawn(process.execPath, ['--import', 'tsx', script, options], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Orders and waits as `pipeline generate` does. */
export async function order(
  { url, name, model, out }: Place,
  options: OrderOptions,
  more: Partial<GenerateOptions> = {},
): Promise<Generated & { lines: string[] }> {
  const lines: string[] = [];
  const connection = await connectQueue(url, (line) => lines.push(line));
  try {
    const generated = await generate({
      connection,
      name,
      out,
      modelName: 'tiny',
      order: await makeOrder(model, options),
      signal: new AbortController().signal,
      onProgress: () => {},
      onNoWorker: () => {},
      ...more,
      timing: { poll: 50, attempts: 3, backoff: 50, ...more.timing },
    });
    return { ...generated, lines };
  } finally {
    connection.close();
  }
}

export interface ManifestShard {
  seed: number;
  count: number;
  file: string;
  sha256: string;
  bytes: number;
}

export async function readManifest(out: string) {
  return JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as {
    shards: ManifestShard[];
    model: { name: string; hash: string };
    settings: Record<string, unknown>;
    total: { images: number; shards: number; bytes: number };
  };
}

/** Seeds of the pictures in a manifest's tars, as the machine's own tar lists them. */
export function seedsIn(out: string, shards: readonly ManifestShard[]): number[] {
  return shards.flatMap(({ file }) => {
    const names = execFileSync('tar', ['tf', join(out, file)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    return names.filter((name) => name.endsWith('.png')).map((name) => Number(name.replace('.png', '')));
  });
}

/** A key that BullMQ keeps for a model's queue. */
export function queueKey({ name }: Place, hash: string, type: string): string {
  return `${name}:${queueName(hash)}:${type}`;
}

/** Jobs that wait, or that a worker has. */
async function countJobs(redis: TestRedis, at: Place, type: 'wait' | 'active'): Promise<number> {
  return redis.client.llen(queueKey(at, await hashModel(at.model), type));
}

/** Polls until a condition holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
