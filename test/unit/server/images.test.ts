import { join } from 'node:path';
import { DEFAULT_GUIDANCE, SAMPLER_NAMES } from '@onnoise/scheduler';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel, png, sheet } from '#runtime-node/index.ts';
import { trainedCard } from '#test/models/card.ts';
import { GUIDED, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, eventsOf, IMAGES, useServer } from '#test/server.ts';

const DIGITS = join(import.meta.dirname, '../../../models/digits');

let guidedFolder: string;
let studentFolder: string;
const server = useServer(async (folder) => {
  guidedFolder = await tinyArtefact(GUIDED, { out: join(folder, 'guided') });
  studentFolder = await tinyArtefact(GUIDED, { out: join(folder, 'student'), card: STUDENT });
  return {
    models: {
      digits: DIGITS,
      rgb: await tinyArtefact({ shape: [3, 4, 6] }, { out: join(folder, 'rgb') }),
      guided: guidedFolder,
      student: studentFolder,
      pets: await tinyArtefact({ classes: 2 }, { out: join(folder, 'pets'), card: PETS }),
    },
  };
});

const STUDENT = trainedCard({
  data: { name: 'none', hash: 'sha256:0', count: 1 },
  config: { model: { null_condition: true }, training: { calls: 2, teacherGuidance: 1.2 } },
});

const PETS = trainedCard({
  name: 'pets',
  data: { name: 'pets', hash: 'sha256:0', count: 2, classNames: ['cat', 'dog'], channelNames: ['fur'], phantoms: 2 },
});

const generate = (body: object, headers?: Record<string, string>) =>
  ask(server(), IMAGES, { body, ...(headers && { headers }) });

/** The same images from `pipeline sample`. */
async function sampled(folder: string, options: object) {
  const model = await loadModel(folder, { device: 'cpu' });
  try {
    return await model.sample(options);
  } finally {
    await model.dispose();
  }
}

describe('POST /v1/images/generations', () => {
  it('gives the pictures that the library gives for the seed, label, steps and sampler', async () => {
    const asked = { n: 3, seed: 41, steps: 6, sampler: 'ddpm' };
    const { status, json } = await generate({ ...asked, label: [3, 1] });
    expect(status).toBe(200);
    expect(json).toMatchObject({ model: 'digits', size: '28x28', output_format: 'png' });
    const { images, shape, seeds, labels } = await sampled(DIGITS, {
      count: 3,
      seed: 41,
      steps: 6,
      sampler: 'ddpm',
      labels: [3, 1],
    });
    for (const [i, one] of json.data.entries()) {
      expect(one).toMatchObject({ seed: seeds[i], label: labels![i], class_name: String(labels![i]) });
      expect(await pixels(one.b64_json)).toEqual(await pixels(await png(images.slice(i * 784, (i + 1) * 784), shape)));
    }
  });

  it('takes all classes in turn and a seed at random where neither is given, and tells them', async () => {
    const first = (await generate({ n: 12, steps: 1 })).json.data;
    expect(first.map(({ label }: { label: number }) => label)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect(first.map(({ seed }: { seed: number }) => seed - first[0].seed)).toEqual(
      first.map((_: never, i: number) => i),
    );
    const second = (await generate({ n: 1, steps: 1 })).json.data;
    expect(second[0].seed).not.toBe(first[0].seed);
    const again = (await generate({ n: 1, steps: 1, seed: first[0].seed, label: 0 })).json.data;
    expect(again[0].b64_json).toBe(first[0].b64_json);
  });

  it('reads a class from the prompt, by name or number', async () => {
    const labels = async (body: object) =>
      (await generate({ model: 'pets', n: 2, steps: 1, ...body })).json.data.map(
        ({ label }: { label: number }) => label,
      );
    expect(await labels({ prompt: ' dog ' })).toEqual([1, 1]);
    expect(await labels({ prompt: '0' })).toEqual([0, 0]);
    expect(await labels({ prompt: '' })).toEqual([0, 1]);
    expect(await labels({ prompt: 'cat', label: ['dog', 0] })).toEqual([1, 0]);
  });

  it('gives PNG itself where Accept asks for it: a picture, or a sheet', async () => {
    const accept = { accept: 'image/png, application/json;q=0.5' };
    const one = await generate({ model: 'rgb', seed: 5, steps: 3, prompt: null, label: null }, accept);
    expect(one.headers).toMatchObject({ 'content-type': 'image/png', 'x-seed': '5', 'cache-control': 'no-store' });
    expect(await sharp(one.body).metadata()).toMatchObject({ width: 6, height: 4, channels: 3 });
    const four = await generate({ n: 4, seed: 5, steps: 3 }, accept);
    const { images, shape } = await sampled(DIGITS, { count: 4, seed: 5, steps: 3 });
    expect(await pixels(four.body)).toEqual(await pixels(await sheet(images, shape)));
    const json = await generate({ steps: 1 }, { accept: 'application/json, image/png' });
    expect(json.headers['content-type']).toMatch('application/json');
  });

  it('notes in each form of an answer that a sampler leaves noise', async () => {
    const heun = { steps: 4, sampler: 'heun', seed: 1 };
    const note = expect.stringMatching(/^The first step is too long for heun and leaves noise: .* exponential /);
    expect((await generate(heun)).json.note).toEqual(note);
    expect((await generate(heun, { accept: 'image/png' })).headers['x-note']).toEqual(note);
    expect(eventsOf((await generate({ ...heun, stream: true })).body).at(-1)?.data.note).toEqual(note);
    const fine = await generate({ ...heun, spacing: 'exponential' });
    expect([fine.status, fine.json.note]).toEqual([200, undefined]);
  });

  it('streams pictures as they form, each event in its order', async () => {
    const { status, headers, body } = await generate({ n: 2, seed: 3, steps: 9, stream: true, partial_images: 2 });
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const events = eventsOf(body);
    for (const index of [0, 1]) {
      const own = events.filter(({ data }) => data.index === index);
      expect(own.map(({ event, data }) => [event, data.partial_image_index, data.step])).toEqual([
        ['image_generation.partial_image', 0, 3],
        ['image_generation.partial_image', 1, 6],
        ['image_generation.completed', undefined, undefined],
      ]);
    }
    const { json } = await generate({ n: 2, seed: 3, steps: 9 });
    const completed = events.filter(({ event }) => event === 'image_generation.completed');
    expect(completed.map(({ data }) => data.b64_json).sort()).toEqual(
      json.data.map(({ b64_json }: { b64_json: string }) => b64_json).sort(),
    );
  });

  it('gives what was asked beside others the picture that it gives alone', async () => {
    const alone = (await generate({ seed: 77, steps: 12, label: 4 })).json.data[0].b64_json;
    const others = [3, 7, 20, 12, 1].map((steps, i) =>
      generate({ n: 3, seed: 500 + i, steps, sampler: i % 2 === 0 ? 'ddpm' : 'ddim' }),
    );
    const among = await generate({ seed: 77, steps: 12, label: 4 });
    await Promise.all(others);
    const [a, b] = await Promise.all([alone, among.json.data[0].b64_json].map(pixels));
    const most = Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)));
    expect(most).toBeLessThanOrEqual(1); // the network's values differ by 1e-6, which can tip the rounding to 8 bits
  });

  it('guides, within an interval and lightly by default, with the conditions that are given', async () => {
    const common = { model: 'guided', n: 3, seed: 8, steps: 4, label: [1, 0], condition: { age: [20, 120, 70] } };
    const options = { count: 3, seed: 8, steps: 4, labels: [1, 0], conditions: { age: [20, 120, 70] } };
    for (const [body, more] of [
      [{}, { guidance: DEFAULT_GUIDANCE }],
      [{ guidance: 1 }, { guidance: 1 }],
      [
        { guidance: 3, guidance_interval: [25, 75] },
        { guidance: 3, guidanceInterval: [25, 75] },
      ],
    ] as const) {
      const { status, json } = await generate({ ...common, ...body });
      expect(status).toBe(200);
      const { images, shape } = await sampled(guidedFolder, { ...options, ...more });
      for (const [i, one] of json.data.entries()) {
        const alone = await png(images.slice(i * 16, (i + 1) * 16), shape);
        expect(await pixels(one.b64_json)).toEqual(await pixels(alone));
      }
    }
  });

  it('draws of a student in its own calls, without guidance, and refuses others', async () => {
    const { json: listed } = await ask(server(), '/v1/models');
    const student = listed.data.find(({ id }: { id: string }) => id === 'student');
    expect(student).toMatchObject({ guidance: null, distilled: { calls: 2, guidance: 1.2 } });
    const common = { model: 'student', n: 2, seed: 8, label: [1, 0], condition: { age: 30 } };
    const { status, json } = await generate(common);
    expect(status).toBe(200);
    const options = { count: 2, seed: 8, labels: [1, 0], conditions: { age: 30 } };
    const { images, shape } = await sampled(studentFolder, { ...options, steps: 2, sampler: 'ddim', guidance: 1 });
    for (const [i, one] of json.data.entries()) {
      expect(await pixels(one.b64_json)).toEqual(await pixels(await png(images.slice(i * 16, (i + 1) * 16), shape)));
    }
    const refused = await generate({ ...common, steps: 20 });
    expect(refused.status).toBe(400);
    expect(refused.json.error.message).toContain('as this model was distilled to draw in 2 calls');
  });

  it('tells of each picture its conditions and guidance, which make it again', async () => {
    const common = { model: 'guided', seed: 8, steps: 4 };
    const told = async (body: object) => (await generate({ ...common, ...body })).json.data;
    const [first, second, third] = await told({ n: 3, label: [1, 0], condition: { age: [20, 120] } });
    expect(first).toMatchObject({ label: 1, condition: { age: 20 }, guidance: DEFAULT_GUIDANCE });
    expect([second.condition, third.condition]).toEqual([{ age: 120 }, { age: 20 }]);
    expect(second.guidance_interval).toEqual([0, 99]);
    const { b64_json, class_name: _, ...settings } = second;
    expect((await told({ ...settings, n: 1 }))[0].b64_json).toBe(b64_json);
    const [narrow] = await told({ n: 1, label: 0, guidance: 3, guidance_interval: [25, 75] });
    expect(narrow).toMatchObject({ guidance: 3, guidance_interval: [25, 75] });
    expect(narrow).not.toHaveProperty('condition');
    const [plain] = await told({ n: 1, label: 0, guidance: 1 });
    expect(Object.keys(plain).sort()).toEqual(['b64_json', 'label', 'seed']);
    const { body } = await generate({ ...common, n: 2, condition: { age: [30, 40] }, label: 0, stream: true });
    const completed = eventsOf(body).filter(({ event }) => event === 'image_generation.completed');
    const byIndex = completed.sort((a, b) => Number(a.data.index) - Number(b.data.index));
    expect(byIndex.map(({ data }) => [data.condition, data.guidance])).toEqual([
      [{ age: 30 }, DEFAULT_GUIDANCE],
      [{ age: 40 }, DEFAULT_GUIDANCE],
    ]);
  });

  it('gives a guided picture the bits that it has alone, whatever shares its batches', async () => {
    const asked = { model: 'guided', seed: 77, steps: 9, label: 1, condition: { age: 60 }, guidance: 2 };
    const alone = (await generate(asked)).json.data[0].b64_json;
    const others = [3, 7, 20, 12, 1].map((steps, i) =>
      generate({ model: 'guided', n: 3, steps, ...(i % 2 === 0 ? { guidance: 1 } : { guidance_interval: [0, 50] }) }),
    );
    const among = await generate(asked);
    for (const { status } of await Promise.all(others)) expect(status).toBe(200);
    expect(among.json.data[0].b64_json).toBe(alone);
  });

  const refuses = (action: string, cases: [body: object, param: string | null, rule: string][]) =>
    it.each(cases)(`refuses to ${action} in a sentence: %j`, async (body, param, rule) => {
      const { status, json } = await generate(body);
      expect(status).toBe(400);
      const message = `Cannot ${action}: ${rule}`;
      expect(json).toEqual({ error: { message, type: 'invalid_request_error', param, code: expect.any(String) } });
    });
  refuses('sample images', [
    [
      { model: 'pets', guidance: 2 },
      'guidance',
      'guidance must be left out or 1, this model was always told its condition in training, received 2.',
    ],
    [
      { model: 'rgb', guidance: 0 },
      'guidance',
      'guidance must be left out or 1, this model is unconditional, received 0.',
    ],
    [
      { model: 'guided', guidance_interval: [60, 20] },
      'guidance_interval',
      'the guidance interval must be two timesteps from 0 to 99, the lower first, received [60, 20].',
    ],
    [{ model: 'guided', condition: { weight: 5 } }, 'condition', 'a condition must be one of age, received "weight".'],
    [
      { model: 'guided', condition: { age: 500 } },
      'condition',
      'condition age must be a number from 10 to 200, received 500.',
    ],
    [{ condition: { age: 50 } }, 'condition', 'a condition must be left out, this model takes none, received "age".'],
    [
      { size: '1024x1024' },
      'size',
      'size must be 28x28, the model\'s, or auto (a server with --resize scales pictures), received "1024x1024".',
    ],
    [{ prompt: 'a cat' }, 'prompt', 'prompt must be a class, one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, received "a cat".'],
    [
      { label: 10 },
      'label',
      'label must be a class, one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, or a number from 0 to 9, received 10.',
    ],
    [
      { model: 'rgb', prompt: 'x' },
      'prompt',
      'prompt must be left out, this model is not conditional on a class, received "x".',
    ],
    [{ model: 'rgb', variation: 0.5 }, 'variation', 'variation must be left out without a seed to vary, received 0.5.'],
    [
      { model: 'rgb', n: 2, interpolate: [1, 2], variations: 3 },
      'variations',
      'variations must be left out where interpolate is given, received 3.',
    ],
    [{ model: 'rgb', seed: 5, variations: 3 }, 'seed', 'seed must be left out where variations is given, received 5.'],
    [
      { model: 'rgb', seed: Number.MAX_SAFE_INTEGER, n: 2 },
      'seed',
      `seed must be an integer from 0 to ${Number.MAX_SAFE_INTEGER - 1}, received ${Number.MAX_SAFE_INTEGER}.`,
    ],
    [{ n: 1, label: [1, 2] }, 'label', 'labels must be at most as many as images, received 2 for 1.'],
  ]);
  refuses('take the request', [
    [{ model: 'guided', guidance: 21 }, 'guidance', 'guidance must be a number from 0 to 20, received 21.'],
    [
      { model: 'guided', guidance_interval: [5] },
      'guidance_interval',
      'guidance_interval must be an array of 2, received an array of 1.',
    ],
    [
      { model: 'guided', condition: { age: 'old' } },
      'condition.age',
      'condition.age must be a number or an array of 1 to 16, received "old".',
    ],
    [{ n: 0 }, 'n', 'n must be an integer from 1 to 16, received 0.'],
    [{ n: 17 }, 'n', 'n must be an integer from 1 to 16, received 17.'],
    [{ n: '2' }, 'n', 'n must be an integer from 1 to 16, received "2".'],
    [{ steps: 1.5 }, 'steps', 'steps must be an integer from 1 to 1000, received 1.5.'],
    [{ sampler: 'nonesuch' }, 'sampler', `sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "nonesuch".`],
    [{ eta: -1 }, 'eta', 'eta must be a number from 0 to 1, received -1.'],
    [{ seed: -1 }, 'seed', `seed must be an integer from 0 to ${2 ** 53 - 1}, received -1.`],
    [
      { label: {} },
      'label',
      'label must be an integer or a text of at most 1000 characters or an array of 1 to 16, received an object.',
    ],
    [{ mood: 'hd' }, 'mood', 'the field mood is not known.'],
    [{ response_format: 'link' }, 'response_format', 'response_format must be one of b64_json, url, received "link".'],
    [{ background: 'transparent' }, 'background', 'background must be one of auto, opaque, received "transparent".'],
    [[1], null, 'its body must be an object, received an array of 1.'],
  ]);
  refuses('compile the sampler', [
    [{ model: 'rgb', steps: 101 }, 'steps', 'steps must be an integer from 1 to 100, received 101.'],
    [{ sampler: 'ddpm', eta: 0.5 }, 'eta', 'eta must be left out or 0 with sampler ddpm, received 0.5.'],
    [
      { model: 'rgb', steps: 100, sampler: 'dpmpp_2m_sde' },
      'steps',
      'steps must be at most 99 with leading spacing, so that no timestep comes twice, received 100.',
    ],
  ]);

  it.each(['nothing', '../digits', '..%2f..%2fetc%2fpasswd', 'digits\u0000', '__proto__', 'constructor', 'digits/'])(
    'knows no model %j',
    async (model) => {
      const { status, json } = await generate({ model });
      expect([status, json.error.code]).toEqual([404, 'model_not_found']);
      expect(json.error.message).toBe('There is no model of that name. There are: digits, rgb, guided, student, pets.');
    },
  );

  it('refuses in a sentence a stream of PNG, other types, and what is no JSON', async () => {
    const png = await generate({ stream: true }, { accept: 'image/png' });
    expect([png.status, png.json.error.param]).toEqual([400, 'stream']);
    const form = await ask(server(), IMAGES, {
      body: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, form.json.error.code]).toEqual([415, 'media_type']);
    const cut = await ask(server(), IMAGES, { body: '{"n": 1' });
    expect([cut.status, cut.json.error.code]).toEqual([400, 'invalid_json']);
    const evil = await ask(server(), IMAGES, { body: '{"__proto__": {"n": 2}}' });
    expect([evil.status, evil.json.error.code]).toEqual([400, 'invalid_json']);
  });
});

describe('GET /v1/models', () => {
  it('lists what there is, and describes one', async () => {
    const { json } = await ask(server(), '/v1/models');
    expect(json.object).toBe('list');
    expect(json.data.map(({ id }: { id: string }) => id)).toEqual(['digits', 'rgb', 'guided', 'student', 'pets']);
    const pets = await ask(server(), '/v1/models/pets');
    expect(json.data.map(({ guidance }: { guidance: unknown }) => guidance)).toEqual([
      DEFAULT_GUIDANCE,
      null,
      DEFAULT_GUIDANCE,
      null,
      null,
    ]);
    expect(json.data[2].conditions).toEqual([{ name: 'age', min: 10, max: 200, mean: 100, required: false }]);
    expect(pets.json).toMatchObject({
      object: 'model',
      size: '4x4',
      classes: 2,
      class_names: ['cat', 'dog'],
      channel_names: ['fur'],
      trained_on: 'phantoms',
      device: 'cpu',
      format: 'float32',
    });
    expect(json.data[0]).not.toHaveProperty('trained_on');
    expect(pets.json).toEqual(json.data[4]);
    expect((await ask(server(), '/v1/models/none')).status).toBe(404);
  });
});

/** Bytes of the pixels of a PNG. */
async function pixels(image: string | Buffer): Promise<Uint8Array> {
  const bytes = typeof image === 'string' ? Buffer.from(image, 'base64') : image;
  return new Uint8Array(await sharp(bytes).raw().toBuffer());
}
