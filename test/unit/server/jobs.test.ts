/** Jobs that a server makes itself: as clients see them, and on the disk. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel, png } from '@onnoise/runtime-node';
import { compileSampler } from '@onnoise/scheduler';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runHere } from '#pipeline/jobs/run-here.ts';
import type { JobRun } from '#pipeline/jobs/runner.ts';
import { createServer, type Jobs, type Server } from '#server/index.ts';
import { eachLong } from '#test/each-long.ts';
import { order, serve, start, untilStatus } from '#test/load/server-jobs.ts';
import { until } from '#test/load/until.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture } from '#test/pictures/images.ts';
import { ask, IMAGES } from '#test/server.ts';

const remove = (server: Server, id: string, headers = {}) =>
  server.app.inject({ method: 'DELETE', url: `/v1/jobs/${id}`, headers });

const SHAPE = [1, 4, 6] as const;
const PLANE = 24;
const HAND = { classes: ['background', 'bone', 'skin'], values: [0, 7, 255] };
const TOLD: TinyOptions = { shape: SHAPE, conditionImage: HAND };
const MASKS = [0, 1, 2].map((k) => Uint8Array.from({ length: PLANE }, (_, i) => (i + k) % 3));
const masks = await Promise.all(
  MASKS.map(async (mask) =>
    (await grayPicture(6, 4, (x, y) => HAND.values[mask[6 * y + x]!]!).toBuffer()).toString('base64'),
  ),
);

const WRONG: readonly [object, string, string][] = [
  [{}, 'n', 'n must be given'],
  [{ n: 0 }, 'n', 'n must be'],
  [{ n: 2, shard: 5000, masks: masks[0] }, 'shard', 'shard must be'],
  [
    { n: 2, seed: Number.MAX_SAFE_INTEGER, masks: masks[0] },
    'seed',
    'seed must be at most 9007199254740990 for 2 pictures',
  ],
  [{ n: 2 }, 'masks', 'this model needs a mask for each image, received none.'],
  [{ n: 2, masks: ['x'] }, 'masks', 'masks must be a file in base64, or a data URL with one, received "x".'],
  [{ n: 2, masks: masks[0] }, 'masks', 'Cannot generate images: workers make the jobs of this server, and'],
];

/** The files of a job's tar as tar reads them, by name. */
async function filesOf(body: Buffer): Promise<Map<string, Buffer>> {
  const out = await temporaryFolder();
  execFileSync('tar', ['x', '-C', out], { input: body });
  const names = (await readdir(out)).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(out, name))] as const)));
}

describe('a job', () => {
  const conditionImages = Uint8Array.from(MASKS.flatMap((mask) => [...mask]));
  const ORDERS: readonly { what: string; tiny: TinyOptions; body?: object; options?: object }[] = [
    { what: 'of masks in turn', tiny: TOLD, body: { masks }, options: { conditionImages } },
    { what: 'of a model', tiny: { shape: SHAPE } },
    { what: 'of a model that draws masks', tiny: { shape: [1 + 3, 4, 6], maskOutput: HAND } },
  ];
  eachLong(ORDERS, '$what makes the pictures that were ordered over all shards, as one tar', async (row) => {
    const { tiny, body = {}, options = {} } = row;
    const { server, model, folder } = await start({ maxSteps: 50 }, tiny);
    const settings = { seed: 40, steps: 3, sampler: 'ddim' } as const;
    const answer = await order(server, { n: 10, shard: 4, ...settings, ...body });
    const { id } = answer.json;
    expect([answer.status, answer.headers.location]).toEqual([202, `/v1/jobs/${id}`]);
    expect(answer.json).toMatchObject({ object: 'job', model: 'tiny', images: { total: 10, done: 0 }, ended: null });
    const done = await untilStatus(server, id, 'completed', 'failed');
    expect(done).toMatchObject({ status: 'completed', images: { total: 10, done: 10 }, error: null });
    expect(done.settings).toMatchObject({ shard: 4, ...settings });
    if ('masks' in body) expect(done.settings.told).toEqual(MASKS.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));

    const { headers, body: tar } = await ask(server, `/v1/jobs/${id}/pictures`);
    expect([headers['content-type'], Number(headers['content-length'])]).toEqual(['application/x-tar', tar.length]);
    const files = await filesOf(tar);
    const sampled = await loadModel(model, { device: 'cpu' });
    onTestFinished(() => sampled.dispose());
    const made = await sampled.sample({ count: 10, ...settings, ...options });
    for (let i = 0; i < 10; i++) {
      const own = made.images.subarray(i * PLANE, (i + 1) * PLANE);
      expect(files.get(`0000000${40 + i}.png`), `${i}`).toEqual(await png(own, SHAPE));
    }
    expect(files.size).toBe(made.masks ? 30 : 10); // a mask and a confidence beside each

    const manifest = (await ask(server, `/v1/jobs/${id}/manifest`)).json;
    expect(manifest.total).toMatchObject({ images: 10, shards: 3 });
    expect(manifest.model).toEqual({ name: 'tiny', hash: done.model_hash.slice('sha256:'.length) });
    for (const { file, sha256 } of manifest.shards) {
      const bytes = await readFile(join(folder, file));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const metrics = (await ask(server, '/metrics')).body.toString();
    expect(metrics).toContain('onnoise_jobs{status="completed"} 1');
    expect(metrics).not.toContain('onnoise_job_queue_up');
    expect(metrics).toContain('onnoise_images_total{model="tiny"} 10');
  });

  it('goes on with the next server, makes again no shard that is there, and fails where its masks are gone', {
    tags: 'long',
  }, async () => {
    const { server, close, folder, model } = await start({}, { ...TOLD, T: 100_000 });
    const body = { n: 6, seed: 0, shard: 1, steps: 500, sampler: 'ddim', masks };
    const { id } = (await order(server, body)).json;
    const lost = (await order(server, { ...body, seed: 900, n: 50 })).json.id;
    await until('a shard is there', async () => (await ask(server, `/v1/jobs/${id}`)).json.images.done > 1);
    await close();
    const shards = join(folder, (await readdir(folder)).find((name) => !name.includes('job'))!);
    const stamps = async () => Promise.all(before.map((name) => readFile(join(shards, name), 'utf8')));
    const before = (await readdir(shards)).filter((name) => name.endsWith('.json'));
    const kept = await stamps();
    await rm(join(folder, lost, 'told'), { recursive: true });

    const next = await serve(folder, model);
    expect((await untilStatus(next.server, id, 'completed')).images).toEqual({ total: 6, done: 6 });
    expect(await stamps()).toEqual(kept);
    expect((await untilStatus(next.server, lost, 'failed')).error).toMatch(
      /^Cannot go on with the job: what its network is told, .*\/told\/[0-9a-f]{64}, is gone\.$/,
    );
    const own = before.filter((name) => !name.includes('900')).length;
    expect((await next.server.app.inject('/metrics')).body).toContain(`onnoise_images_total{model="tiny"} ${6 - own}`);
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

  eachLong(
    [
      { made: 'before this server was there', tell: ({ onDone }: JobRun) => onDone(1) },
      { made: 'by workers', tell: ({ onDone }: JobRun) => [0, 1].forEach(onDone) },
      { made: 'here', tell: ({ onBegin, onDone }: JobRun) => [onBegin(), onDone(0), onDone(1)] },
    ],
    'that has pictures is not queued, made $made, and its queue is watched',
    async ({ tell }) => {
      const [folder, model] = await Promise.all([temporaryFolder(), tinyArtefact()]);
      let up = true;
      const none = async () => {};
      const run = async (job: JobRun) => {
        tell(job);
        await once(job.signal, 'abort');
        job.signal.throwIfAborted();
      };
      const runner = { takesTold: false, queueUp: () => up, run, requireSpace: none, withdraw: none, forget: none };
      const jobs = keepJobs({ folder, createRunner: () => runner });
      const server = await createServer({ models: { tiny: model }, device: 'cpu', jobs });
      onTestFinished(() => server.close());
      const { id } = (await order(server, { n: 2 })).json;
      expect((await ask(server, `/v1/jobs/${id}`)).json).toMatchObject({ status: 'running', images: { done: 1 } });
      for (up of [true, false]) {
        expect((await ask(server, '/metrics')).body.toString()).toContain(`\nonnoise_job_queue_up ${Number(up)}\n`);
      }
    },
  );

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

  it("stays its key's own, whichever lines of the file of keys come and go", { tags: 'long' }, async () => {
    const file = join(await temporaryFolder(), 'keys');
    const keys: [string, string, string] = [
      'the-first-key-of-three',
      'the-second-key-of-three',
      'the-third-key-of-three',
    ];
    const write = (lines: readonly string[]) => writeFile(file, lines.join('\n'));
    await write(keys.with(0, `${keys[0]} max-job-images=5`));
    const { server, folder, model, close } = await start({ apiKeyFile: file });
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    const [a, b, c] = keys;
    const many = await order(server, { n: 6 }, bearer(a));
    expect([many.status, many.json.error.param, many.json.error.message]).toEqual([
      400,
      'n',
      'Cannot sample images: n must be at most 5 with this key, received 6.',
    ]);
    const own = new Map<string, string>();
    for (const key of keys) own.set(key, (await order(server, { n: 1, steps: 1 }, bearer(key))).json.id);
    const id = own.get(a)!;
    for (const url of ['', '/manifest', '/pictures'].map((part) => `/v1/jobs/${id}${part}`)) {
      const { status, json } = await ask(server, url, { headers: bearer(b) });
      expect([status, json.error.code]).toEqual([404, 'job_not_found']);
    }
    expect((await remove(server, id, bearer(b))).statusCode).toBe(404);
    expect((await remove(server, id)).statusCode).toBe(401);
    const seen = async (by: Server, key: string) =>
      (await ask(by, '/v1/jobs', { headers: bearer(key) })).json.data.map(({ id }: { id: string }) => id);
    for (const lines of [[b, c], [c, a], [c, b, a], [b], [a, c, b]]) {
      await write(lines);
      await server.reload();
      for (const key of lines) expect(await seen(server, key)).toEqual([own.get(key)]);
    }
    await close();

    // Once a key was called by its line.
    const path = join(folder, id, 'job.json');
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), client: 'key 1' }));
    const next = await serve(folder, model, { apiKeyFile: file });
    const all = await Promise.all(keys.map((key) => seen(next.server, key)));
    expect(all).toEqual([[], [own.get(b)], [own.get(c)]]);
    expect((await remove(next.server, own.get(b)!, bearer(b))).statusCode).toBe(200);
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

it('an order that is wrong is refused at once', async () => {
  const folder = await temporaryFolder();
  const createRunner = (host: Parameters<typeof runHere>[0]) => ({ ...runHere(host, folder), takesTold: false });
  const { server } = await start({ jobs: keepJobs({ folder, createRunner }) }, TOLD);
  for (const [body, param, words] of WRONG) {
    const { status, json } = await order(server, body);
    expect([status, json.error.param, json.error.message]).toEqual([400, param, expect.stringContaining(words)]);
  }
  expect(await readdir(folder)).toEqual([]);
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
