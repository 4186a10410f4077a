/** OpenAI's own client, unchanged, against the server on a socket. */
import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { useServer } from '#test/server.ts';

const KEY = 'sk-0123456789abcdef';
const server = useServer(async (folder) => ({
  models: {
    tiny: await tinyArtefact({ classes: 3 }, { out: `${folder}/tiny` }),
    other: await tinyArtefact({}, { out: `${folder}/other` }),
  },
  apiKeys: [KEY],
}));
let client: OpenAI;
beforeAll(async () => {
  client = new OpenAI({ apiKey: KEY, baseURL: `${await server().listen({ port: 0 })}/v1`, maxRetries: 0 });
});

/** A picture of the model's size whose right half has this alpha. */
async function uploadOf(alpha: number) {
  const { shape } = server().models[0]!;
  const [, height, width] = shape;
  const rgba = new Uint8Array(4 * width * height).fill(128);
  for (let i = 0; i < width * height; i++) rgba[4 * i + 3] = i % width < width / 2 ? 255 : alpha;
  return toFile(
    await sharp(rgba, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer(),
    'it.png',
    { type: 'image/png' },
  );
}

describe("OpenAI's client", () => {
  const typesOf = async (stream: AsyncIterable<{ type: string }>) => {
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    return types;
  };

  it('generates pictures, and passes what goes beyond its own fields', async () => {
    const asked = { model: 'tiny', prompt: '2', n: 2, response_format: 'b64_json' } as const;
    const { created, data } = await client.images.generate(asked);
    expect(created).toBeGreaterThan(1.7e9);
    expect(data!.map(({ b64_json }) => Buffer.from(b64_json!, 'base64').toString('latin1', 1, 4))).toEqual([
      'PNG',
      'PNG',
    ]);
    const extra = { ...asked, seed: 7, steps: 4, sampler: 'ddpm', label: [2, 0] };
    expect((await client.images.generate(extra)).data).toMatchObject([
      { seed: 7, label: 2 },
      { seed: 8, label: 0 },
    ]);
  });

  it('streams pictures as they form', async () => {
    const stream = await client.images.generate({ model: 'tiny', prompt: '1', stream: true, partial_images: 2 });
    const partial = 'image_generation.partial_image';
    expect(await typesOf(stream)).toEqual([partial, partial, 'image_generation.completed']);
  });

  it('edits a picture, and makes variations of it', async () => {
    const [opaque, holed] = await Promise.all([255, 0].map((alpha) => uploadOf(alpha)));
    const asked = { model: 'tiny', prompt: '1', n: 2 };
    const beyond = { seed: 7, steps: 4, resamples: 2 };
    const edit = await client.images.edit({ ...asked, ...beyond, image: opaque!, mask: holed! });
    expect(edit.data).toMatchObject([
      { seed: 7, label: 1 },
      { seed: 8, label: 1 },
    ]);
    const variation = { model: 'tiny', image: opaque!, n: 1, strength: 0.5, label: [2] };
    expect((await client.images.createVariation(variation)).data).toMatchObject([{ label: 2 }]);
    const stream = await client.images.edit({ ...asked, n: 1, image: opaque!, stream: true, partial_images: 1 });
    expect(await typesOf(stream)).toEqual(['image_edit.partial_image', 'image_edit.completed']);
  });

  it('gives up a stream that it leaves, and the server what it was at', async () => {
    const stream = await client.images.generate({ model: 'tiny', prompt: '', n: 10, stream: true, partial_images: 3 });
    for await (const _ of stream) break;
    await expect.poll(() => server().depth, { timeout: 20_000 }).toBe(0);
  });

  it('lists models, and describes one', async () => {
    const names: string[] = [];
    for await (const model of client.models.list()) names.push(model.id);
    expect(names).toEqual(['tiny', 'other']);
    expect(await client.models.retrieve('tiny')).toMatchObject({ id: 'tiny', object: 'model' });
  });

  it('knows the errors by their classes', async () => {
    const wrong = client.withOptions({ apiKey: 'sk-wrong' });
    await expect(wrong.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(client.images.generate({ model: 'none', prompt: '' })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    const bad = client.images.generate({ model: 'tiny', prompt: '', n: 0 });
    await expect(bad).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(bad).rejects.toMatchObject({
      param: 'n',
      code: 'invalid_value',
      requestID: expect.stringMatching(/^[\w-]{36}$/),
    });
  });
});
