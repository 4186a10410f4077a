/** Jobs of models that are told masks or pictures, and of those that draw masks. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepJobs } from '#pipeline/jobs/keep-jobs.ts';
import { runHere } from '#pipeline/jobs/run-here.ts';
import { loadModel, png } from '#runtime-node/index.ts';
import { labelsOfPng } from '#scheduler/model/index.ts';
import { createServer, type Server } from '#server/index.ts';
import { until } from '#test/load/until.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture } from '#test/pictures/images.ts';
import { ask } from '#test/server.ts';

const SHAPE = [1, 4, 6] as const;
const PLANE = 24;
const HAND = { classes: ['background', 'bone', 'skin'], values: [0, 7, 255] };
const TOLD: TinyOptions = { shape: SHAPE, conditionImage: HAND };
const MASKS = [0, 1, 2].map((k) => Uint8Array.from({ length: PLANE }, (_, i) => (i + k) % 3));
const base64 = async (mask: Uint8Array) =>
  (await grayPicture(6, 4, (x, y) => HAND.values[mask[6 * y + x]!]!).toBuffer()).toString('base64');

/** @param takesTold whether the server makes the jobs itself */
async function serve(folder: string, model: string, takesTold = true): Promise<Server> {
  const jobs = keepJobs({ folder, createRunner: (host) => ({ ...runHere(host, folder), takesTold }) });
  const server = await createServer({ models: { tiny: model }, device: 'cpu', jobs });
  onTestFinished(() => server.close());
  return server;
}

async function start(tiny: TinyOptions, takesTold?: boolean) {
  const [folder, model] = await Promise.all([temporaryFolder(), tinyArtefact(tiny)]);
  return { folder, model, server: await serve(folder, model, takesTold) };
}

const order = (server: Server, body: object) => ask(server, '/v1/jobs', { body });

async function over(server: Server, id: string) {
  let job = (await ask(server, `/v1/jobs/${id}`)).json;
  await until('the job is over', async () => {
    job = (await ask(server, `/v1/jobs/${id}`)).json;
    return job.ended !== null;
  });
  return job;
}

/** The files of a job's tar, by name. */
async function filesOf(server: Server, id: string): Promise<Map<string, Buffer>> {
  const out = await temporaryFolder();
  await writeFile(join(out, 'all.tar'), (await ask(server, `/v1/jobs/${id}/pictures`)).body);
  execFileSync('tar', ['xf', 'all.tar'], { cwd: out });
  await rm(join(out, 'all.tar'));
  const names = (await readdir(out)).sort();
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(out, name))] as const)));
}

describe('a job of a model that is told masks', () => {
  it('makes the pictures of the masks in turn, over all its shards', async () => {
    const { server, model } = await start(TOLD);
    const settings = { seed: 3, steps: 3, sampler: 'ddim' } as const;
    const masks = await Promise.all(MASKS.map(base64));
    const answer = await order(server, { n: 8, shard: 3, masks, ...settings });
    expect(answer.status).toBe(202);
    expect(answer.json.settings.told).toEqual(MASKS.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)));
    const { status, error } = await over(server, answer.json.id);
    expect([status, error]).toEqual(['completed', null]);
    const files = await filesOf(server, answer.json.id);
    const sampled = await loadModel(model, { device: 'cpu' });
    onTestFinished(() => sampled.dispose());
    const { images } = await sampled.sample({
      count: 8,
      conditionImages: Uint8Array.from(MASKS.flatMap((mask) => [...mask])),
      ...settings,
    });
    expect(files.size).toBe(8);
    for (let i = 0; i < 8; i++) {
      const expected = await png(images.subarray(i * PLANE, (i + 1) * PLANE), SHAPE);
      expect(files.get(`${String(3 + i).padStart(9, '0')}.png`), `${i}`).toEqual(expected);
    }
  });

  it('shares shards with one of the same masks, and not with one of others', { tags: 'long' }, async () => {
    const { server, folder } = await start(TOLD);
    const [one, other] = await Promise.all(MASKS.map(base64));
    const shards = async () => {
      const [own] = (await readdir(folder)).filter((name) => !name.startsWith('job-'));
      return (await readdir(join(folder, own!))).filter((name) => name.endsWith('.tar')).length;
    };
    const make = async (masks: string[]) =>
      over(server, (await order(server, { n: 2, seed: 0, steps: 1, masks })).json.id);
    await make([one!]);
    expect(await shards()).toBe(1);
    await make([one!]);
    expect(await shards()).toBe(1);
    await make([other!]);
    expect(await shards()).toBe(2);
  });

  it('outlives its server, and fails in a sentence where its masks are gone', { tags: 'long' }, async () => {
    const { server, folder, model } = await start({ ...TOLD, T: 100_000 });
    const body = { n: 6, shard: 1, steps: 400, sampler: 'ddim', masks: await Promise.all(MASKS.map(base64)) };
    const { id } = (await order(server, body)).json;
    const lost = (await order(server, { ...body, seed: 900, n: 50 })).json.id;
    await until('a shard is there', async () => (await ask(server, `/v1/jobs/${id}`)).json.images.done > 0);
    await server.close();
    await rm(join(folder, lost, 'told'), { recursive: true });
    const next = await serve(folder, model);
    expect(await over(next, id)).toMatchObject({ status: 'completed', images: { total: 6, done: 6 } });
    const { status, error } = await over(next, lost);
    expect([status, error]).toEqual([
      'failed',
      expect.stringMatching(/^Cannot go on with the job: what its network is told, .*\/told\/[0-9a-f]{64}, is gone\.$/),
    ]);
  });

  it('is refused in a sentence and leaves nothing', { tags: 'long' }, async () => {
    const { server, folder } = await start(TOLD);
    const masks = await Promise.all(MASKS.map(base64));
    for (const [body, param, message] of [
      [{}, 'masks', 'this model needs a mask for each image, received none.'],
      [{ masks }, 'masks', 'the masks must be at most as many as images, received 3 for 2.'],
      [{ masks: ['x'] }, 'masks', 'masks must be a file in base64, or a data URL with one, received "x".'],
      [{ condition_images: masks[0] }, 'condition_images', 'condition_images must be left out, this model takes masks'],
    ] as const) {
      const { status, json } = await order(server, { n: 2, steps: 1, ...body });
      expect([status, json.error.param]).toEqual([400, param]);
      expect(json.error.message).toContain(message);
    }
    expect(await readdir(folder)).toEqual([]);
    const elsewhere = await start(TOLD, false);
    const { status, json } = await order(elsewhere.server, { n: 2, masks: masks[0] });
    expect([status, json.error.param]).toEqual([400, 'masks']);
    expect(json.error.message).toMatch(/^Cannot generate images: workers make the jobs of this server, and .*\.$/);
  });
});

it('a job of a model that is told pictures makes those that the library makes', { tags: 'long' }, async () => {
  const { server, model } = await start({ shape: SHAPE, conditionImage: { channels: 1 } });
  const picture = (await grayPicture(6, 4, (x, y) => 10 * (x + 6 * y)).toBuffer()).toString('base64');
  const { id } = (await order(server, { n: 1, seed: 4, steps: 2, condition_images: picture })).json;
  expect((await over(server, id)).error).toBe(null);
  const sampled = await loadModel(model, { device: 'cpu' });
  onTestFinished(() => sampled.dispose());
  const conditionImages = Float32Array.from({ length: PLANE }, (_, i) => (10 * i) / 127.5 - 1);
  const { images } = await sampled.sample({ seed: 4, steps: 2, conditionImages });
  expect((await filesOf(server, id)).get('000000004.png')).toEqual(await png(images, SHAPE));
});

it('a job of a model that draws masks has them beside its pictures', { tags: 'long' }, async () => {
  const { server, model } = await start({ shape: [1 + 3, 4, 6], maskOutput: HAND });
  const { id } = (await order(server, { n: 2, seed: 0, steps: 4 })).json;
  expect((await over(server, id)).error).toBe(null);
  const files = await filesOf(server, id);
  expect([...files.keys()]).toEqual(
    ['000000000', '000000001'].flatMap((name) => [`${name}.confidence.png`, `${name}.mask.png`, `${name}.png`]),
  );
  const sampled = await loadModel(model, { device: 'cpu' });
  onTestFinished(() => sampled.dispose());
  const { images, masks } = await sampled.sample({ count: 2, steps: 4 });
  expect(files.get('000000001.png')).toEqual(await png(images.subarray(PLANE), SHAPE));
  const { labels } = await labelsOfPng(files.get('000000001.mask.png')!, PLANE);
  expect([...labels]).toEqual(Array.from(masks!.subarray(PLANE), (k) => HAND.values[k]));
});
