/** Masks and pictures that requests tell a model. */
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel, png } from '#runtime-node/index.ts';
import { DEFAULT_GUIDANCE } from '#scheduler/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture } from '#test/pictures/images.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const [WIDTH, HEIGHT] = [6, 4];
const PLANE = WIDTH * HEIGHT;
const SHAPE = [1, HEIGHT, WIDTH] as const;
/** Values that are no class numbers. */
const HAND = { classes: ['background', 'bone', 'skin'], values: [0, 7, 255] };

let folder: string;
const server = useServer(async (temporary) => {
  folder = temporary;
  const at = (name: string) => ({ out: join(temporary, name) });
  const hand = { shape: SHAPE, conditionImage: HAND };
  return {
    models: {
      hand: await tinyArtefact({ ...hand, classes: 2, nullCondition: true }, at('hand')),
      numbers: await tinyArtefact({ shape: SHAPE, conditionImage: { classes: HAND.classes } }, at('numbers')),
      strict: await tinyArtefact(hand, at('strict')),
      enlarge: await tinyArtefact({ shape: [3, HEIGHT, WIDTH], conditionImage: { channels: 1 } }, at('enlarge')),
      large: await tinyArtefact({ shape: [1, 128, 128], conditionImage: HAND }, at('large')),
      plain: await tinyArtefact({ shape: SHAPE }, at('plain')),
    },
    device: 'cpu',
    memory: 2 ** 22,
  };
});

/** Class numbers of one mask and of another. */
const ONE = Uint8Array.from({ length: PLANE }, (_, i) => i % 3);
const OTHER = Uint8Array.from({ length: PLANE }, (_, i) => Number(i % WIDTH < 3));
/** `ONE` as `Image.frombytes('P', (6, 4), ...)` of Pillow 12 saves it, with a palette of three and two bits a pixel. */
const PALETTE =
  'iVBORw0KGgoAAAANSUhEUgAAAAYAAAAEAgMAAADQaqbQAAAACVBMVEUAAAD/AAAA/wD0g79+AAAAD0lEQVR4nGOU8GBiYIAgAAQUAGhGK54DAAAAAElFTkSuQmCC';
const valuesOf = (mask: Uint8Array) => (x: number, y: number) => HAND.values[mask[y * WIDTH + x]!]!;
const fileOf = (mask: Uint8Array) => grayPicture(WIDTH, HEIGHT, valuesOf(mask)).toBuffer();
/** What `enlarge` is told. */
const level = (x: number, y: number) => 10 * (x + WIDTH * y);

const base64 = (file: Buffer) => file.toString('base64');
let one: Buffer;
let other: Buffer;
let picture: Buffer;
beforeAll(async () => {
  [one, other] = await Promise.all([fileOf(ONE), fileOf(OTHER)]);
  picture = await grayPicture(WIDTH, HEIGHT, level).toBuffer();
});

type Options = Parameters<Awaited<ReturnType<typeof loadModel>>['sample']>[0];

/** Pictures of the library, in base64. */
async function sampled(name: string, options: Options): Promise<string[]> {
  const model = await loadModel(join(folder, name), { device: 'cpu' });
  const { images, shape, seeds } = await model.sample(options);
  await model.dispose();
  const size = images.length / seeds.length;
  return Promise.all(seeds.map(async (_, i) => base64(await png(images.slice(i * size, (i + 1) * size), shape))));
}

const generate = (body: object) => ask(server(), IMAGES, { body });
const picturesOf = ({ json }: Awaited<ReturnType<typeof ask>>) =>
  json.data.map(({ b64_json }: { b64_json: string }) => b64_json);

async function send(path: string, fields: Record<string, string | Buffer | Buffer[]>) {
  const form = new FormData();
  for (const [name, given] of Object.entries(fields)) {
    for (const value of [given].flat()) {
      if (typeof value === 'string') form.append(name, value);
      else form.append(name, new Blob([new Uint8Array(value)]), 'a.png');
    }
  }
  const made = new Response(form);
  const headers = { 'content-type': made.headers.get('content-type')! };
  const payload = Buffer.from(await made.arrayBuffer());
  const answer = await server().app.inject({ method: 'POST', url: path, headers, payload });
  return { status: answer.statusCode, json: answer.json() };
}

describe('masks', () => {
  it('in turn give the pictures that the library gives, guided or not', async () => {
    const conditionImages = Uint8Array.of(...ONE, ...OTHER);
    const settings = { seed: 5, steps: 4, sampler: 'ddim' } as const;
    const masks = [base64(one), `data:image/png;base64,${base64(other)}`];
    for (const guidance of [1, 2.5]) {
      const answer = await generate({ model: 'hand', masks, n: 3, label: 1, guidance, ...settings });
      const expected = await sampled('hand', { conditionImages, count: 3, labels: [1], guidance, ...settings });
      expect(picturesOf(answer)).toEqual(expected);
      expect(new Set(expected).size).toBe(3);
    }
    const alone = await generate({ model: 'hand', masks: base64(other), label: 1, ...settings, seed: 6 });
    const [, second] = await sampled('hand', { conditionImages, count: 2, labels: [1], ...settings });
    expect(picturesOf(alone)).toEqual([second]);
  });

  it('may be left out where the model was also trained without, and only there', async () => {
    const settings = { seed: 5, steps: 4, guidance: 2 };
    const answer = await generate({ model: 'hand', masks: null, ...settings });
    expect(picturesOf(answer)).toEqual(await sampled('hand', settings));
    const { status, json } = await generate({ model: 'strict', ...settings, guidance: 1 });
    expect([status, json.error.param]).toEqual([400, 'masks']);
    expect(json.error.message).toBe('Cannot sample images: this model needs a mask for each image, received none.');
  });

  it('of requests that are sampled together keep apart', async () => {
    const asked = [
      { model: 'hand', masks: [base64(one)], seed: 1, label: 0 },
      { model: 'hand', masks: [base64(other)], seed: 1, label: 0, guidance: 3 },
      { model: 'hand', seed: 1, label: 0, n: 2 },
      { model: 'hand', masks: [base64(one), base64(other)], seed: 3, label: 1, n: 4 },
    ].map((body) => ({ ...body, steps: 30, sampler: 'ddim' }));
    const alone = [];
    for (const body of asked) alone.push(picturesOf(await generate(body)));
    const together = await Promise.all(asked.map(async (body) => picturesOf(await generate(body))));
    expect(together).toEqual(alone);
  });

  it('may have a palette, or gray in three channels', async () => {
    const numbers = await generate({ model: 'numbers', masks: PALETTE, seed: 2, steps: 2 });
    expect(picturesOf(numbers)).toEqual(await sampled('numbers', { conditionImages: ONE, seed: 2, steps: 2 }));
    const rgb = await sharp(await grayPicture(WIDTH, HEIGHT, valuesOf(ONE)).raw().toBuffer(), {
      raw: { width: WIDTH, height: HEIGHT, channels: 1 },
    })
      .toColourspace('srgb')
      .png()
      .toBuffer();
    expect((await sharp(rgb).metadata()).channels).toBe(3);
    const [gray, three] = [
      await generate({ model: 'strict', masks: base64(one), seed: 2, steps: 2 }),
      await generate({ model: 'strict', masks: base64(rgb), seed: 2, steps: 2 }),
    ];
    expect(picturesOf(three)).toEqual(picturesOf(gray));
  });

  it('are told to streams, of which each event has a picture', async () => {
    const body = { model: 'strict', masks: [base64(one)], seed: 5, steps: 4, stream: true, partial_images: 1 };
    const events = eventsOf((await generate(body)).body);
    expect(events.map(({ event }) => event)).toEqual(['image_generation.partial_image', 'image_generation.completed']);
    const [expected] = await sampled('strict', { conditionImages: ONE, seed: 5, steps: 4 });
    expect(events[1]!.data.b64_json).toBe(expected);
  });

  it('go with the picture that forms start from', async () => {
    const fields = { model: 'strict', image: picture, strength: '0.5', seed: '5', steps: '6', n: '2' };
    for (const name of ['masks', 'masks[]']) {
      const { status, json } = await send('/v1/images/edits', { ...fields, [name]: [one, other] });
      expect([status, json.data?.length]).toEqual([200, 2]);
      const from = Float32Array.from({ length: PLANE }, (_, i) => (10 * i) / 127.5 - 1);
      const conditionImages = Uint8Array.of(...ONE, ...OTHER);
      const options = { from, strength: 0.5, seed: 5, steps: 6, count: 2, conditionImages };
      expect(picturesOf({ json } as never)).toEqual(await sampled('strict', options));
    }
    const like = await send('/v1/images/variations', { model: 'strict', image: picture, masks: one });
    expect(like.status).toBe(200);
  });
});

describe('pictures', () => {
  it('of the model that takes them give what the library gives', async () => {
    const conditionImages = Float32Array.from({ length: PLANE }, (_, i) => (10 * i) / 127.5 - 1);
    const { status, json } = await generate({
      model: 'enlarge',
      condition_images: [base64(picture)],
      n: 2,
      seed: 9,
      steps: 3,
    });
    expect(status).toBe(200);
    expect(picturesOf({ json } as never)).toEqual(
      await sampled('enlarge', { conditionImages, count: 2, seed: 9, steps: 3 }),
    );
  });
});

describe('a model', () => {
  it('says what it is told', async () => {
    const described = async (name: string) => (await ask(server(), `/v1/models/${name}`)).json;
    expect(await described('hand')).toMatchObject({
      channels: 1,
      masks: { ...HAND, required: false },
      condition_images: null,
      drawn_masks: null,
      guidance: DEFAULT_GUIDANCE,
    });
    expect((await described('numbers')).masks.values).toEqual([0, 1, 2]);
    expect(await described('strict')).toMatchObject({ masks: { ...HAND, required: true }, guidance: null });
    expect(await described('enlarge')).toMatchObject({ channels: 3, masks: null, condition_images: { channels: 1 } });
    expect(await described('plain')).toMatchObject({ masks: null, condition_images: null });
  });
});

describe('wrong masks and pictures are refused in a sentence', () => {
  const strict = { model: 'strict', steps: 2 };
  const head = 'Cannot sample images:';
  const text = Buffer.from('not a picture');
  it.each<[string, () => Promise<object> | object, string, string]>([
    [
      'masks of a model that takes none',
      () => ({ model: 'plain', masks: [base64(one)] }),
      'masks',
      `${head} masks must be left out, this model takes none, received a file.`,
    ],
    [
      'masks of a model that takes pictures',
      () => ({ model: 'enlarge', masks: [base64(one), base64(one)] }),
      'masks',
      `${head} masks must be left out, this model takes condition_images, received 2 files.`,
    ],
    [
      'pictures of a model that takes masks',
      () => ({ ...strict, condition_images: base64(picture) }),
      'condition_images',
      `${head} condition_images must be left out, this model takes masks, received a file.`,
    ],
    [
      'no picture',
      () => ({ model: 'enlarge' }),
      'condition_images',
      `${head} this model needs a condition image for each image, received none.`,
    ],
    [
      'more masks than pictures',
      () => ({ ...strict, n: 2, masks: [one, one, one].map(base64) }),
      'masks',
      `${head} the masks must be at most as many as images, received 3 for 2.`,
    ],
    [
      'several between two seeds',
      () => ({ ...strict, n: 2, interpolate: [1, 2], masks: [one, one].map(base64) }),
      'masks',
      `${head} the masks must be one from one seed to another, received 2.`,
    ],
    [
      'another size',
      async () => ({ ...strict, masks: base64(await grayPicture(4, 6, () => 0).toBuffer()) }),
      'masks',
      `${head} masks must be 6 x 4 pixels, as the pictures of the model are, received 4 x 6.`,
    ],
    [
      'a value of no class',
      async () => ({
        ...strict,
        n: 2,
        masks: [base64(one), base64(await grayPicture(WIDTH, HEIGHT, () => 1).toBuffer())],
      }),
      'masks',
      `${head} masks[1] cannot be used: it has the value 1, and the model knows 0 background, 7 bone, 255 skin.`,
    ],
    [
      'colours',
      async () => ({
        ...strict,
        masks: base64(
          await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#f00' } })
            .png()
            .toBuffer(),
        ),
      }),
      'masks',
      `${head} masks cannot be used: it is in colour, and a label is one number: save it as gray, or with a palette.`,
    ],
    [
      'a JPEG',
      async () => ({ ...strict, masks: base64(await sharp(one).jpeg().toBuffer()) }),
      'masks',
      `${head} masks must be a PNG file, received another kind.`,
    ],
    [
      'half a file',
      () => ({ ...strict, masks: base64(one.subarray(0, one.length - 20)) }),
      'masks',
      `${head} masks cannot be used: truncated: the PNG file has no end.`,
    ],
    [
      'a text',
      () => ({ ...strict, masks: base64(text) }),
      'masks',
      `${head} masks must be a PNG file, received another kind.`,
    ],
    [
      'no base64',
      () => ({ ...strict, masks: ['mask.png'] }),
      'masks',
      `${head} masks must be a file in base64, or a data URL with one, received "mask.png".`,
    ],
    [
      'an address',
      () => ({ ...strict, masks: ['https://example.org/mask.png'] }),
      'masks',
      'received "https://example.org/mask.png".',
    ],
    [
      'an empty text',
      () => ({ ...strict, masks: '' }),
      'masks',
      `${head} masks must be a file in base64, or a data URL with one, received "".`,
    ],
    [
      'an empty list',
      () => ({ ...strict, masks: [] }),
      'masks',
      'masks must be a text or an array of 1 to 16, received an empty array.',
    ],
    ['a number', () => ({ ...strict, masks: [3] }), 'masks.0', 'masks.0 must be a text, received 3.'],
    [
      'seventeen',
      () => ({ ...strict, n: 16, masks: new Array(17).fill('') }),
      'masks',
      'masks must be a text or an array of 1 to 16, received an array of 17.',
    ],
    [
      'a picture with colour',
      async () => ({
        model: 'enlarge',
        condition_images: base64(
          await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#f00' } })
            .png()
            .toBuffer(),
        ),
      }),
      'condition_images',
      `${head} condition_images must be gray, as the pictures that the model is told are, received one with colour.`,
    ],
    [
      'a picture that is a text',
      () => ({ model: 'enlarge', condition_images: base64(text) }),
      'condition_images',
      `${head} condition_images must be a picture in png, jpeg, webp, gif, tiff or avif, received bytes that are not a picture.`,
    ],
    [
      'masks to be drawn',
      () => ({ ...strict, masks: base64(one), return_masks: true }),
      'return_masks',
      `${head} return_masks must be false or left out, this model draws no masks.`,
    ],
  ])('%s', async (_, body, param, message) => {
    const { status, json } = await generate(await body());
    expect([status, json.error?.param]).toEqual([400, param]);
    expect(json.error.message).toContain(message);
    expect(json.error.message.slice(0, -1)).not.toContain('\n');
  });

  it('a mask whose head says that it is huge is not unpacked', async () => {
    const bytes = Buffer.from(one);
    bytes.writeUInt32BE(50_000, 16);
    bytes.writeUInt32BE(50_000, 20);
    const { json } = await generate({ ...strict, masks: base64(bytes) });
    expect(json.error.message).toContain(
      'must be 6 x 4 pixels, as the pictures of the model are, received 50000 x 50000.',
    );
  });

  it('texts in forms', async () => {
    const { status, json } = await send('/v1/images/edits', { model: 'strict', image: picture, masks: base64(one) });
    expect([status, json.error.param]).toEqual([400, 'masks']);
    expect(json.error.message).toBe('Cannot read the request: masks must be files, received a text.');
  });

  it('more of a small file than the memory holds, until it is free again', async () => {
    const mask = base64(await grayPicture(128, 128, () => 7).toBuffer());
    expect(mask.length).toBeLessThan(1000);
    const body = { model: 'large', steps: 1, n: 2, masks: [mask, mask] };
    expect((await generate(body)).status).toBe(429);
    expect((await generate({ ...body, n: 1, masks: mask, steps: 1 })).status).toBe(200);
  });

  it('a body beyond the limit', async () => {
    const { status } = await generate({ ...strict, masks: 'A'.repeat(2 ** 21) });
    expect(status).toBe(413);
  });
});
