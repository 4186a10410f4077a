/** Jobs that a server makes itself: as clients see them, and on the disk. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel, png } from '@onnoise/runtime-node';
import { compileSampler } from '@onnoise/scheduler';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runHere } from '#pipeline/jobs/run-here.ts';
import { createServer, type Jobs, type Server, type ServerOptions } from '#server/index.ts';
import { until } from '#test/load/until.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, IMAGES, useServer } from '#test/server.ts';

const KEYS = ['the-first-key-of-two-1', 'the-second-key-of-two'];

/** A server with jobs in a folder; `lines` are those of its log that warn. */
async function serve(folder: string, model: string, options: Partial<ServerOptions> = {}) {
  const lines: string[] = [];
  const jobs = keepJobs({
    folder,
    createRunner: (host) => runHere(host, folder),
  });
  const stream = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
  const logger = { level: 'warn', stream };
  const server = await createServer({ models: { tiny: model }, device: 'cpu', jobs, logger, ...options });
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
  };
  onTestFinished(close);
  return { server, lines, close };
}

/** A new folder, a model, and a server. */
async function start(options: Partial<ServerOptions> = {}, tiny: Parameters<typeof tinyArtefact>[0] = {}) {
  const [folder, model] = await Promise.all([temporaryFolder(), tinyArtefact(tiny)]);
  return { folder, model, ...(await serve(folder, model, options)) };
}

const order = (server: Server, body: object, headers = {}) => ask(server, '/v1/jobs', { body, headers });

async function untilStatus(server: Server, id: string, ...statuses: string[]) {
  let job = (await ask(server, `/v1/jobs/${id}`)).json;
  await until(`the job is ${statuses.join(' or ')}`, async () => {
    job = (await ask(server, `/v1/jobs/${id}`)).json;
    return statuses.includes(job.status);
  });
  return job;
}

const remove = (server: Server, id: string, headers = {}) =>
  server.app.inject({ method: 'DELETE', url: `/v1/jobs/${id}`, headers });

describe('a job', () => {
  it('makes the pictures that were ordered, as one tar that tar reads, and a manifest of its shards', async () => {
    const { server, model, folder } = await start({ maxSteps: 50 });
    const answer = await order(server, { n: 10, seed: 40, shard: 4, steps: 3, sampler: 'ddim' });
    expect(answer.status).toBe(202);
    expect(answer.headers.location).toBe(`/v1/jobs/${answer.json.id}`);
    expect(answer.json).toMatchObject({ object: 'job', model: 'tiny', images: { total: 10, done: 0 }, ended: null });
    const { id } = answer.json;
    const done = await untilStatus(server, id, 'completed');
    expect(done).toMatchObject({ images: { total: 10, done: 10 }, error: null });
    expect(done.settings).toMatchObject({ seed: 40, shard: 4, steps: 3, sampler: 'ddim' });

    const { headers, body } = await ask(server, `/v1/jobs/${id}/pictures`);
    expect(headers['content-type']).toBe('application/x-tar');
    expect(Number(headers['content-length'])).toBe(body.length);
    const out = await temporaryFolder();
    await writeFile(join(out, 'all.tar'), body);
    execFileSync('tar', ['xf', 'all.tar'], { cwd: out });
    const sampled = await loadModel(model, { device: 'cpu' });
    onTestFinished(() => sampled.dispose());
    const { images } = await sampled.sample({ count: 10, seed: 40, steps: 3, sampler: 'ddim' });
    const size = images.length / 10;
    for (let i = 0; i < 10; i++) {
      const picture = await readFile(join(out, `0000000${40 + i}.png`));
      expect(picture.equals(await png(images.subarray(i * size, (i + 1) * size), sampled.shape)), `${i}`).toBe(true);
    }
    expect((await readdir(out)).length).toBe(11);

    const manifest = (await ask(server, `/v1/jobs/${id}/manifest`)).json;
    expect(manifest.total).toMatchObject({ images: 10, shards: 3 });
    expect(manifest.model).toEqual({ name: 'tiny', hash: done.model_hash.slice('sha256:'.length) });
    for (const { file, sha256 } of manifest.shards) {
      expect(
        createHash('sha256')
          .update(await readFile(join(folder, file)))
          .digest('hex'),
      ).toBe(sha256);
    }
    const metrics = (await ask(server, '/metrics')).body.toString();
    expect(metrics).toContain('onnoise_jobs{status="completed"} 1');
    expect(metrics).toContain('onnoise_images_total{model="tiny"} 10');
  });

  it('notes once, where it is ordered, that a sampler leaves noise', async () => {
    const { server } = await serve(await temporaryFolder(), join(import.meta.dirname, '../../../models/digits'));
    const heun = { n: 2, steps: 4, sampler: 'heun', seed: 1 };
    const noisy = (await order(server, heun)).json;
    expect(noisy.note).toMatch(/^The first step is too long for heun and leaves noise: .* exponential /);
    const fine = await order(server, { ...heun, spacing: 'exponential' });
    expect([fine.status, 'note' in fine.json]).toEqual([202, false]);
    expect(await untilStatus(server, noisy.id, 'completed')).not.toHaveProperty('note');
  });

  it('goes on with the next server, and makes again no shard that is there', { tags: 'long' }, async () => {
    const { server, close, folder, model } = await start({}, { T: 100_000 });
    const { id } = (await order(server, { n: 6, seed: 0, shard: 1, steps: 500, sampler: 'ddim' })).json;
    await until('a shard is there', async () => (await ask(server, `/v1/jobs/${id}`)).json.images.done > 1);
    await close();
    const shards = (await readdir(folder)).find((name) => !name.includes('job'))!;
    const before = (await readdir(join(folder, shards))).filter((name) => name.endsWith('.json'));
    expect(before.length).toBeLessThan(6);
    const stamps = await Promise.all(before.map((name) => readFile(join(folder, shards, name), 'utf8')));

    const next = await serve(folder, model);
    const done = await untilStatus(next.server, id, 'completed');
    expect(done.images).toEqual({ total: 6, done: 6 });
    expect(await Promise.all(before.map((name) => readFile(join(folder, shards, name), 'utf8')))).toEqual(stamps);
    expect((await next.server.app.inject('/metrics')).body).toContain(
      `onnoise_images_total{model="tiny"} ${6 - before.length}`,
    );
  });

  it('that is ordered while the server stops is kept for the next', { tags: 'long' }, async () => {
    const [folder, model] = await Promise.all([temporaryFolder(), tinyArtefact()]);
    let jobs!: Jobs;
    const open = keepJobs({ folder, createRunner: (host) => runHere(host, folder) });
    const server = await createServer({
      models: { tiny: model },
      device: 'cpu',
      jobs: async (host) => {
        jobs = await open(host);
        return jobs;
      },
    });
    const keep = jobs.take(server.models[0]!, { count: 2, seed: 0, steps: 2 }, compileSampler);
    await server.close();
    const { id, status } = await keep('late');
    expect([status, jobs.find(id)?.status]).toEqual(['queued', 'queued']);
    const next = await serve(folder, model);
    await untilStatus(next.server, id, 'completed');
  });

  it('waits for requests, which do not wait for it', { tags: 'long' }, async () => {
    const { server } = await start({ maxSteps: 100_000 }, { T: 100_000 });
    const { id } = (await order(server, { n: 64, shard: 64, steps: 5000, sampler: 'ddim' })).json;
    await untilStatus(server, id, 'running');
    expect((await ask(server, IMAGES, { body: { n: 8, steps: 200, sampler: 'ddim' } })).status).toBe(200);
    expect((await ask(server, `/v1/jobs/${id}`)).json.status).toBe('running');
    expect((await ask(server, `/v1/jobs/${id}/cancel`, { body: {} })).json.status).toBe('cancelled');
  });

  it('is cancelled, keeps what it has made, and is gone with it when it is removed', { tags: 'long' }, async () => {
    const { server, folder } = await start({}, { T: 100_000 });
    const { id } = (await order(server, { n: 50, seed: 0, shard: 1, steps: 500, sampler: 'ddim' })).json;
    await until('a shard is there', async () => (await ask(server, `/v1/jobs/${id}`)).json.images.done > 0);
    const cancelled = (await ask(server, `/v1/jobs/${id}/cancel`, { body: {} })).json;
    expect(cancelled.status).toBe('cancelled');
    expect(cancelled.ended).toBeGreaterThan(0);
    const [made] = (await readdir(folder)).filter((name) => !name.startsWith('job-'));
    const tars = made === undefined ? [] : (await readdir(join(folder, made))).filter((name) => name.endsWith('.tar'));
    expect(cancelled.images).toEqual({ total: 50, done: tars.length });
    const early = await ask(server, `/v1/jobs/${id}/pictures`);
    expect(early.status).toBe(409);
    expect(early.json.error.message).toBe('Cannot give the pictures: the job must be completed, it is cancelled.');
    expect((await ask(server, `/v1/jobs/${id}/cancel`, { body: {} })).json).toEqual(cancelled);
    // Another order of the same first picture has its file, too.
    const other = (await order(server, { n: 1, seed: 0, shard: 1, steps: 500, sampler: 'ddim' })).json.id;
    await untilStatus(server, other, 'completed');
    expect((await remove(server, id)).json()).toEqual({ id, deleted: true });
    expect((await ask(server, `/v1/jobs/${id}`)).status).toBe(404);
    expect((await ask(server, `/v1/jobs/${other}/pictures`)).status).toBe(200);
    const shards = (await readdir(folder)).find((name) => !name.includes('job'))!;
    expect((await readdir(join(folder, shards))).length).toBe(2);
    await remove(server, other);
    expect(await readdir(join(folder, shards))).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('job-'))).toEqual([]);
  });

  it('belongs to the key that ordered it', { tags: 'long' }, async () => {
    const { server } = await start({ apiKeys: [{ key: KEYS[0]!, name: 'one', maxJobImages: 5 }, KEYS[1]!] });
    const [one = {}, two = {}] = KEYS.map((key) => ({ authorization: `Bearer ${key}` }));
    const many = await order(server, { n: 6 }, one);
    expect(many.status).toBe(400);
    expect(many.json.error).toMatchObject({
      param: 'n',
      message: 'Cannot sample images: n must be at most 5 with this key, received 6.',
    });
    const { id } = (await order(server, { n: 5, steps: 2 }, one)).json;
    const seen = async (headers: Record<string, string>) =>
      (await ask(server, '/v1/jobs', { headers })).json.data.map((job: { id: string }) => job.id);
    expect(await seen(one)).toEqual([id]);
    expect(await seen(two)).toEqual([]);
    for (const url of [`/v1/jobs/${id}`, `/v1/jobs/${id}/manifest`, `/v1/jobs/${id}/pictures`]) {
      const answer = await ask(server, url, { headers: two });
      expect(answer.status).toBe(404);
      expect(answer.json.error.code).toBe('job_not_found');
    }
    expect((await remove(server, id, two)).statusCode).toBe(404);
    expect((await remove(server, id)).statusCode).toBe(401);
    expect((await remove(server, id, one)).statusCode).toBe(200);
  });

  it('fails in a sentence where its model is another by then, and where the disk does not take it', {
    tags: 'long',
  }, async () => {
    const { server, model, folder } = await start({}, { T: 100_000 });
    const { id } = (await order(server, { n: 50, shard: 1, steps: 500, sampler: 'ddim' })).json;
    await untilStatus(server, id, 'running');
    await rm(model, { recursive: true });
    await cp(await tinyArtefact({ T: 50_000 }), model, { recursive: true });
    await server.reload();
    expect((await untilStatus(server, id, 'failed')).error).toBe(
      'Cannot go on with the job: its model, tiny, is another than it was when the job was ordered.',
    );
    const shards = (await order(server, { n: 1, steps: 2 })).json;
    await untilStatus(server, shards.id, 'completed');
    const blocked = (await readdir(folder)).filter((name) => !name.startsWith('job-'));
    for (const name of blocked) await rm(join(folder, name), { recursive: true });
    for (const name of blocked) await writeFile(join(folder, name), 'no folder');
    const { error } = await untilStatus(server, (await order(server, { n: 2, steps: 2 })).json.id, 'failed');
    expect(error).toMatch(/^Cannot write .*\.$/);
    const gone = await ask(server, `/v1/jobs/${shards.id}/pictures`);
    expect(gone.status).toBe(410);
    expect(gone.json.error.code).toBe('pictures_gone');
  });

  it('is refused where the disk has no room for it, and where a client keeps a hundred', { tags: 'long' }, async () => {
    const { server, folder } = await start({ maxJobImages: 1e9, rate: 0 }, { shape: [1, 64, 64] });
    const huge = await order(server, { n: 1e9, steps: 2 });
    expect([huge.status, huge.json.error.code]).toEqual([507, 'no_room']);
    expect(huge.json.error.message).toMatch(/^Cannot keep the job: .*space/);
    expect(await readdir(folder)).toEqual([]);
    for (let seed = 0; seed < 100; seed++) expect((await order(server, { n: 1, steps: 1, seed })).status).toBe(202);
    const late = await order(server, { n: 1, steps: 1 });
    expect([late.status, late.json.error.code]).toEqual([429, 'too_many_jobs']);
    const [first] = (await ask(server, '/v1/jobs')).json.data;
    await remove(server, first.id);
    expect((await order(server, { n: 1, steps: 1 })).status).toBe(202);
  });
});

describe('an order that is wrong', () => {
  let jobsFolder: string;
  const server = useServer(async (own) => {
    jobsFolder = join(own, 'jobs');
    await mkdir(jobsFolder);
    const model = await tinyArtefact({}, { out: join(own, 'tiny') });
    const jobs = keepJobs({ folder: jobsFolder, createRunner: (host) => runHere(host, jobsFolder) });
    return { models: { tiny: model }, device: 'cpu', jobs, maxJobImages: 200, maxSteps: 1000 };
  });

  it.each([
    [{}, 'n', 'n must be given'],
    [{ n: 0 }, 'n', 'n must be'],
    [{ n: 201 }, 'n', 'n must be'],
    [{ n: 2, shard: 5000 }, 'shard', 'shard must be'],
    [{ n: 2, seed: Number.MAX_SAFE_INTEGER }, 'seed', 'seed must be at most 9007199254740990 for 2 pictures'],
    [{ n: 2, steps: 5000 }, 'steps', 'steps must be'],
    [{ n: 2, label: 3 }, 'label', 'left out, this model is not conditional on a class'],
    [{ n: 2, condition: { age: 1 } }, 'condition', 'age'],
    [{ n: 2, guidance: 3 }, 'guidance', 'guidance must be'],
    [{ n: 2, stream: true }, 'stream', 'stream'],
  ])('is refused at once: %j', async (body, param, words) => {
    const answer = await order(server(), body);
    expect(answer.status).toBe(400);
    expect(answer.json.error.param).toBe(param);
    expect(answer.json.error.message).toContain(words);
    expect(await readdir(jobsFolder)).toEqual([]);
  });
});

it('jobs that cannot be read are told, and left alone', { tags: 'long' }, async () => {
  const folder = await temporaryFolder();
  for (const [id, text] of [
    ['job-'.padEnd(28, 'a'), 'half a fi'],
    ['job-'.padEnd(28, 'b'), '{"format":1,"id":"x","status":"lost"}'],
  ] as const) {
    await mkdir(join(folder, id));
    await writeFile(join(folder, id, 'job.json'), text);
  }
  const { server, lines } = await serve(folder, await tinyArtefact());
  expect((await ask(server, '/v1/jobs')).json.data).toEqual([]);
  expect(lines.length).toBe(2);
  for (const line of lines) expect(line).toMatch(/^The job in .*job-\w+ is left alone, since it cannot be read: /);
  expect((await readdir(folder)).length).toBe(2);
});

it('a server without jobs says how to have them', { tags: 'long' }, async () => {
  const server = await createServer({ models: { tiny: await tinyArtefact() }, device: 'cpu' });
  onTestFinished(() => server.close());
  for (const answer of [
    await order(server, { n: 2 }),
    await ask(server, '/v1/jobs'),
    await ask(server, '/v1/jobs/x'),
  ]) {
    expect(answer.status).toBe(404);
    expect(answer.json.error.message).toBe('This server keeps no jobs: it must be started with --jobs <folder>.');
  }
});
