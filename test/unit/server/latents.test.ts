/** A model that draws latents, served: its pictures are decoded, and what is sent is encoded. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { loadModel, png, readPicture } from '#runtime-node/index.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { eventsOf, IMAGES, useServer } from '#test/server.ts';

let folder: string;
const server = useServer(async (temporary) => {
  folder = await latentModel(join(temporary, 'models'));
  return { models: { latents: folder }, maxSteps: 100 };
});

const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  server().app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, payload });

const pixels = async (file: Buffer) => [...(await sharp(file).toColourspace('b-w').raw().toBuffer())];

/** The bytes of the library's pictures. */
async function drawn(options: object) {
  const model = await loadModel(folder, { device: 'cpu' });
  const { images, shape } = await model.sample(options);
  await model.dispose();
  return pixels(await png(images, shape));
}

it('draws the pictures of the library, and shows them decoded on their way', async () => {
  const wanted = { n: 1, seed: 5, steps: 4 };
  const picture = await post(IMAGES, wanted, { accept: 'image/png' });
  expect(picture.statusCode).toBe(200);
  expect(await pixels(picture.rawPayload)).toEqual(await drawn({ seed: 5, steps: 4 }));

  const events = eventsOf((await post(IMAGES, { ...wanted, stream: true, partial_images: 2 })).rawPayload);
  const files = events.map(({ data }) => (data as { b64_json: string }).b64_json);
  expect(files).toHaveLength(3);
  for (const file of files) {
    const { width, height } = await sharp(Buffer.from(file, 'base64')).metadata();
    expect([width, height]).toEqual([16, 16]);
  }
  expect(await pixels(Buffer.from(files[2]!, 'base64'))).toEqual(await pixels(picture.rawPayload));
});

it('starts from a picture as the library does', async () => {
  const raw = Buffer.from(Uint8Array.from({ length: 256 }, (_, i) => (i * 7) % 256));
  const file = await sharp(raw, { raw: { width: 16, height: 16, channels: 1 } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('image', new Blob([new Uint8Array(file)]), 'image.png');
  for (const [name, value] of Object.entries({ n: '1', seed: '5', steps: '4', strength: '0.5' }))
    form.append(name, value);
  const body = new Response(form);
  const answer = await server().app.inject({
    method: 'POST',
    url: '/v1/images/variations',
    headers: { 'content-type': body.headers.get('content-type')!, accept: 'image/png' },
    payload: Buffer.from(await body.arrayBuffer()),
  });
  expect(answer.statusCode).toBe(200);
  const from = await readPicture({ bytes: file, name: 'image' }, [1, 16, 16]);
  expect(await pixels(answer.rawPayload)).toEqual(await drawn({ seed: 5, steps: 4, from, strength: 0.5 }));
});

it('says how large its pictures are', async () => {
  const { data } = (await server().app.inject({ url: '/v1/models' })).json();
  expect(data[0]).toMatchObject({ id: 'latents', size: '16x16', channels: 1 });
});
