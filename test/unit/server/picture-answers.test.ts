/** The forms of pictures in answers: formats, sheets, streams, sizes, addresses, and what `Accept` asks for. */
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel, sheet } from '#runtime-node/index.ts';
import { parseSchedulerConfig } from '#scheduler/index.ts';
import { createKeptPictures } from '#server/pictures/kept-pictures.ts';
import { expectClose } from '#test/compare.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const COSINE = parseSchedulerConfig({ beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'trailing' });
let folder: string;
const server = useServer(async (temporary) => {
  folder = temporary;
  return {
    models: {
      rgb: await tinyArtefact({ shape: [3, 6, 8], T: 1000 }, { out: join(temporary, 'rgb'), schedulerConfig: COSINE }),
      latents: await latentModel(temporary),
    },
    device: 'cpu',
    resize: true,
  };
});
const plain = useServer(async (folder) => ({
  models: { tiny: await tinyArtefact({}, { out: join(folder, 'tiny') }) },
  device: 'cpu',
}));

const generate = (body: object, headers: Record<string, string> = {}) =>
  ask(server(), IMAGES, { body: { model: 'rgb', seed: 1, steps: 2, ...body }, headers });
const bytesOf = ({ json }: Awaited<ReturnType<typeof generate>>, i = 0) => Buffer.from(json.data[i].b64_json, 'base64');
const pixels = async (picture: Buffer) => [...(await sharp(picture).removeAlpha().raw().toBuffer())];

describe('the format of a picture', () => {
  it('is PNG, or what output_format says, with the same pixels, in events too', async () => {
    const png = await pixels(bytesOf(await generate({})));
    for (const [{ output_format, ...more }, absolute] of [
      [{ output_format: 'webp' }, 0],
      [{ output_format: 'jpeg', output_compression: 100 }, 12],
    ] as const) {
      const answer = await generate({ output_format, ...more });
      expect(answer.json.output_format).toBe(output_format);
      expect((await sharp(bytesOf(answer)).metadata()).format).toBe(output_format);
      expectClose(await pixels(bytesOf(answer)), png, { absolute });
    }
    const { body } = await generate({ stream: true, output_format: 'webp', partial_images: 1, steps: 4 });
    for (const { data } of eventsOf(body)) {
      expect(data.output_format).toBe('webp');
      expect((await sharp(Buffer.from(data.b64_json as string, 'base64')).metadata()).format).toBe('webp');
    }
  });

  it.each([
    ['image/webp', 'image/webp'],
    ['image/png;q=0.5, image/jpeg', 'image/jpeg'],
    ['image/png, application/json;q=0.1', 'image/png'],
    ['image/png;q=0.4, application/json;q=0.6', 'application/json'],
    ['application/json, image/png', 'application/json'],
    ['image/*', 'image/png'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
  ])('is by Accept: %s the type %s', async (accept, type) => {
    const { headers, body } = await generate({}, { accept });
    expect(headers['content-type']).toMatch(type);
    if (!type.startsWith('image/')) return;
    expect(headers).toMatchObject({ 'x-seed': '1', 'cache-control': 'no-store' });
    expect(await sharp(body).metadata()).toMatchObject({ format: type.slice(6), width: 8, height: 6 });
  });

  it('is a sheet of several by Accept', async () => {
    const { body } = await generate({ n: 4 }, { accept: 'image/png' });
    const model = await loadModel(join(folder, 'rgb'), { device: 'cpu' });
    const { images, shape } = await model.sample({ count: 4, seed: 1, steps: 2 });
    await model.dispose();
    expect(body).toEqual(await sheet(images, shape));
  });
});

describe('a stream', () => {
  it('has pictures as they form, each event in its order', async () => {
    const { status, headers, body } = await generate({ n: 2, steps: 9, stream: true, partial_images: 2 });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const whole = await generate({ n: 2, steps: 9 });
    for (const index of [0, 1]) {
      const own = eventsOf(body).filter(({ data }) => data.index === index);
      expect(own.map(({ event, data }) => [event, data.partial_image_index, data.step])).toEqual([
        ['image_generation.partial_image', 0, 3],
        ['image_generation.partial_image', 1, 6],
        ['image_generation.completed', undefined, undefined],
      ]);
      expect(own[2]!.data.b64_json).toBe(whole.json.data[index].b64_json);
    }
  });

  it('shows latents decoded on their way', async () => {
    const { body } = await generate({ model: 'latents', steps: 4, stream: true, partial_images: 2 });
    const files = eventsOf(body).map(({ data }) => Buffer.from(data.b64_json as string, 'base64'));
    const sides = await Promise.all(files.map(async (file) => (await sharp(file).metadata()).width));
    expect(sides).toEqual([16, 16, 16]);
  });
});

describe('the size of a picture', () => {
  it('is what is asked of a server that scales', async () => {
    const { json } = await generate({ size: '64x32' });
    expect(json.size).toBe('64x32');
    const scaled = await pixels(Buffer.from(json.data[0].b64_json, 'base64'));
    const own = bytesOf(await generate({ size: '8x6' }));
    expect(own).toEqual(bytesOf(await generate({})));
    const by = await sharp(own).resize(64, 32, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer();
    expectClose(scaled, by, { absolute: 1 });
  });

  it('is the model’s of another server, which says so', async () => {
    const { status, json } = await ask(plain(), IMAGES, { body: { size: '512x512' } });
    expect([status, json.error.message]).toEqual([
      400,
      'Cannot sample images: size must be 4x4, the model\'s, or auto (a server with --resize scales pictures), received "512x512".',
    ]);
  });
});

describe('a picture by its address', () => {
  it('is the picture, for whoever has the address', async () => {
    const asked = { n: 2, output_format: 'webp' };
    const { json } = await generate({ ...asked, response_format: 'url' }, { host: 'localhost:1234' });
    const inline = await generate(asked);
    for (const [i, { url, seed }] of json.data.entries()) {
      expect(url).toMatch(/^http:\/\/localhost:1234\/v1\/images\/files\/[\da-f]{32}$/);
      const { status, body, headers } = await ask(server(), new URL(url).pathname);
      expect([status, headers['content-type'], seed]).toEqual([200, 'image/webp', 1 + i]);
      expect(body).toEqual(bytesOf(inline, i));
    }
    expect((await ask(server(), `/v1/images/files/${'0'.repeat(32)}`)).status).toBe(404);
  });

  const of = (megabytes: number) => ({ bytes: Buffer.alloc(megabytes * 1e6), type: 'image/png' });

  it('is forgotten after an hour, or sooner where many are kept', () => {
    let now = 0;
    const kept = createKeptPictures(() => now);
    const names = [...kept.keep([of(30)]), ...kept.keep([of(30)])];
    now = 1000;
    names.push(...kept.keep([of(30)]));
    const found = () => names.map((name) => kept.find(name) !== undefined);
    expect(found()).toEqual([false, true, true]);
    now = 3_600_000;
    expect(found()).toEqual([false, false, true]);
  });

  it('is not forgotten for another of the same answer, which may be larger than all that is kept', () => {
    const kept = createKeptPictures();
    const names = kept.keep([of(30), of(30), of(30)]);
    const found = () => names.map((name) => kept.find(name) !== undefined);
    expect(found()).toEqual([true, true, true]);
    kept.keep([of(30)]);
    expect(found()).toEqual([false, false, true]);
  });
});

describe('what an answer says of itself', () => {
  it('has how long its parts took, in the body, the header and the events', async () => {
    const began = performance.now();
    const { json, headers } = await generate({ n: 3, steps: 20 });
    const passed = (performance.now() - began) / 1000;
    const { queue, steps, encoding } = json.timings;
    for (const part of [queue, steps, encoding]) expect(part).toBeGreaterThanOrEqual(0);
    expect(steps).toBeGreaterThan(0);
    expect(queue + steps + encoding).toBeLessThanOrEqual(passed + 0.001);
    expect(headers['server-timing']).toMatch(/^queue;dur=[\d.]+, steps;dur=[\d.]+, encoding;dur=[\d.]+$/);
    const events = eventsOf((await generate({ stream: true })).body);
    expect(events.at(-1)!.data.timings).toEqual({ queue: expect.any(Number), steps: expect.any(Number) });
  });

  it('has in each form the note that a sampler leaves noise', async () => {
    const heun = { steps: 4, sampler: 'heun' };
    const note = expect.stringMatching(/^The first step is too long for heun and leaves noise: .* exponential /);
    expect((await generate(heun)).json.note).toEqual(note);
    expect((await generate(heun, { accept: 'image/png' })).headers['x-note']).toEqual(note);
    expect(eventsOf((await generate({ ...heun, stream: true })).body).at(-1)?.data.note).toEqual(note);
    const fine = await generate({ ...heun, spacing: 'exponential' });
    expect([fine.status, fine.json.note]).toEqual([200, undefined]);
  });

  it('has what clients of OpenAI read', async () => {
    const body = { quality: 'hd', background: 'auto', moderation: 'low', style: 'vivid', user: 'someone' };
    const { json } = await generate(body);
    expect(json).toMatchObject({
      model: 'rgb',
      background: 'opaque',
      quality: 'auto',
      output_format: 'png',
      size: '8x6',
    });
    expect(json.usage).toMatchObject({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
  });
});
