/** Pictures by request: those that the library makes of the same settings, whatever a model is told or draws. */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel, png } from '#runtime-node/index.ts';
import { DEFAULT_GUIDANCE } from '#scheduler/index.ts';
import { classColours } from '#scheduler/model/index.ts';
import { labelsOfPng } from '#scheduler/model/png/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { latentModel } from '#test/models/latent-model.ts';
import { GUIDED, type TinyOptions, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { grayPicture } from '#test/pictures/images.ts';
import { ask, eventsOf, IMAGES, sendForm, useServer } from '#test/server.ts';

const [WIDTH, HEIGHT] = [6, 4];
const PLANE = WIDTH * HEIGHT;
const SHAPE = [1, HEIGHT, WIDTH] as const;
/** Values that are no class numbers. */
const HAND = { classes: ['background', 'bone', 'skin'], values: [0, 7, 255] };
const ORGANS = { classes: ['none', 'liver'], values: [0, 1000] };
const PETS = trainedCard({
  name: 'pets',
  data: { name: 'pets', hash: 'sha256:0', count: 2, classNames: ['cat', 'dog'], channelNames: ['fur'], phantoms: 2 },
});
const STUDENT = trainedCard({
  data: { name: 'none', hash: 'sha256:0', count: 1 },
  config: { model: { null_condition: true }, training: { calls: 2, teacherGuidance: 1.2 } },
});

let folder: string;
const server = useServer(async (temporary) => {
  folder = temporary;
  const model = (name: string, options: TinyOptions, card?: typeof PETS) =>
    tinyArtefact(options, { out: join(temporary, name), ...(card !== undefined && { card }) });
  const hand = { shape: SHAPE, conditionImage: HAND };
  return {
    models: {
      pets: await model('pets', { classes: 2 }, PETS),
      guided: await model('guided', GUIDED),
      student: await model('student', GUIDED, STUDENT),
      hand: await model('hand', { ...hand, classes: 2, nullCondition: true }),
      numbers: await model('numbers', { shape: SHAPE, conditionImage: { classes: HAND.classes } }),
      strict: await model('strict', hand),
      enlarge: await model('enlarge', { shape: [3, HEIGHT, WIDTH], conditionImage: { channels: 1 } }),
      large: await model('large', { shape: [1, 128, 128], conditionImage: HAND }),
      pairs: await model('pairs', { shape: [1 + 3, HEIGHT, WIDTH], maskOutput: HAND }),
      coloured: await model('coloured', { shape: [3 + 2, HEIGHT, WIDTH], maskOutput: ORGANS }),
      latents: await latentModel(temporary),
    },
    device: 'cpu',
    memory: 2 ** 22,
    resize: true,
  };
});

/** Class numbers of one mask and of another. */
const ONE = Uint8Array.from({ length: PLANE }, (_, i) => i % 3);
const OTHER = Uint8Array.from({ length: PLANE }, (_, i) => Number(i % WIDTH < 3));
/** `ONE` as `Image.frombytes('P', (6, 4), ...)` of Pillow 12 saves it, with a palette of three and two bits a pixel. */
const PALETTE =
  'iVBORw0KGgoAAAANSUhEUgAAAAYAAAAEAgMAAADQaqbQAAAACVBMVEUAAAD/AAAA/wD0g79+AAAAD0lEQVR4nGOU8GBiYIAgAAQUAGhGK54DAAAAAElFTkSuQmCC';
const valuesOf = (mask: Uint8Array) => (x: number, y: number) => HAND.values[mask[y * WIDTH + x]!]!;
const base64 = async (picture: Sharp) => (await picture.toBuffer()).toString('base64');
const [one, other, picture] = await Promise.all(
  [valuesOf(ONE), valuesOf(OTHER), (x: number, y: number) => 10 * (x + WIDTH * y)].map((level) =>
    base64(grayPicture(WIDTH, HEIGHT, level)),
  ),
);
/** Gray in three channels. */
const three = await base64(sharp(Buffer.from(one!, 'base64')).toColourspace('srgb').png());
const LEVELS = Float32Array.from({ length: PLANE }, (_, i) => (10 * i) / 127.5 - 1);
const BOTH = Uint8Array.of(...ONE, ...OTHER);

const SETTINGS = { seed: 5, steps: 4, sampler: 'ddim' } as const;
type Options = Parameters<DiffusionModel['sample']>[0];

const generate = (body: object, headers: Record<string, string> = {}) =>
  ask(server(), IMAGES, { body: { ...SETTINGS, ...body }, headers });
type Answer = Pick<Awaited<ReturnType<typeof ask>>, 'json'>;
const picturesOf = ({ json }: Answer) => json.data?.map(({ b64_json }: { b64_json: string }) => b64_json) ?? json;
const bytes = (b64: unknown) => Buffer.from(b64 as string, 'base64');

/** What the library makes; a confidence is the mean of a picture. */
async function sampled(name: string, options: Options) {
  const model = await loadModel(join(folder, name), { device: 'cpu' });
  const { images, shape, seeds, masks, maskConfidence } = await model.sample({ ...SETTINGS, ...options });
  await model.dispose();
  const part = <T extends Float32Array | Uint8Array>(all: T, i: number) =>
    all.slice((i * all.length) / seeds.length, ((i + 1) * all.length) / seeds.length) as T;
  return {
    pictures: await Promise.all(seeds.map(async (_, i) => (await png(part(images, i), shape)).toString('base64'))),
    masks: seeds.map((_, i) => [...part(masks ?? new Uint8Array(), i)]),
    confidence: seeds.map(
      (_, i) => part(maskConfidence ?? new Float32Array(), i).reduce((sum, x) => sum + x, 0) / PLANE,
    ),
  };
}

const CONDITIONED = { n: 3, label: [1, 0], condition: { age: [20, 120, 70] } };
const conditioned = { count: 3, labels: [1, 0], conditions: { age: [20, 120, 70] } };
const ROWS: [what: string, model: string, body: object, options: Options][] = [
  [
    'a sampler and labels',
    'pets',
    { n: 3, sampler: 'ddpm', label: [1, 0] },
    { count: 3, sampler: 'ddpm', labels: [1, 0] },
  ],
  ['classes in turn', 'pets', { n: 3, prompt: '' }, { count: 3 }],
  ['a class by the prompt', 'pets', { prompt: ' dog ' }, { labels: [1] }],
  ['labels beside a prompt', 'pets', { n: 2, prompt: 'cat', label: ['dog', 0] }, { count: 2, labels: [1, 0] }],
  ["LocalAI's name of steps", 'pets', { steps: undefined, step: 3 }, { steps: 3 }],
  [
    'seeds between two',
    'pets',
    { seed: undefined, interpolate: [3, 8], n: 3 },
    { seed: undefined, interpolate: [3, 8], count: 3 },
  ],
  [
    'seeds around one',
    'pets',
    { seed: undefined, variations: 3, variation: 0.2, n: 2, label: 1 },
    { seed: undefined, variations: 3, variation: 0.2, count: 2, labels: [1] },
  ],
  ['conditions, guided lightly by default', 'guided', CONDITIONED, { ...conditioned, guidance: DEFAULT_GUIDANCE }],
  ['no guidance', 'guided', { ...CONDITIONED, guidance: 1 }, { ...conditioned, guidance: 1 }],
  [
    'guidance within an interval',
    'guided',
    { ...CONDITIONED, guidance: 3, guidance_interval: [25, 75] },
    { ...conditioned, guidance: 3, guidanceInterval: [25, 75] },
  ],
  [
    'masks in turn',
    'hand',
    { masks: [one, `data:image/png;base64,${other}`], n: 3, label: 1, guidance: 2.5 },
    { conditionImages: BOTH, count: 3, labels: [1], guidance: 2.5 },
  ],
  ['no mask', 'hand', { masks: null, n: 2 }, { count: 2 }],
  ['a mask with a palette', 'numbers', { masks: PALETTE }, { conditionImages: ONE }],
  ['a mask in three channels', 'strict', { masks: three }, { conditionImages: ONE }],
  [
    'a picture that it is told',
    'enlarge',
    { condition_images: [picture], n: 2 },
    { conditionImages: LEVELS, count: 2 },
  ],
  ['the pictures of a model that draws masks', 'pairs', { n: 2 }, { count: 2 }],
  ['the pictures of a model that draws latents', 'latents', {}, {}],
];

describe('pictures', () => {
  it.each(ROWS)('are those of the library by %s', async (_, model, body, options) => {
    const { pictures } = await sampled(model, options);
    expect(picturesOf(await generate({ model, ...body }))).toEqual(pictures);
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  it('of requests that are sampled together keep apart', async () => {
    const together = await Promise.all(ROWS.map(([, model, body]) => generate({ model, ...body, steps: 30 })));
    for (const [i, [what, model, body]] of ROWS.entries())
      expect([what, picturesOf(together[i]!)]).toEqual([
        what,
        picturesOf(await generate({ model, ...body, steps: 30 })),
      ]);
  });

  it('have a seed at random where none is given, which makes them again', async () => {
    const [first, second] = (await generate({ n: 2, seed: null })).json.data;
    expect(second).toMatchObject({ seed: first.seed + 1, label: 1, class_name: 'dog' });
    const again = (await generate({ seed: first.seed, label: 0 })).json.data[0];
    expect(again).toEqual(first);
    expect((await generate({ seed: null })).json.data[0].seed).not.toBe(first.seed);
  });

  it('between seeds tell from which to which, and how far', async () => {
    const between = { seed: undefined, interpolate: [3, 8], label: [0] };
    const [plain] = picturesOf(await generate({ seed: 3, label: 0 }));
    expect((await generate({ ...between, n: 3 })).json.data).toMatchObject([
      { seed: 3, toward: 8, share: 0, b64_json: plain },
      { seed: 3, toward: 8, share: 0.5 },
      { seed: 3, toward: 8, share: 1 },
    ]);
  });

  it('tell their conditions and guidance, which make them again', async () => {
    const told = async (body: object) => (await generate({ model: 'guided', ...body })).json.data;
    const [first, second, third] = await told({ n: 3, label: [1, 0], condition: { age: [20, 120] } });
    expect(first).toMatchObject({ label: 1, condition: { age: 20 }, guidance: DEFAULT_GUIDANCE });
    expect([second.condition, third.condition]).toEqual([{ age: 120 }, { age: 20 }]);
    expect(second.guidance_interval).toEqual([0, 99]);
    const { b64_json, class_name: _, ...settings } = second;
    expect((await told({ ...settings, n: 1 }))[0].b64_json).toBe(b64_json);
    const [plain] = await told({ label: 0, guidance: 1 });
    expect(Object.keys(plain).sort()).toEqual(['b64_json', 'label', 'seed']);
    const { body } = await generate({ model: 'guided', condition: { age: 30 }, label: 0, stream: true });
    expect(eventsOf(body).at(-1)?.data).toMatchObject({ condition: { age: 30 }, guidance: DEFAULT_GUIDANCE });
  });

  it('go with masks in forms', async () => {
    const from = bytes(picture);
    const fields = { model: 'strict', image: from, strength: '0.5', ...SETTINGS, seed: '5', steps: '6', n: '2' };
    const options = { from: LEVELS, strength: 0.5, steps: 6, count: 2, conditionImages: BOTH };
    const { pictures } = await sampled('strict', options);
    for (const name of ['masks', 'masks[]']) {
      const answer = await sendForm(server(), '/v1/images/edits', { ...fields, [name]: [bytes(one), bytes(other)] });
      expect(picturesOf(answer)).toEqual(pictures);
    }
    const like = { model: 'strict', image: from, masks: bytes(one) };
    expect((await sendForm(server(), '/v1/images/variations', like)).status).toBe(200);
    const text = await sendForm(server(), '/v1/images/edits', { ...like, masks: one! });
    expect(text.json.error.message).toBe('Cannot read the request: masks must be files, received a text.');
  });
});

describe('drawn masks', () => {
  const labelsIn = async (file: Buffer) => [...(await labelsOfPng(file, 2 ** 20)).labels];
  const drawn = { model: 'pairs', n: 2, steps: 6 };
  const valuesIn = (classes: number[], { values }: typeof HAND = HAND) => classes.map((k) => values[k]!);

  it.each([
    ['pairs', HAND],
    ['coloured', ORGANS],
  ])('of %s come with how sure they are, where they are asked for', async (model, labels) => {
    const { pictures, masks, confidence } = await sampled(model, { count: 2, steps: 6 });
    expect(new Set(masks.flat()).size).toBe(labels.values.length); // or else a mask of one class would do
    const { json } = await generate({ ...drawn, model, return_masks: true });
    for (const [i, one] of json.data.entries()) {
      expect(one.b64_json).toBe(pictures[i]);
      expect(await labelsIn(bytes(one.mask_b64_json))).toEqual(valuesIn(masks[i]!, labels));
      expect(one.mask_confidence).toBeCloseTo(confidence[i]!, 5);
    }
    if (model === 'pairs') {
      const shown = await sharp(bytes(json.data[0].mask_b64_json)).removeAlpha().raw().toBuffer();
      expect([...shown]).toEqual(masks[0]!.flatMap((k) => classColours(3)[k]!));
    }
    expect(Object.keys((await generate({ ...drawn, model })).json.data[0])).toEqual(['b64_json', 'seed']);
  });

  it('are in the last event of a stream, at addresses, and of the size of their pictures', async () => {
    const { masks } = await sampled('pairs', { count: 2, steps: 6 });
    const events = eventsOf((await generate({ ...drawn, stream: true, partial_images: 1, return_masks: true })).body);
    for (const { event, data } of events) {
      if (!event.endsWith('completed')) expect(data).not.toHaveProperty('mask_b64_json');
      else expect(await labelsIn(bytes(data.mask_b64_json))).toEqual(valuesIn(masks[data.index as number]!));
    }
    const { json } = await generate({ ...drawn, response_format: 'url', output_format: 'webp', return_masks: true });
    expect(json.data[1]).not.toHaveProperty('mask_b64_json');
    const { headers, body } = await ask(server(), new URL(json.data[1].mask_url).pathname);
    expect(headers['content-type']).toBe('image/png');
    expect(await labelsIn(body)).toEqual(valuesIn(masks[1]!));
    const [scaled] = (await generate({ ...drawn, size: '12x2', return_masks: true })).json.data;
    // The centres of two rows among four lie on borders: those of the rows below count.
    const row = (y: number) => valuesIn(masks[0]!.slice(y * WIDTH, (y + 1) * WIDTH)).flatMap((value) => [value, value]);
    expect(await labelsIn(bytes(scaled.mask_b64_json))).toEqual([...row(1), ...row(3)]);
  });

  it.each(['edits', 'variations'])('keep their model from %s', async (path) => {
    const answer = await sendForm(server(), `/v1/images/${path}`, { image: bytes(picture), model: 'pairs' });
    expect([answer.status, answer.json.error.param, answer.json.error.message]).toEqual([
      400,
      'model',
      'Cannot start from a picture: model must be one that draws pictures alone, received pairs, which draws masks, too.',
    ]);
  });
});

describe('GET /v1/models', () => {
  it('lists what there is, and describes one', async () => {
    const { object, data } = (await ask(server(), '/v1/models')).json;
    const own = { object: 'model', size: '4x4', channels: 1, device: 'cpu', format: 'float32' };
    const named = { class_names: ['cat', 'dog'], channel_names: ['fur'], trained_on: 'phantoms' };
    const none = { guidance: null, masks: null, condition_images: null, drawn_masks: null };
    const age = { name: 'age', min: 10, max: 200, mean: 100, required: false };
    expect([object, ...data]).toMatchObject([
      'list',
      { ...own, id: 'pets', classes: 2, ...named, ...none },
      { id: 'guided', guidance: DEFAULT_GUIDANCE, conditions: [age] },
      { id: 'student', guidance: null },
      { id: 'hand', masks: { ...HAND, required: false }, guidance: DEFAULT_GUIDANCE },
      { id: 'numbers', masks: { values: [0, 1, 2] } },
      { id: 'strict', masks: { ...HAND, required: true }, guidance: null },
      { id: 'enlarge', channels: 3, masks: null, condition_images: { channels: 1 } },
      { id: 'large' },
      { id: 'pairs', channels: 1, drawn_masks: HAND },
      { id: 'coloured', channels: 3, drawn_masks: ORGANS },
      { id: 'latents', size: '16x16', channels: 1 },
    ]);
    expect(data[1]).not.toHaveProperty('trained_on');
    expect((await ask(server(), '/v1/models/pets')).json).toEqual(data[0]);
    expect((await ask(server(), '/v1/models/none')).status).toBe(404);
  });
});

/** What only HTTP has; the suite of the contract holds the rest. */
describe('a request that is wrong', () => {
  const head = 'Cannot sample images: ';
  const taken = 'Cannot take the request: ';
  const strict = { model: 'strict', masks: one };
  const png = { accept: 'image/png' };
  it.each<[object, string | null, string, Record<string, string>?]>([
    [
      { prompt: 'a cow' },
      'prompt',
      `${head}prompt must be a class, one of cat, dog, or a number from 0 to 1, received "a cow".`,
    ],
    [
      { model: 'latents', prompt: 'x' },
      'prompt',
      `${head}prompt must be left out, this model is not conditional on a class, received "x".`,
    ],
    [
      { seed: null, n: 2, interpolate: [1, 2], variations: 3 },
      'variations',
      `${head}variations must be left out where interpolate is given, received 3.`,
    ],
    [{ seed: null, interpolate: [1, 2] }, 'n', `${head}n must be at least 2 from one seed to another, received 1.`],
    [
      { stream: true, response_format: 'url' },
      'response_format',
      `${head}response_format must be b64_json with stream.`,
    ],
    [
      { size: '4096x8' },
      'size',
      `${head}size must be auto, or width x height of 1 to 2048 pixels each, such as 256x256, received "4096x8".`,
    ],
    [
      { size: '0x8' },
      'size',
      `${head}size must be auto, or width x height of 1 to 2048 pixels each, such as 256x256, received "0x8".`,
    ],
    [
      { model: 'guided', guidance_interval: [5] },
      'guidance_interval',
      `${taken}guidance_interval must be an array of 2, received an array of 1.`,
    ],
    [
      { model: 'guided', condition: { age: 'old' } },
      'condition.age',
      `${taken}condition.age must be a number or an array of 1 to 16, received "old".`,
    ],
    [{ n: 0 }, 'n', `${taken}n must be an integer from 1 to 16, received 0.`],
    [
      { label: {} },
      'label',
      `${taken}label must be an integer or a text of at most 1000 characters or an array of 1 to 16, received an object.`,
    ],
    [{ mood: 'hd' }, 'mood', `${taken}the field mood is not known.`],
    [
      { background: 'transparent' },
      'background',
      `${taken}background must be one of auto, opaque, received "transparent".`,
    ],
    [[1], null, `${taken}its body must be an object, received an array of 1.`],
    [{ stream: true }, 'stream', `${head}stream must be false with Accept: image/png.`, png],
    [
      { model: 'pairs', return_masks: true },
      'return_masks',
      `${head}return_masks must be false with Accept: image/png.`,
      png,
    ],
    [
      { ...strict, return_masks: true },
      'return_masks',
      `${head}return_masks must be false or left out, this model draws no masks.`,
    ],
    [{ masks: one }, 'masks', `${head}masks must be left out, this model takes none, received a file.`],
    [
      { model: 'enlarge', masks: [one, one] },
      'masks',
      `${head}masks must be left out, this model takes condition_images, received 2 files.`,
    ],
    [
      { model: 'enlarge' },
      'condition_images',
      `${head}this model needs a condition image for each image, received none.`,
    ],
    [
      { ...strict, masks: [one, one] },
      'masks',
      `${head}the masks must be at most as many as images, received 2 for 1.`,
    ],
    [
      { ...strict, masks: ['mask.png'] },
      'masks',
      `${head}masks must be a file in base64, or a data URL with one, received "mask.png".`,
    ],
    [
      { ...strict, n: 2, masks: [one, picture] },
      'masks',
      `${head}masks[1] cannot be used: it has the value 10, and the model knows 0 background, 7 bone, 255 skin.`,
    ],
  ])('is refused by the name of the field: %j', async (body, param, message, headers = {}) => {
    const sent = Array.isArray(body) ? body : { ...SETTINGS, ...body };
    const { status, json } = await ask(server(), IMAGES, { body: sent, headers });
    expect(json).toEqual({ error: { message, type: 'invalid_request_error', param, code: expect.any(String) } });
    expect(status).toBe(400);
  });

  it.each([
    ['a=1', 'application/x-www-form-urlencoded', 415, 'media_type'],
    ['{"n": 1', 'application/json', 400, 'invalid_json'],
    ['{"__proto__": {"n": 2}}', 'application/json', 400, 'invalid_json'],
  ])('is refused as a body: %s', async (body, type, status, code) => {
    const { status: answered, json } = await ask(server(), IMAGES, { body, headers: { 'content-type': type } });
    expect([answered, json.error.code]).toEqual([status, code]);
  });

  it('is not unpacked where the head of a mask says that it is huge', async () => {
    const huge = bytes(one);
    for (const at of [16, 20]) huge.writeUInt32BE(50_000, at);
    const { json } = await generate({ ...strict, masks: huge.toString('base64') });
    expect(json.error.message).toContain(
      'must be 6 x 4 pixels, as the pictures of the model are, received 50000 x 50000.',
    );
  });

  it('is refused where a small file takes more than the memory holds, until it is free again', async () => {
    const mask = await base64(grayPicture(128, 128, () => 7));
    expect(mask.length).toBeLessThan(1000);
    const body = { model: 'large', steps: 1 };
    expect((await generate({ ...body, n: 2, masks: [mask, mask] })).status).toBe(429);
    expect((await generate({ ...body, masks: mask })).status).toBe(200);
  });
});
