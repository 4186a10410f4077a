import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished, test } from 'vitest';
import { queueName } from '#pipeline/bulk/done.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import { order, type Place, queueKey, readManifest, SLOW, seedsIn, startWorker, until, useRedis } from '#test/bulk.ts';
import { freePort } from '#test/free-port.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { LACKS_REDIS, startRedis } from '#test/redis.ts';
import { done, PIPELINE, refusal, refuses, runCli } from '#test/run-cli.ts';
import { says } from '#test/says.ts';
import { LACKS_SIGINT, skipBecause } from '#test/skip.ts';

describe('pipeline generate and pipeline worker over Redis', skipBecause(LACKS_REDIS), () => {
  const { redis, place, jobCount } = useRedis();

  /** Starts the real program; `said` resolves once it has written to standard error. */
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
    expect(detached).toMatchObject({ code: 0, stdout: expect.stringContaining('left of 5 pictures in 3 shards') });
    const hash = await hashModel(at.model);
    const obstacle = join(at.out, hash.slice(0, 16));
    await writeFile(obstacle, 'in the way');
    // The queued jobs would be tried five times over half a minute. Jobs that are tried once replace them.
    const queue = new Queue(queueName(hash), { connection: redis().client, prefix: at.name });
    onTestFinished(() => queue.close());
    for (const job of await queue.getWaiting()) {
      await job.remove();
      await queue.add('shard', job.data, { jobId: job.id!, attempts: 1 });
    }
    const events = await redis().client.xlen(queueKey(at, hash, 'events'));
    const waiting = runCli(...args);
    await until(async () => (await redis().client.xlen(queueKey(at, hash, 'events'))) >= events + 3);
    await startWorker(at);
    const failed = await waiting;
    expect([failed.code, failed.stdout]).toEqual([1, '']);
    expect(failed.stderr).toContain(
      '3 of 3 shards failed for good; the same command retries them.\n  seeds 0 to 1: Cannot write ',
    );
    await rm(obstacle);
    const { stdout, stderr } = await done(runCli(...args));
    expect(stdout).toBe(`5 pictures in 3 shards: ${join(at.out, 'manifest.json')}\n`);
    expect(stderr).toContain('Generating  100%  5/5 images');
    await refuses(runCli(...args, '--seed', '9'), 'the manifest of another order');
  });

  test('generate lets one at a time write into a folder, says so, and tells its results as JSON', async () => {
    const at = await place();
    const args = ['generate', ...optionsOf(at), '--count', '5', '--steps', '2', '--shard', '2'];
    const first = runCli(...args, '--json');
    await until(() => existsSync(join(at.out, '.generate.lock')));
    const lock = await readFile(join(at.out, '.generate.lock'), 'utf8');
    await startWorker(at);
    const { stdout } = await done(first);
    const manifest = join(at.out, 'manifest.json');
    expect(JSON.parse(stdout)).toEqual({ pictures: 5, done: 5, shards: 3, manifest });
    expect(existsSync(join(at.out, '.generate.lock'))).toBe(false);
    await writeFile(join(at.out, '.generate.lock'), lock);
    expect(await refusal(runCli(...args))).toMatch(
      says('Cannot generate to *: another process (pid *, since *) is generating there.'),
    );
    // A command that writes nothing needs no lock.
    await done(runCli(...args, '--detach'));
  });

  test('a Redis that takes no more data is told in words, with exit code 1', async () => {
    const at = await place();
    await redis().client.config('SET', 'maxmemory', '1');
    const { code, stderr } = await runCli('generate', ...optionsOf(at), '--count', '5').finally(() =>
      redis().client.config('SET', 'maxmemory', '0'),
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(says('Redis at redis:* refused: *OOM'))]);
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
      expect.stringMatching(/The workers continue .*; the same command attaches to it again\.\nInterrupted\.\n$/),
    ]);
    expect(await jobCount(at, 'wait')).toBe(1);
  });

  test(
    'Ctrl-C at a worker gives its shard back; SIGTERM ends one with exit code 0',
    skipBecause(LACKS_SIGINT),
    async () => {
      const at = await place(SLOW);
      await order(at, { count: 2, steps: 100_000, sampler: 'ddim' }, { detach: true });
      for (const [signal, exit] of [
        ['SIGINT', 130],
        ['SIGTERM', 0],
      ] as const) {
        const { child, ended } = start('worker', ...optionsOf(at), '--device', 'cpu');
        await until(async () => (await jobCount(at, 'active')) === 1);
        child.kill(signal);
        const { code, stderr } = await ended;
        expect([code, stderr]).toEqual([exit, expect.stringMatching('Stopped; its shards are back in the queue.\n')]);
        expect([await jobCount(at, 'active'), await jobCount(at, 'wait')]).toEqual([0, 1]);
      }
      expect(await readdir(at.out)).toEqual([]);
    },
  );

  test('a worker that is there before its Redis waits for it, and stops when told', async () => {
    const at = await place();
    const port = await freePort();
    const waiting = start('worker', ...optionsOf({ ...at, url: `redis://127.0.0.1:${port}` }));
    await waiting.said('does not answer yet; waiting for it.');
    waiting.child.kill('SIGTERM');
    expect(await waiting.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Stopped.') });

    const late = await startRedis();
    onTestFinished(() => late.stop());
    await late.kill();
    const worker = start('worker', ...optionsOf({ ...at, url: late.url }));
    await worker.said('does not answer yet');
    await late.start();
    await runCli('generate', ...optionsOf({ ...at, url: late.url }), '--count', '2', '--steps', '2');
    expect((await readManifest(at.out)).total.images).toBe(2);
    expect(worker.child.exitCode).toBe(null);
  });

  test('refuses a wrong password without showing it', async () => {
    const url = redis().url.replace('//', '//somebody:secret@');
    const { code, stderr } = await runCli('worker', '--queue', url, '--model', await tinyArtefact());
    expect([code, stderr]).toEqual([2, expect.stringMatching(says('Cannot connect to the queue: *WRONGPASS'))]);
    expect(stderr).not.toContain('secret');
  });
});
