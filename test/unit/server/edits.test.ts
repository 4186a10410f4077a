import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel, png, readPicture } from '#runtime-node/index.ts';
import { GUIDED, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const EDITS = '/v1/images/edits';
const VARIATIONS = '/v1/images/variations';
const [WIDTH, HEIGHT] = [6, 4];
const PLANE = WIDTH * HEIGHT;

let folder: string;
const server = useServer(async (temporary) => {
  folder = temporary;
  return {
    models: {
      gray: await tinyArtefact({ shape: [1, HEIGHT, WIDTH], classes: 3 }, { out: join(temporary, 'gray') }),
      rgb: await tinyArtefact({ shape: [3, HEIGHT, WIDTH] }, { out: join(temporary, 'rgb') }),
      guided: await tinyArtefact({ ...GUIDED, shape: [1, HEIGHT, WIDTH] }, { out: join(temporary, 'guided') }),
    },
    maxSteps: 100,
  };
});

type Fields = Record<string, string | string[] | Buffer>;

/** Sends a form; buffers are files. */
async function send(path: string, fields: Fields, headers: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (Buffer.isBuffer(value)) form.append(name, new Blob([new Uint8Array(value)]), `${name}.png`);
    else for (const one of [value].flat()) form.append(name, one);
  }
  const { headers: made, body } = await encoded(form);
  const answer = await server().app.inject({
    method: 'POST',
    url: path,
    headers: { ...made, ...headers },
    payload: body,
  });
  const type = String(answer.headers['content-type']);
  return {
    status: answer.statusCode,
    body: answer.rawPayload,
    json: type.startsWith('application/json') ? answer.json() : null,
  };
}

async function encoded(form: FormData) {
  const response = new Response(form);
  const headers = { 'content-type': response.headers.get('content-type')! };
  return { headers, body: Buffer.from(await response.arrayBuffer()) };
}

const level = (i: number) => 40 + 8 * i;
/** A gray picture whose pixels differ; `clear` ones are transparent. */
const rgbaPicture = (clear: (i: number) => boolean = () => false) =>
  sharp(
    Buffer.from({ length: 4 * PLANE } as never).map((_, i) =>
      i % 4 === 3 ? (clear(Math.floor(i / 4)) ? 0 : 255) : level(Math.floor(i / 4)),
    ),
    { raw: { width: WIDTH, height: HEIGHT, channels: 4 } },
  )
    .png()
    .toBuffer();
const right = (i: number) => i % WIDTH >= WIDTH / 2;
const pixels = async (file: Buffer) => [...(await sharp(file).toColourspace('b-w').raw().toBuffer())];
const decoded = (b64: string) => pixels(Buffer.from(b64, 'base64'));

let picture: Buffer;
let holed: Buffer;
beforeAll(async () => {
  picture = await rgbaPicture();
  holed = await rgbaPicture(right);
});

describe('POST /v1/images/edits', () => {
  it('guides what it paints, with the conditions that fields of the form give', async () => {
    const { status, json } = await send(EDITS, {
      model: 'guided',
      image: picture,
      strength: '0.8',
      seed: '5',
      steps: '6',
      guidance: '2.5',
      'guidance_interval[]': ['10', '60'],
      'condition[age]': '120',
    });
    expect(status).toBe(200);
    const model = await loadModel(join(folder, 'guided'), { device: 'cpu' });
    const from = await readPicture({ bytes: picture, name: 'it' }, model.shape);
    const { images } = await model.sample({
      from,
      strength: 0.8,
      seed: 5,
      steps: 6,
      guidance: 2.5,
      guidanceInterval: [10, 60],
      conditions: { age: 120 },
    });
    await model.dispose();
    expect(await decoded(json.data[0].b64_json)).toEqual(await pixels(await png(images, model.shape)));
    const refused = await send(EDITS, { model: 'guided', image: picture, 'condition[age]': '500' });
    expect([refused.status, refused.json.error.param]).toEqual([400, 'condition']);
  });

  it('paints what the mask leaves clear, keeps the rest, and gives what the library gives', async () => {
    const fields = {
      image: picture,
      mask: holed,
      n: '2',
      seed: '5',
      steps: '6',
      sampler: 'ddpm',
      resamples: '2',
      label: '1',
    };
    const { status, json } = await send(EDITS, fields);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      model: 'gray',
      size: `${WIDTH}x${HEIGHT}`,
      data: [{ seed: 5, label: 1 }, { seed: 6 }],
    });
    const model = await loadModel(join(folder, 'gray'), { device: 'cpu' });
    const shape = model.shape;
    const from = await readPicture({ bytes: picture, name: 'it' }, shape);
    const mask = Float32Array.from({ length: PLANE }, (_, i) => Number(right(i)));
    const options = { count: 2, seed: 5, steps: 6, sampler: 'ddpm', resamples: 2, labels: [1] } as const;
    const { images } = await model.sample({ ...options, from, mask });
    await model.dispose();
    for (const [n, { b64_json }] of json.data.entries()) {
      const made = await decoded(b64_json);
      expect(made).toEqual(await pixels(await png(images.slice(n * PLANE, (n + 1) * PLANE), shape)));
      for (let i = 0; i < PLANE; i++) if (!right(i)) expect(made[i]).toBe(level(i));
      expect(made.some((value, i) => right(i) && value !== level(i))).toBe(true);
    }
  });

  it('without a mask paints where the picture itself is clear', async () => {
    const asked = { seed: '5', steps: '4' };
    const [alone, both] = [
      await send(EDITS, { ...asked, image: holed }),
      await send(EDITS, { ...asked, image: picture, mask: holed }),
    ];
    expect(alone.status).toBe(200);
    expect(await decoded(alone.json.data[0].b64_json)).toEqual(await decoded(both.json.data[0].b64_json));
  });

  it('paints an opaque picture anew as far as the strength says', async () => {
    const near = await send(EDITS, { image: picture, seed: '5', steps: '50', strength: '0.02', model: 'gray' });
    const far = await send(EDITS, { image: picture, seed: '5', steps: '50', strength: '1', model: 'gray' });
    const plain = await ask(server(), IMAGES, { body: { seed: 5, steps: 50, model: 'gray' } });
    const [a, b] = [await decoded(near.json.data[0].b64_json), await decoded(far.json.data[0].b64_json)];
    expect(b).toEqual(await decoded(plain.json.data[0].b64_json));
    const apart = (made: number[]) => made.reduce((sum, value, i) => sum + Math.abs(value - level(i)), 0);
    expect(apart(a)).toBeLessThan(apart(b));
  });

  it('takes several labels, as forms write arrays', async () => {
    for (const name of ['label[]', 'label']) {
      const { json } = await send(EDITS, { image: picture, n: '2', steps: '2', [name]: ['2', '0'] });
      expect(json.data).toMatchObject([{ label: 2 }, { label: 0 }]);
    }
  });

  it('streams, and sends PNG itself', async () => {
    const streamed = await send(EDITS, { image: picture, steps: '6', stream: 'true', partial_images: '1' });
    const events = eventsOf(streamed.body).map(({ event }) => event);
    expect(events).toEqual(['image_edit.partial_image', 'image_edit.completed']);
    const { status, body } = await send(EDITS, { image: picture, steps: '2' }, { accept: 'image/png' });
    expect(status).toBe(200);
    expect((await sharp(body).metadata()).format).toBe('png');
  });

  it('gives a gray picture to a model with colour', async () => {
    const { status, json } = await send(EDITS, { image: holed, steps: '2', model: 'rgb' });
    expect(status).toBe(200);
    const made = await sharp(Buffer.from(json.data[0].b64_json, 'base64')).raw().toBuffer();
    expect([...made.subarray(0, 3)]).toEqual([level(0), level(0), level(0)]);
  });
});

describe('POST /v1/images/variations', () => {
  it('paints the picture anew to six tenths', async () => {
    const { status, json } = await send(VARIATIONS, { image: picture, n: '2', seed: '3', steps: '10' });
    expect(status).toBe(200);
    const edit = await send(EDITS, { image: picture, n: '2', seed: '3', steps: '10', strength: '0.6' });
    expect(json.data).toEqual(edit.json.data);
  });

  it('does not know the fields of edits', async () => {
    for (const field of ['prompt', 'stream', 'resamples']) {
      const { status, json } = await send(VARIATIONS, { image: picture, [field]: '1' });
      expect([status, json.error.code, json.error.param]).toEqual([400, 'unknown_field', field]);
    }
  });
});

describe('seeds between seeds', () => {
  it('go from one to the other, and around one', async () => {
    const plain = await ask(server(), IMAGES, { body: { seed: 3, steps: 3 } });
    const between = await ask(server(), IMAGES, { body: { interpolate: [3, 8], n: 3, steps: 3, label: [0] } });
    expect(between.json.data).toMatchObject([
      { seed: 3, toward: 8, share: 0, b64_json: plain.json.data[0].b64_json },
      { seed: 3, toward: 8, share: 0.5 },
      { seed: 3, toward: 8, share: 1 },
    ]);
    const around = await ask(server(), IMAGES, { body: { variations: 3, variation: 0, steps: 3, label: 0 } });
    expect(around.json.data[0]).toMatchObject({ seed: 3, share: 0, b64_json: plain.json.data[0].b64_json });
  });

  it.each([
    [{ interpolate: [3, 8] }, 'n', 'n must be at least 2 from one seed to another, received 1.'],
    [{ interpolate: [3], n: 2 }, 'interpolate', 'interpolate must be an array of 2, received an array of 1.'],
    [
      { interpolate: [3, 8], n: 4 },
      'label',
      'labels must be one class or two from one seed to another, received none.',
    ],
    [{ variations: 3 }, 'label', 'labels must be one class where a seed is varied, received none.'],
    [{ variations: 3, seed: 1, label: 0 }, 'seed', 'must be left out where'],
    [{ variation: 0.5, seed: 1 }, 'variation', 'variation must be left out without a seed to vary, received 0.5.'],
    [{ strength: 0.5 }, 'strength', 'the field strength is not known.'],
  ])('%j is refused', async (body, param, message) => {
    const { status, json } = await ask(server(), IMAGES, { body });
    expect([status, json.error.param]).toEqual([400, param]);
    expect(json.error.message).toContain(message);
  });
});

describe('wrong forms and files are refused in a sentence', () => {
  /** The picture's bytes with another size in its head: little to send, much to decode. */
  const bomb = () => {
    const bytes = Buffer.from(picture);
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  };
  const files: Record<string, () => Promise<Buffer> | Buffer> = {
    huge: bomb,
    coloured: () =>
      sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#f00' } })
        .png()
        .toBuffer(),
    deep: () => sharp(picture).toColourspace('rgb16').png().toBuffer(),
    cut: () => picture.subarray(0, picture.length - 20),
    svg: () => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"/>`),
    text: () => Buffer.from('not a picture'),
    empty: () => Buffer.alloc(0),
    moving: () =>
      sharp(Buffer.alloc(2 * 3 * PLANE).fill(255, 3 * PLANE), {
        raw: { width: WIDTH, height: 2 * HEIGHT, channels: 3, pageHeight: HEIGHT },
      })
        .gif()
        .toBuffer(),
  };
  const of = 'Cannot start from a picture: image must';
  it.each([
    ['huge', `${of} be 6 x 4 pixels, as the pictures of the model are, received 100000 x 100000.`],
    ['coloured', `${of} be gray, as the pictures of the model are, received one with colour.`],
    ['deep', `${of} have 8 bits a channel, received 16.`],
    ['cut', `${of} be complete, received a PNG file without its end.`],
    ['svg', `${of} be a picture in png, jpeg, webp, gif, tiff or avif, received one in svg.`],
    ['text', `${of} be a picture in png, jpeg, webp, gif, tiff or avif, received bytes that are not a picture.`],
    ['empty', `${of} be a picture, received an empty file.`],
    ['moving', `${of} be one picture, received 2 in one file.`],
  ])('an image that is %s', async (name, message) => {
    const { status, json } = await send(EDITS, { image: await files[name]!() });
    expect([status, json.error.param, json.error.message]).toEqual([400, 'image', message]);
  });

  it.each<[string, () => Fields, string | null, string]>([
    ['no image', () => ({}), 'image', 'the field image must be given.'],
    ['an image that is no file', () => ({ image: 'x' }), 'image', `${of} be a file.`],
    [
      'a clear image beside a mask',
      () => ({ image: holed, mask: holed }),
      'image',
      `${of} be opaque, received one with`,
    ],
    [
      'an opaque mask',
      () => ({ image: picture, mask: picture }),
      'mask',
      'mask must have transparent pixels, which are painted',
    ],
    [
      'a strength of 0',
      () => ({ image: picture, strength: '0' }),
      'strength',
      'a number above 0 and of at most 1, received 0.',
    ],
    ['a strength that is no number', () => ({ image: picture, strength: 'much' }), 'strength', 'received "much".'],
    [
      'resamples without a mask',
      () => ({ image: picture, resamples: '3' }),
      'resamples',
      'resamples must be left out or 1 without a mask',
    ],
    [
      'too many calls',
      () => ({ image: holed, resamples: '3', steps: '50' }),
      'resamples',
      'at most 100 calls of the network, not 148, received 3.',
    ],
    [
      'too many calls, before its table is made, which this sampler refuses',
      () => ({ image: holed, resamples: '100', steps: '100', sampler: 'dpmpp_2m_sde' }),
      'resamples',
      'at most 100 calls of the network, not 9901, received 100.',
    ],
    ['a size of its own', () => ({ image: picture, size: '512x512' }), 'size', "size must be 6x4, the model's"],
    ['an unknown field', () => ({ image: picture, mood: 'x' }), 'mood', 'the field mood is not known.'],
    ['a field given twice', () => ({ image: picture, n: ['1', '2'] }), 'n', 'n must be given once.'],
    ['too many fields', () => ({ image: picture, label: new Array(300).fill('1') }), null, 'at most 200 fields.'],
  ])('%s', async (_, fields, param, message) => {
    const { status, json } = await send(EDITS, fields());
    expect([status, json.error.param]).toEqual([400, param]);
    expect(json.error.message).toContain(message);
  });

  it('bodies that are no forms', async () => {
    const { status, json } = await ask(server(), EDITS, { body: { image: 'x' } });
    expect([status, json.error.code]).toEqual([415, 'media_type']);
    expect(json.error.message).toContain('its content-type must be multipart/form-data with a boundary');
    const form = new FormData();
    form.append('image', new Blob([new Uint8Array(picture)]), 'it.png');
    const { headers, body } = await encoded(form);
    const broken = await ask(server(), EDITS, { body: body.subarray(0, -20).toString('latin1'), headers });
    expect([broken.status, broken.json.error.code]).toEqual([400, 'invalid_form']);
  });
});
