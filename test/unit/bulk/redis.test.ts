import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connectQueue } from '../../../pipeline/src/bulk/connect.ts';
import { queueName } from '../../../pipeline/src/bulk/done.ts';
import { hashModel } from '../../../pipeline/src/bulk/hash.ts';
import { type Order, shardAt, shardId } from '../../../pipeline/src/bulk/shards.ts';
import {
  order,
  type Place,
  queueKey,
  readManifest,
  seedsIn,
  spawnWorker,
  startWorker,
  until,
} from '../../support/bulk.ts';
import { LACKS_REDIS, startRedis, type TestRedis } from '../../support/redis.ts';
import { PIPELINE, runCli } from '../../support/run-cli.ts';
import { LACKS_SIGINT, skipBecause } from '../../support/skip.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from '../../support/tiny-onnx.ts';

describe('bulk generation over Redis', skipBecause(LACKS_REDIS), () => {
  let redis: TestRedis;
  let places = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** Keys, a model and an output folder of a test's own. */
  async function place(options: TinyOptions = {}): Promise<Place> {
    return {
      ...{ url: redis.url, name: `test-${places++}` },
      ...{ model: await tinyArtefact(options), out: join(await temporaryFolder(), 'out') },
    };
  }
  const jobCount = async (at: Place, type: 'wait' | 'active') =>
    redis.client.llen(queueKey(at, await hashModel(at.model), type));
  /** A model whose steps are many: a shard of it takes seconds. */
  const slowly = { T: 100_000 };

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
    // Nothing is kept of finished jobs but the list of what is done, and that not for ever.
    const keys = await redis.client.keys(`${at.name}:*`);
    expect(keys.filter((key) => key.includes('shard-'))).toEqual([]);
    expect(await redis.client.ttl(keys.find((key) => key.includes(':done:'))!)).toBeGreaterThan(0);
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
    expect((await order(at, { count: 60, shard: 10, steps: 50 })).manifest).toBeDefined();
    expect(lines.filter((line) => line.includes('took'))).toHaveLength(6);
    // All is done: the same order is a look at what is, without any worker's doing.
    expect((await order(at, { count: 60, shard: 10 })).images).toBe(60);
    expect(await jobCount(at, 'wait')).toBe(0);
    expect(lines.filter((line) => line.startsWith('tiny:'))).toHaveLength(6);
  });

  test('a shard whose worker is killed amid its steps is taken over by another', async () => {
    const at = await place(slowly);
    const wanted = { count: 4, shard: 2, steps: 3000 };
    const child = spawnWorker(at);
    await order(at, wanted, { detach: true });
    await until(async () => (await jobCount(at, 'active')) === 1);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect([await jobCount(at, 'active'), await jobCount(at, 'wait')]).toEqual([1, 1]);
    const { lines } = await startWorker(at);
    expect((await order(at, wanted)).manifest).toBeDefined();
    expect(lines.filter((line) => line.includes('has lost its worker and is taken over'))).toHaveLength(1);
    expect(seedsIn(at.out, (await readManifest(at.out)).shards)).toEqual([0, 1, 2, 3]);
  });

  test('workers and whoever waits for them outlive a Redis that is killed and started again', async () => {
    const own = await startRedis();
    onTestFinished(own.stop);
    const at = { ...(await place(slowly)), url: own.url };
    const { lines } = await startWorker(at);
    const key = queueKey(at, await hashModel(at.model), 'active');
    const waiting = order(at, { count: 12, shard: 2, steps: 1500 });
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
    await first.stop();
    await redis.client.del(...(await redis.client.keys(`${at.name}:*`)));
    const waiting = order(at, wanted);
    await until(async () => (await jobCount(at, 'wait')) === 10);
    await redis.client.del(...(await redis.client.keys(`${at.name}:*`)));
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
    expect(lines.filter((line) => line.includes('try 1 of 20: E'))).toHaveLength(1);
  });

  test('a shard that fails for good is told with its reason, and done by the same order later', async () => {
    const at = await place();
    const obstacle = join(at.out, (await hashModel(at.model)).slice(0, 16));
    await mkdir(at.out, { recursive: true });
    await writeFile(obstacle, 'in the way');
    await startWorker(at);
    const wanted = { count: 5, shard: 3, steps: 2 };
    const { failed, manifest } = await order(at, wanted, { timing: { attempts: 2 } });
    expect(failed.map(({ shard, reason }) => [shard.seed, /EEXIST|ENOTDIR/.test(reason)])).toEqual([
      [0, true],
      [3, true],
    ]);
    expect([manifest, await readdir(at.out)]).toEqual([undefined, [obstacle.slice(-16)]]);
    await rm(obstacle);
    expect((await order(at, wanted)).manifest).toBeDefined();
  });

  test("somebody else's jobs fail with a sentence, at once, and the worker goes on", async () => {
    const at = await place({ classes: 2 });
    const hash = await hashModel(at.model);
    const queue = new Queue(queueName(hash), { connection: redis.client, prefix: at.name });
    onTestFinished(() => queue.close());
    const own: Order = { model: hash, sampler: 'ddim', steps: 2, eta: 0, labels: [0], seed: 0, count: 2, shard: 2 };
    const add = async (data: unknown, jobId: string) => {
      await queue.add('stranger', data, { jobId, attempts: 5 });
    };
    const job = (order: Order) => add(shardAt(order, 0), shardId(shardAt(order, 0)));
    await add({ hello: '../../etc/passwd' }, 'a');
    await add('text', 'b');
    await add(shardAt(own, 0), 'another-id');
    await job({ ...own, model: 'ab'.repeat(32) });
    await job({ ...own, steps: 101 });
    await job({ ...own, labels: [2] });
    await job({ ...own, labels: null });
    const { lines } = await startWorker(at);
    expect((await order(at, { count: 5, steps: 2 })).images).toBe(5);
    const reasons = lines.filter((line) => line.includes('failed')).map((line) => line.replace(/^.*try /, ''));
    expect(reasons).toEqual([
      '1 of 5: Cannot sample a shard: the job has an unknown field, hello.',
      '1 of 5: Cannot sample a shard: the job must be an object, received "text".',
      expect.stringContaining("the job's id must be shard-"),
      `1 of 5: Cannot sample a shard: model must be ${hash}, that of the queue.`,
      expect.stringContaining('steps must be an integer from 1 to 100, received 101.'),
      expect.stringContaining('a label must be an integer from 0 to 1, received 2.'),
      '1 of 5: Cannot sample a shard: labels must be classes, this model is conditional on one.',
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
        ...{ signal: controller.signal, timing: { patience: 100 } },
        onNoWorker: () => {
          told++;
          setTimeout(() => controller.abort(), 300);
        },
      },
    );
    await expect(waiting).rejects.toThrow('aborted');
    expect(told).toBe(1);
  });

  test('warns of a Redis that may drop jobs', async () => {
    const lines: string[] = [];
    await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    (await connectQueue(redis.url, (line) => lines.push(line))).close();
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
    (await connectQueue(redis.url, (line) => lines.push(line))).close();
    expect(lines).toEqual([expect.stringContaining('its maxmemory-policy is allkeys-lru and should be noeviction')]);
  });

  test('refuses a wrong password without showing it', async () => {
    const url = redis.url.replace('//', '//somebody:secret@');
    const { code, stderr } = await runCli('worker', '--queue', url, '--model', await tinyArtefact());
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Cannot connect to the queue: .*WRONGPASS/)]);
    expect(stderr).not.toContain('secret');
  });

  describe('the commands', () => {
    /** Starts the real program; `said` resolves once it has said something on standard error. */
    function start(...args: string[]) {
      const child = spawn(process.execPath, [PIPELINE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      const ended = new Promise<{ code: number; stderr: string }>((resolve) => {
        child.on('close', (code) => resolve({ code: code ?? -1, stderr }));
      });
      return { child, ended, said: (text: string) => until(() => stderr.includes(text)) };
    }
    const optionsOf = ({ url, name, model, out }: Place) => [
      ...['--queue', url, '--name', name, '--model', model, '--out', out],
    ];

    test('generate says where the manifest is, or what failed with exit code 1', async () => {
      const at = await place();
      const args = ['generate', ...optionsOf(at), '--count', '5', '--steps', '2', '--shard', '2'];
      const detached = await runCli(...args, '--detach');
      expect(detached).toMatchObject({ code: 0, stdout: expect.stringContaining('to do of 5 pictures in 3 shards') });
      const hash = await hashModel(at.model);
      const obstacle = join(at.out, hash.slice(0, 16));
      await writeFile(obstacle, 'in the way');
      // What is in the queue would be tried five times over half a minute: it is once here, by jobs that generate finds.
      const queue = new Queue(queueName(hash), { connection: redis.client, prefix: at.name });
      onTestFinished(() => queue.close());
      for (const job of await queue.getWaiting()) {
        await job.remove();
        await queue.add('shard', job.data, { jobId: job.id!, attempts: 1 });
      }
      const events = await redis.client.xlen(queueKey(at, hash, 'events'));
      const waiting = runCli(...args);
      await until(async () => (await redis.client.xlen(queueKey(at, hash, 'events'))) >= events + 3);
      await startWorker(at);
      const failed = await waiting;
      expect([failed.code, failed.stdout]).toEqual([1, '']);
      expect(failed.stderr).toContain(
        '3 of 3 shards failed for good; the same command tries them again.\n  seeds 0 to 1: E',
      );
      await rm(obstacle);
      const done = await runCli(...args);
      expect([done.code, done.stdout]).toEqual([0, `5 pictures in 3 shards: ${join(at.out, 'manifest.json')}\n`]);
      expect(done.stderr).toContain('Generating  100%  5/5 images');
      const other = await runCli(...args, '--seed', '9');
      expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the manifest of another order')]);
    });

    test('a Redis that takes no more data is told in words, with exit code 1', async () => {
      const at = await place();
      await redis.client.config('SET', 'maxmemory', '1');
      const { code, stderr } = await runCli('generate', ...optionsOf(at), '--count', '5').finally(() =>
        redis.client.config('SET', 'maxmemory', '0'),
      );
      expect([code, stderr]).toEqual([1, expect.stringMatching(/Redis at redis:.* refused: .*OOM/)]);
      expect(stderr).not.toContain('    at ');
    });

    test('a worker with several models takes the shards of each', async () => {
      const [a, b] = [await place({ gain: 0.25 }), await place({ gain: 0.75, classes: 2 })];
      const twins = [
        { ...a, out: `${a.out}-a` },
        { ...b, name: a.name, out: `${a.out}-b` },
      ];
      const { child, ended } = start('worker', ...optionsOf(a), '--model', `second=${b.model}`);
      const wanted = { count: 20, shard: 8, steps: 3 };
      const results = await Promise.all(twins.map((at) => order(at, wanted)));
      expect(results.map(({ images }) => images)).toEqual([20, 20]);
      child.kill('SIGTERM');
      const { stderr } = await ended;
      expect(stderr.match(/^model: 8 images/gm)).toHaveLength(2);
      expect(stderr.match(/^second: 8 images/gm)).toHaveLength(2);
      for (const at of twins) expect(seedsIn(a.out, (await readManifest(at.out)).shards)).toHaveLength(20);
    });

    test('Ctrl-C at generate says that workers go on', skipBecause(LACKS_SIGINT), async () => {
      const at = await place();
      const { child, ended } = start('generate', ...optionsOf(at), '--count', '5');
      await until(async () => (await jobCount(at, 'wait')) === 1);
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect([code, stderr]).toEqual([
        130,
        expect.stringMatching(/Workers go on .*; the same command attaches to it again\.\nInterrupted\.\n$/),
      ]);
      expect(await jobCount(at, 'wait')).toBe(1);
    });

    test(
      'Ctrl-C at a worker gives its shard back; SIGTERM ends one with exit code 0',
      skipBecause(LACKS_SIGINT),
      async () => {
        const at = await place(slowly);
        await order(at, { count: 2, steps: 100_000 }, { detach: true });
        for (const [signal, exit] of [
          ['SIGINT', 130],
          ['SIGTERM', 0],
        ] as const) {
          const { child, ended } = start('worker', ...optionsOf(at), '--device', 'cpu');
          await until(async () => (await jobCount(at, 'active')) === 1);
          child.kill(signal);
          const { code, stderr } = await ended;
          expect([code, stderr]).toEqual([
            exit,
            expect.stringMatching(/Stopped; what was under way is back in the queue\.\n$/),
          ]);
          expect([await jobCount(at, 'active'), await jobCount(at, 'wait')]).toEqual([0, 1]);
        }
        expect(await readdir(at.out)).toEqual([]);
      },
    );
  });

  test('both stop at once when Redis is away', async () => {
    const own = await startRedis();
    onTestFinished(own.stop);
    const at = { ...(await place(slowly)), url: own.url };
    const worker = await startWorker(at);
    const controller = new AbortController();
    let asked = false;
    const onProgress = () => {
      asked = true;
    };
    const waiting = order(at, { count: 2, steps: 50_000 }, { signal: controller.signal, onProgress });
    waiting.catch(() => undefined);
    await until(async () => asked && (await own.client.llen(queueKey(at, await hashModel(at.model), 'active'))) === 1);
    await own.kill();
    await until(() => worker.lines.some((line) => line.includes('went away')));
    controller.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await worker.stop();
    expect(existsSync(at.out)).toBe(false);
  });
});
