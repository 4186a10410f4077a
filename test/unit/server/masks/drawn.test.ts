/** Masks that a model draws with its pictures, in answers. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel, png, sheet } from '#runtime-node/index.ts';
import { classColours, labelsOfPng } from '#scheduler/model/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture } from '#test/pictures/images.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const [WIDTH, HEIGHT] = [6, 4];
const PLANE = WIDTH * HEIGHT;
const HAND = { classes: ['background', 'bone', 'skin'], values: [0, 7, 255] };
const ORGANS = { classes: ['none', 'liver'], values: [0, 1000] };
const SETTINGS = { seed: 5, steps: 6, sampler: 'ddim' } as const;

let folder: string;
const server = useServer(async (temporary) => {
  folder = temporary;
  const at = (name: string) => ({ out: join(temporary, name) });
  return {
    models: {
      pairs: await tinyArtefact({ shape: [1 + 3, HEIGHT, WIDTH], maskOutput: HAND }, at('pairs')),
      coloured: await tinyArtefact({ shape: [3 + 2, HEIGHT, WIDTH], maskOutput: ORGANS }, at('coloured')),
    },
    device: 'cpu',
    resize: true,
  };
});

interface Drawn {
  /** PNG files of the pictures. */
  pictures: Buffer[];
  /** Values, [H, W] each. */
  masks: number[][];
  confidence: number[];
  images: Float32Array;
}

async function sampled(name: string, { values }: typeof HAND, count = 2): Promise<Drawn> {
  const model = await loadModel(join(folder, name), { device: 'cpu' });
  const { images, shape, masks, maskConfidence } = await model.sample({ count, ...SETTINGS });
  await model.dispose();
  const [channels] = shape;
  const each = Array.from({ length: count }, (_, i) => i);
  const part = <T extends { slice(a: number, b: number): T }>(all: T, i: number, size: number) =>
    all.slice(i * size, (i + 1) * size);
  return {
    images,
    pictures: await Promise.all(each.map((i) => png(part(images, i, channels * PLANE), shape))),
    masks: each.map((i) => Array.from(part(masks!, i, PLANE), (k) => values[k]!)),
    confidence: each.map((i) => part(maskConfidence!, i, PLANE).reduce((sum, one) => sum + one, 0) / PLANE),
  };
}

let pairs: Drawn;
beforeAll(async () => {
  pairs = await sampled('pairs', HAND);
});

const bytes = (b64: unknown) => Buffer.from(b64 as string, 'base64');
const labelsIn = async (file: Buffer) => [...(await labelsOfPng(file, 2 ** 20)).labels];
const generate = (body: object, headers: Record<string, string> = {}) =>
  ask(server(), IMAGES, { body: { model: 'pairs', n: 2, ...SETTINGS, ...body }, headers });

describe('pictures of a model that draws masks', () => {
  it('are those of the library, without the planes of the mask', async () => {
    const { json } = await generate({});
    for (const [i, one] of json.data.entries()) {
      expect(bytes(one.b64_json)).toEqual(pairs.pictures[i]);
      expect(Object.keys(one)).toEqual(['b64_json', 'seed']);
    }
  });

  it('are alone in sheets, in streams and at addresses', async () => {
    const { body } = await generate({}, { accept: 'image/png' });
    expect(body).toEqual(await sheet(pairs.images, [1, HEIGHT, WIDTH]));
    const only = await generate({ n: 1 }, { accept: 'image/png' });
    expect(only.body).toEqual(pairs.pictures[0]);
    const events = eventsOf((await generate({ n: 1, stream: true, partial_images: 2 })).body);
    expect(events.map(({ event }) => event.split('.')[1])).toEqual(['partial_image', 'partial_image', 'completed']);
    for (const { data } of events) {
      expect(await sharp(bytes(data.b64_json)).metadata()).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 1 });
      expect(data).not.toHaveProperty('mask_b64_json');
    }
    expect(bytes(events[2]!.data.b64_json)).toEqual(pairs.pictures[0]);
    const { json } = await generate({ response_format: 'url' });
    const { pathname } = new URL(json.data[1].url);
    expect((await ask(server(), pathname)).body).toEqual(pairs.pictures[1]);
  });

  it('have their masks and how sure those are beside them, where that is asked for', async () => {
    const { json } = await generate({ return_masks: true });
    for (const [i, one] of json.data.entries()) {
      expect(bytes(one.b64_json)).toEqual(pairs.pictures[i]);
      expect(await labelsIn(bytes(one.mask_b64_json))).toEqual(pairs.masks[i]);
      expect(one.mask_confidence).toBeCloseTo(pairs.confidence[i]!, 5);
    }
    expect(new Set(pairs.masks.flat()).size).toBe(3); // or else a mask of one class would do
    const shown = await sharp(bytes(json.data[0].mask_b64_json)).removeAlpha().raw().toBuffer();
    const colours = classColours(3);
    expect([...shown]).toEqual(pairs.masks[0]!.flatMap((value) => colours[HAND.values.indexOf(value)]!));
  });

  it('have them in the last event of a stream, and at addresses', async () => {
    const events = eventsOf((await generate({ stream: true, partial_images: 1, return_masks: true })).body);
    for (const { event, data } of events) {
      if (!event.endsWith('completed')) expect(data).not.toHaveProperty('mask_b64_json');
      else expect(await labelsIn(bytes(data.mask_b64_json))).toEqual(pairs.masks[data.index as number]);
    }
    const { json } = await generate({ response_format: 'url', output_format: 'webp', return_masks: true });
    const { headers, body } = await ask(server(), new URL(json.data[1].mask_url).pathname);
    expect(headers['content-type']).toBe('image/png');
    expect(await labelsIn(body)).toEqual(pairs.masks[1]);
    expect(json.data[1]).not.toHaveProperty('mask_b64_json');
    expect((await ask(server(), new URL(json.data[1].url).pathname)).headers['content-type']).toBe('image/webp');
  });

  it('have masks of their size, by nearest neighbour', async () => {
    const { json } = await generate({ n: 1, size: '12x2', return_masks: true });
    const file = bytes(json.data[0].mask_b64_json);
    expect(await sharp(file).metadata()).toMatchObject({ width: 12, height: 2 });
    // The centres of two rows among four lie on borders: those of the rows below count.
    const row = (y: number) => pairs.masks[0]!.slice(y * WIDTH, (y + 1) * WIDTH).flatMap((value) => [value, value]);
    expect(await labelsIn(file)).toEqual([...row(1), ...row(3)]);
  });

  it('have values beyond 255 in gray of 16 bits', async () => {
    const { json } = await generate({ model: 'coloured', return_masks: true });
    const drawn = await sampled('coloured', ORGANS);
    for (const [i, one] of json.data.entries()) {
      expect(bytes(one.b64_json)).toEqual(drawn.pictures[i]);
      expect(await labelsIn(bytes(one.mask_b64_json))).toEqual(drawn.masks[i]);
    }
    expect(drawn.masks.flat()).toContain(1000);
  });
});

describe('the model', () => {
  it('says what it draws', async () => {
    const { json } = await ask(server(), '/v1/models');
    expect(json.data).toMatchObject([
      { id: 'pairs', channels: 1, masks: null, condition_images: null, drawn_masks: HAND },
      { id: 'coloured', channels: 3, drawn_masks: ORGANS },
    ]);
  });

  it('refuses masks beside a picture itself, and to start from a picture, each in a sentence', async () => {
    const { status, json } = await generate({ return_masks: true }, { accept: 'image/png' });
    expect([status, json.error.param, json.error.message]).toEqual([
      400,
      'return_masks',
      'Cannot sample images: return_masks must be false with Accept: image/png.',
    ]);
    const form = new FormData();
    const file = await grayPicture(WIDTH, HEIGHT, () => 9).toBuffer();
    form.append('image', new Blob([new Uint8Array(file)]), 'a.png');
    const made = new Response(form);
    for (const path of ['/v1/images/edits', '/v1/images/variations']) {
      const answer = await server().app.inject({
        method: 'POST',
        url: path,
        headers: { 'content-type': made.headers.get('content-type')! },
        payload: Buffer.from(await made.clone().arrayBuffer()),
      });
      expect([answer.statusCode, answer.json().error.param, answer.json().error.message]).toEqual([
        400,
        'model',
        'Cannot start from a picture: model must be one that draws pictures alone, received pairs, which draws masks, too.',
      ]);
    }
  });
});
