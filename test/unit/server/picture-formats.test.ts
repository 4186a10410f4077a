/** The forms of pictures in answers: formats, sizes, addresses, and what `Accept` asks for. */
import { sheet } from '@onnoise/runtime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createKeptPictures } from '#server/pictures/kept-pictures.ts';
import { expectClose } from '#test/compare.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const server = useServer(async (folder) => ({
  models: {
    gray: await tinyArtefact({ shape: [1, 8, 8] }, { out: `${folder}/gray` }),
    rgb: await tinyArtefact({ shape: [3, 6, 8] }, { out: `${folder}/rgb` }),
  },
  device: 'cpu',
  resize: true,
}));
const plain = useServer(async (folder) => ({
  models: { tiny: await tinyArtefact({}, { out: `${folder}/tiny` }) },
  device: 'cpu',
}));

const generate = (body: object, headers: Record<string, string> = {}) =>
  ask(server(), IMAGES, { body: { model: 'rgb', seed: 1, steps: 2, ...body }, headers });
const bytesOf = ({ json }: Awaited<ReturnType<typeof generate>>, i = 0) => Buffer.from(json.data[i].b64_json, 'base64');
const pixels = async (picture: Buffer) => [...(await sharp(picture).removeAlpha().raw().toBuffer())];

describe('the format of a picture', () => {
  it('is PNG, or what output_format says, with the same pixels', async () => {
    const png = bytesOf(await generate({}));
    const webp = await generate({ output_format: 'webp' });
    const jpeg = await generate({ output_format: 'jpeg', output_compression: 100 });
    expect([webp.json.output_format, jpeg.json.output_format]).toEqual(['webp', 'jpeg']);
    expect((await sharp(bytesOf(webp)).metadata()).format).toBe('webp');
    expect((await sharp(bytesOf(jpeg)).metadata()).format).toBe('jpeg');
    expect(await pixels(bytesOf(webp))).toEqual(await pixels(png));
    expectClose(await pixels(bytesOf(jpeg)), await pixels(png), { absolute: 12 });
  });

  it('is smaller with more compression', async () => {
    const size = async (output_compression: number) =>
      bytesOf(await generate({ output_format: 'jpeg', output_compression, size: '256x256' })).length;
    expect(await size(10)).toBeLessThan(await size(90));
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
    const { headers, body } = await generate({ model: 'gray' }, { accept });
    expect(headers['content-type']).toMatch(type);
    if (type.startsWith('image/')) expect(`image/${(await sharp(body).metadata()).format}`).toBe(type);
  });

  it('is that of events, too', async () => {
    const { body } = await generate({ stream: true, output_format: 'webp', partial_images: 1, steps: 4 });
    for (const { data } of eventsOf(body)) {
      expect(data.output_format).toBe('webp');
      expect((await sharp(Buffer.from(data.b64_json as string, 'base64')).metadata()).format).toBe('webp');
    }
  });

  it.each([
    [{ stream: true, response_format: 'url' }, 'response_format must be b64_json with stream.'],
    [
      { size: '0x8' },
      'size must be auto, or width x height of 1 to 2048 pixels each, such as 256x256, received "0x8".',
    ],
    [
      { size: '4096x8' },
      'size must be auto, or width x height of 1 to 2048 pixels each, such as 256x256, received "4096x8".',
    ],
  ])('is refused: %j', async (body, message) => {
    const { status, json } = await generate(body);
    expect([status, json.error.message]).toEqual([400, `Cannot sample images: ${message}`]);
  });
});

describe('the size of a picture', () => {
  it('is what is asked of a server that scales', async () => {
    const { json } = await generate({ size: '64x32' });
    expect(json.size).toBe('64x32');
    const scaled = Buffer.from(json.data[0].b64_json, 'base64');
    expect(await sharp(scaled).metadata()).toMatchObject({ width: 64, height: 32, channels: 3 });
    const own = bytesOf(await generate({ size: '8x6' }));
    expect(await pixels(own)).toEqual(await pixels(bytesOf(await generate({}))));
    const by = await sharp(own).resize(64, 32, { fit: 'fill', kernel: 'lanczos3' }).raw().toBuffer();
    expectClose(await pixels(scaled), [...by], { absolute: 1 });
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
    const { json } = await generate(
      { response_format: 'url', n: 2, output_format: 'webp' },
      { host: 'localhost:1234' },
    );
    const inline = await generate({ n: 2, output_format: 'webp' });
    for (const [i, { url, seed }] of json.data.entries()) {
      expect(url).toMatch(/^http:\/\/localhost:1234\/v1\/images\/files\/[\da-f]{32}$/);
      const { status, body, headers } = await ask(server(), new URL(url).pathname);
      expect([status, headers['content-type'], seed]).toEqual([200, 'image/webp', 1 + i]);
      expect(body).toEqual(bytesOf(inline, i));
    }
    expect((await ask(server(), '/v1/images/files/00000000000000000000000000000000')).status).toBe(404);
  });

  it('is forgotten after an hour, or sooner where many are kept', () => {
    let now = 0;
    const kept = createKeptPictures(() => now);
    const picture = (megabytes: number) => ({ bytes: Buffer.alloc(megabytes * 1e6), type: 'image/png' });
    const names = [...kept.keep([picture(30)]), ...kept.keep([picture(30)])];
    now = 1000;
    names.push(...kept.keep([picture(30)]));
    expect(names.map((name) => kept.find(name) !== undefined)).toEqual([false, true, true]);
    now = 3_600_000;
    expect(names.map((name) => kept.find(name) !== undefined)).toEqual([false, false, true]);
  });

  it('is not forgotten for another of the same answer, which may be larger than all that is kept', () => {
    const kept = createKeptPictures();
    const picture = { bytes: Buffer.alloc(30e6), type: 'image/png' };
    const names = kept.keep([picture, picture, picture]);
    expect(names.map((name) => kept.find(name) !== undefined)).toEqual([true, true, true]);
    const [later] = kept.keep([picture]);
    expect([...names, later!].map((name) => kept.find(name) !== undefined)).toEqual([false, false, true, true]);
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

  it('has what clients of OpenAI read', async () => {
    const body = { quality: 'hd', background: 'auto', moderation: 'low', style: 'vivid', user: 'someone' };
    const { json } = await generate(body);
    expect(json).toMatchObject({ background: 'opaque', quality: 'auto', output_format: 'png', size: '8x6' });
    expect(json.usage).toMatchObject({ input_tokens: 0, output_tokens: 0, total_tokens: 0 });
  });

  it('is a sheet of several pictures, in the format of Accept', async () => {
    const { json } = await generate({ model: 'gray', n: 3 });
    const { body } = await generate({ model: 'gray', n: 3 }, { accept: 'image/webp' });
    const images = await Promise.all([0, 1, 2].map((i) => pixels(Buffer.from(json.data[i].b64_json, 'base64'))));
    const gray = images.flatMap((all) => all.filter((_, i) => i % (all.length / 64) === 0));
    const expected = await sheet(
      Float32Array.from(gray, (level) => level / 127.5 - 1),
      [1, 8, 8],
    );
    expectClose(await pixels(body), await pixels(expected), { absolute: 1 });
  });
});
