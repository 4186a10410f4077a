import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { queueName } from '#pipeline/bulk/done.ts';
import { shardAt, shardId } from '#pipeline/bulk/shards.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import {
  ORDER,
  order,
  queueKey,
  readManifest,
  SLOW,
  seedsIn,
  spawnWorker,
  startWorker,
  until,
  useRedis,
} from '#test/bulk.ts';
import { LACKS_REDIS, startRedis } from '#test/redis.ts';
import { skipBecause } from '#test/skip.ts';

describe('bulk generation over Redis', skipBecause(LACKS_REDIS), () => {
  const { redis, place, jobCount } = useRedis();

  test('1,000 images on three workers: every seed once, in shards that a manifest lists', async () => {
    const at = await place({ classes: 3 });
    const workers = await Promise.all([startWorker(at), startWorker(at), startWorker(at)]);
    const progress: number[] = [];
    const { images, failed, manifest } = await order(
      at,
      { count: 1000, seed: 50, steps: 2, shard: 64 },
      { onProgress: ({ done }) => progress.push(done) },
    );
    expect([images, failed, manifest]).toEqual([1000, [], join(at.out, 'manifest.json')]);
    const { shards, total } = await readManifest(at.out);
    expect(total).toMatchObject({ images: 1000, shards: 16 });
    expect(seedsIn(at.out, shards)).toEqual(Array.from({ length: 1000 }, (_, i) => 50 + i));
    const sampled = workers.flatMap(({ lines }) => lines.filter((line) => line.includes('took')));
    expect(sampled).toHaveLength(16);
    expect(progress.at(-1)).toBe(1000);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    const label = execFileSync('tar', ['xOf', join(at.out, shards[15]!.file), '000001049.cls'], { encoding: 'utf8' });
    expect(label).toBe(String(999 % 3));
    // Of finished jobs only the list of finished shards stays, and that expires.
    const keys = await redis().client.keys(`${at.name}:*`);
    expect(keys.filter((key) => key.includes('shard-'))).toEqual([]);
    expect(await redis().client.ttl(keys.find((key) => key.includes(':done:'))!)).toBeGreaterThan(0);
  });

  test('two workers that write to folders of their own give the bytes that one gives', async () => {
    const alone = await place({ classes: 2 });
    const pair = { ...alone, name: `${alone.name}-pair`, out: `${alone.out}-pair` };
    await startWorker(alone);
    await startWorker({ ...pair, out: `${alone.out}-1` });
    await startWorker({ ...pair, out: `${alone.out}-2` });
    const wanted = { count: 100, steps: 3, shard: 7, sampler: 'ddpm' as const };
    await Promise.all([order(alone, wanted), order(pair, wanted)]);
    const [one, two] = [await readManifest(alone.out), await readManifest(pair.out)];
    expect(two).toEqual(one);
    expect(one.shards).toHaveLength(15);
  });

  test('an order that is there is not added again, and a larger one adds what is new', async () => {
    const at = await place();
    await order(at, { count: 40, shard: 10 }, { detach: true });
    await order(at, { count: 40, shard: 10 }, { detach: true });
    expect(await jobCount(at, 'wait')).toBe(4);
    await order(at, { count: 60, shard: 10 }, { detach: true });
    expect(await jobCount(at, 'wait')).toBe(6);
    const { lines } = await startWorker(at);
    expect((await order(at, { count: 60, shard: 10, steps: 20 })).manifest).toBeDefined();
    expect(lines.filter((line) => line.includes('took'))).toHaveLength(6);
    // All is done: the same request only checks the files, without a worker.
    expect((await order(at, { count: 60, shard: 10 })).images).toBe(60);
    expect(await jobCount(at, 'wait')).toBe(0);
    expect(lines.filter((line) => line.startsWith('tiny:'))).toHaveLength(6);
  });

  test('a shard whose worker is killed amid its steps is taken over by another', async () => {
    const at = await place(SLOW);
    const wanted = { count: 4, shard: 2, steps: 3000, sampler: 'ddim' as const };
    const child = spawnWorker(at);
    await order(at, wanted, { detach: true });
    await until(async () => (await jobCount(at, 'active')) === 1);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect([await jobCount(at, 'active'), await jobCount(at, 'wait')]).toEqual([1, 1]);
    const { lines } = await startWorker(at);
    expect((await order(at, wanted)).manifest).toBeDefined();
    expect(lines.filter((line) => line.includes('lost its worker, and another takes it over'))).toHaveLength(1);
    expect(seedsIn(at.out, (await readManifest(at.out)).shards)).toEqual([0, 1, 2, 3]);
  });

  test('workers and whoever waits for them outlive a Redis that is killed and started again', async () => {
    const own = await startRedis();
    onTestFinished(own.stop);
    const at = { ...(await place(SLOW)), url: own.url };
    const { lines } = await startWorker(at);
    const key = queueKey(at, await hashModel(at.model), 'active');
    const waiting = order(at, { count: 12, shard: 2, steps: 1500, sampler: 'ddim' });
    await until(async () => (await own.client.llen(key)) === 1);
    await own.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await own.start();
    const { images, manifest, lines: told } = await waiting;
    expect([images, manifest]).toEqual([12, join(at.out, 'manifest.json')]);
    const lost = [`Redis at ${at.url} went away; waiting for it.`, `Redis at ${at.url} is back.`];
    expect(told).toEqual(lost);
    expect(lines.filter((line) => line.startsWith('Redis at'))).toEqual(lost);
    expect(lines.length).toBeLessThan(20);
    expect(seedsIn(at.out, (await readManifest(at.out)).shards)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  test('a Redis that forgot everything gets the order again, and what is on disk is found there', async () => {
    const at = await place();
    const wanted = { count: 30, shard: 3, steps: 2 };
    const first = await startWorker(at);
    await order(at, wanted);
    expect(await first.stop()).toBe(true);
    await redis().client.del(...(await redis().client.keys(`${at.name}:*`)));
    const waiting = order(at, wanted);
    await until(async () => (await jobCount(at, 'wait')) === 10);
    await redis().client.del(...(await redis().client.keys(`${at.name}:*`)));
    const { lines } = await startWorker(at);
    expect((await waiting).images).toBe(30);
    expect(lines.filter((line) => line.endsWith('was there'))).toHaveLength(10);
  });

  test('--check does again what is gone from the disk, or changed, and nothing else', async () => {
    const at = await place();
    const wanted = { count: 30, shard: 10, steps: 2 };
    const { lines } = await startWorker(at);
    await order(at, wanted);
    const { shards } = await readManifest(at.out);
    await rm(join(at.out, shards[0]!.file));
    await writeFile(join(at.out, shards[2]!.file), 'x');
    await order(at, wanted);
    expect(lines.filter((line) => line.includes('took'))).toHaveLength(3);
    await order(at, wanted, { check: true });
    expect(lines.filter((line) => line.includes('took'))).toHaveLength(5);
    expect((await readManifest(at.out)).shards).toEqual(shards);
    expect(seedsIn(at.out, shards)).toHaveLength(30);
  });

  test('a shard that fails is tried again, and counts once it succeeds', async () => {
    const at = await place();
    const obstacle = join(at.out, (await hashModel(at.model)).slice(0, 16));
    await mkdir(at.out, { recursive: true });
    await writeFile(obstacle, 'in the way');
    const { lines } = await startWorker(at);
    const waiting = order(at, { count: 4, shard: 4, steps: 2 }, { timing: { attempts: 20 } });
    await until(() => lines.some((line) => line.includes('try 2 of 20')));
    await rm(obstacle);
    const { images, failed } = await waiting;
    expect([images, failed]).toEqual([4, []]);
    expect(lines.filter((line) => line.includes('try 1 of 20: Cannot write '))).toHaveLength(1);
  });

  test("somebody else's jobs fail with a sentence, at once, and the worker goes on", async () => {
    const at = await place({ classes: 2 });
    const hash = await hashModel(at.model);
    const queue = new Queue(queueName(hash), { connection: redis().client, prefix: at.name });
    onTestFinished(() => queue.close());
    const add = (data: unknown, jobId: string) => queue.add('stranger', data, { jobId, attempts: 5 });
    const own = shardAt({ ...ORDER, model: hash, labels: [2], count: 2, shard: 2 }, 0);
    await add({ hello: '../../etc/passwd' }, 'a');
    await add(own, 'another-id');
    await add(own, shardId(own));
    const { lines } = await startWorker(at);
    expect((await order(at, { count: 5, steps: 2 })).images).toBe(5);
    const reasons = lines.filter((line) => line.includes('failed')).map((line) => line.replace(/^.*try /, ''));
    expect(reasons).toEqual([
      '1 of 5: Cannot sample a shard: the job has an unknown field, hello.',
      expect.stringContaining("the job's id must be shard-"),
      expect.stringContaining('a label must be a class, a number from 0 to 1, received 2.'),
    ]);
  });

  test('says that no worker is there, once', async () => {
    const at = await place();
    let told = 0;
    const controller = new AbortController();
    const waiting = order(
      at,
      { count: 5 },
      {
        signal: controller.signal,
        timing: { patience: 100 },
        onNoWorker: () => {
          told++;
          setTimeout(() => controller.abort(), 300);
        },
      },
    );
    await expect(waiting).rejects.toThrow('aborted');
    expect(told).toBe(1);
  });

  test('both stop at once when Redis is away', async () => {
    const own = await startRedis();
    onTestFinished(own.stop);
    const at = { ...(await place(SLOW)), url: own.url };
    const worker = await startWorker(at);
    const controller = new AbortController();
    let asked = false;
    const onProgress = () => {
      asked = true;
    };
    const waiting = order(at, { count: 2, steps: 50_000, sampler: 'ddim' }, { signal: controller.signal, onProgress });
    waiting.catch(() => undefined);
    await until(async () => asked && (await own.client.llen(queueKey(at, await hashModel(at.model), 'active'))) === 1);
    await own.kill();
    await until(() => worker.lines.some((line) => line.includes('went away')));
    controller.abort();
    await expect(waiting).rejects.toThrow('aborted');
    expect(await worker.stop()).toBe(false);
    expect(existsSync(at.out)).toBe(false);
  });
});
