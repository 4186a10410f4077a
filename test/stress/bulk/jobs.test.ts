/** Jobs of a server that workers make, through a real Redis. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectQueue } from '#pipeline/bulk/connect.ts';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runByWorkers } from '#pipeline/jobs/run-by-workers.ts';
import { createServer, type JobHost, type Server } from '#server/index.ts';
import { type Place, SLOW, startWorker, until, useRedis } from '#test/bulk.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { LACKS_REDIS } from '#test/redis.ts';
import { ask } from '#test/server.ts';
import { skipBecause } from '#test/skip.ts';

/** A server whose jobs are kept where the workers of a place write. */
async function serve({ url, name, model, out }: Place, folder = out) {
  const connection = await connectQueue(url, () => {});
  const createRunner = (host: JobHost) => runByWorkers(host, { connection, name, folder });
  const jobs = keepJobs({ folder, createRunner });
  const server = await createServer({ models: { tiny: model }, device: 'cpu', jobs });
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
    connection.close();
  };
  onTestFinished(close);
  return { server, close };
}

const jobOf = async (server: Server, id: string) => (await ask(server, `/v1/jobs/${id}`)).json;
const order = async (server: Server, body: object) => (await ask(server, '/v1/jobs', { body })).json;
const completed = (server: Server, id: string) => until(async () => (await jobOf(server, id)).status === 'completed');

describe('jobs of a server with workers', skipBecause(LACKS_REDIS), () => {
  const { place, jobCount, redis } = useRedis();

  test('go on with the next server, and are read where workers share its folder', async () => {
    const at = await place();
    const first = await serve(at);
    const { id, status } = await order(first.server, { n: 12, seed: 7, shard: 5, steps: 2 });
    expect(status).toBe('queued');
    await until(async () => (await jobCount(at, 'wait')) === 3);
    await first.close();
    expect(await jobCount(at, 'wait')).toBe(3);
    await startWorker(at);
    const { server } = await serve(at);
    await completed(server, id);
    expect((await jobOf(server, id)).images).toEqual({ total: 12, done: 12 });
    const { body } = await ask(server, `/v1/jobs/${id}/pictures`);
    const tar = join(await temporaryFolder(), 'all.tar');
    await writeFile(tar, body);
    const names = execFileSync('tar', ['tf', tar], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual(Array.from({ length: 12 }, (_, i) => `${String(7 + i).padStart(9, '0')}.png`));

    // Removed files are not taken for made ones.
    await server.app.inject({ method: 'DELETE', url: `/v1/jobs/${id}` });
    const again = await order(server, { n: 12, seed: 7, shard: 5, steps: 2 });
    await completed(server, again.id);
    expect((await ask(server, `/v1/jobs/${again.id}/pictures`)).body.equals(body)).toBe(true);
  });

  test('are taken back from the queue when they are cancelled', async () => {
    const at = await place(SLOW);
    const { server } = await serve(at);
    const { id } = await order(server, { n: 40, shard: 1, steps: 2, sampler: 'ddim' });
    await until(async () => (await jobCount(at, 'wait')) === 40);
    const { json } = await ask(server, `/v1/jobs/${id}/cancel`, { body: {} });
    expect(json.status).toBe('cancelled');
    expect(await jobCount(at, 'wait')).toBe(0);
  });

  test('are not queued once workers have made some, also while the server was away; a metric says that Redis is', async () => {
    const at = await place(SLOW);
    const first = await serve(at);
    const { id } = await order(first.server, { n: 6, shard: 1, steps: 800, sampler: 'ddim' });
    await until(async () => (await jobCount(at, 'wait')) === 6);
    await first.close();
    const worker = await startWorker(at);
    await until(async () => (await jobCount(at, 'wait')) === 3);
    await worker.stop();
    const { server } = await serve(at);
    await until(async () => (await jobOf(server, id)).images.done > 0);
    expect((await jobOf(server, id)).status).toBe('running');
    await startWorker(at);
    await completed(server, id);

    const says = async (up: number) =>
      (await ask(server, '/metrics')).body.toString().includes(`\nonnoise_job_queue_up ${up}\n`);
    expect(await says(1)).toBe(true);
    await redis().kill();
    await until(() => says(0));
    await redis().start();
    await until(() => says(1));
  });

  test('say so where workers write elsewhere', async () => {
    const at = await place();
    await startWorker(at);
    const { server } = await serve(at, await temporaryFolder());
    const { id } = await order(server, { n: 3, steps: 2 });
    await completed(server, id);
    const answer = await ask(server, `/v1/jobs/${id}/pictures`);
    expect(answer.status).toBe(410);
    expect(answer.json.error.message).toContain('workers wrote elsewhere');
    expect((await ask(server, `/v1/jobs/${id}/manifest`)).json.total.images).toBe(3);
  });
});
