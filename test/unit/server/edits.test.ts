/** Forms with a picture to start from. */
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel, png, readPicture } from '#runtime-node/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { ask, formOf, IMAGES, sendForm, useServer } from '#test/server.ts';

const EDITS = '/v1/images/edits';
const VARIATIONS = '/v1/images/variations';
const [WIDTH, HEIGHT] = [6, 4];
const PLANE = WIDTH * HEIGHT;

let folder: string;
const server = useServer(async (temporary) => {
  folder = join(temporary, 'gray');
  return {
    models: { gray: await tinyArtefact({ shape: [1, HEIGHT, WIDTH], classes: 3 }, { out: folder }) },
    maxSteps: 100,
    resize: true,
  };
});

type Fields = Parameters<typeof formOf>[0];
const send = (path: string, fields: Fields) => sendForm(server(), path, { seed: '5', ...fields });

const level = (i: number) => 40 + 8 * i;
/** A gray picture whose pixels differ; `clear` ones are transparent. */
const rgbaPicture = (clear: (i: number) => boolean = () => false) => {
  const rgba = Array.from({ length: PLANE }, (_, i) => [level(i), level(i), level(i), clear(i) ? 0 : 255]);
  const raw = { width: WIDTH, height: HEIGHT, channels: 4 } as const;
  return sharp(Buffer.from(rgba.flat()), { raw }).png().toBuffer();
};
const right = (i: number) => i % WIDTH >= WIDTH / 2;
const pixels = async (file: Buffer) => [...(await sharp(file).toColourspace('b-w').raw().toBuffer())];
const decoded = (b64: string) => pixels(Buffer.from(b64, 'base64'));
const [picture, holed] = await Promise.all([rgbaPicture(), rgbaPicture(right)]);

describe('an edit', () => {
  it('paints what the mask leaves clear, keeps the rest, and gives what the library gives', async () => {
    const fields = { image: picture, mask: holed, n: '2', steps: '6', sampler: 'ddpm', resamples: '2', label: '1' };
    const { status, json } = await send(EDITS, fields);
    expect(status).toBe(200);
    const data = [{ seed: 5, label: 1 }, { seed: 6 }];
    expect(json).toMatchObject({ model: 'gray', size: `${WIDTH}x${HEIGHT}`, data });
    const model = await loadModel(folder, { device: 'cpu' });
    const { shape } = model;
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
    const alone = await send(EDITS, { steps: '4', image: holed, input_fidelity: 'high' }); // which OpenAI's clients may send
    expect(alone.status).toBe(200);
    expect((await send(EDITS, { steps: '4', image: picture, mask: holed })).json.data).toEqual(alone.json.data);
  });

  it('paints an opaque picture anew as far as the strength says, and a variation to six tenths', async () => {
    const edit = async (strength: string) => {
      const { json } = await send(EDITS, { image: picture, steps: '50', strength });
      return json.data[0].b64_json as string;
    };
    const { json } = await ask(server(), IMAGES, { body: { seed: 5, steps: 50 } });
    expect(await edit('1')).toBe(json.data[0].b64_json);
    const apart = async (made: string) =>
      (await decoded(made)).reduce((sum, value, i) => sum + Math.abs(value - level(i)), 0);
    expect(await apart(await edit('0.02'))).toBeLessThan(await apart(await edit('1')));
    const variation = await send(VARIATIONS, { image: picture, steps: '50' });
    expect(variation.json.data[0].b64_json).toBe(await edit('0.6'));
  });

  it('takes a list of one picture and scales the answer, as Open WebUI asks for', async () => {
    const fields = {
      model: 'gray',
      prompt: '1',
      n: '1',
      size: '256x256',
      background: 'auto',
      response_format: 'b64_json',
    };
    const [one, list] = await Promise.all(
      ['image', 'image[]'].map((name) => send(EDITS, { ...fields, [name]: picture })),
    );
    expect(list!.json.data).toEqual(one!.json.data);
    const { width, height } = await sharp(Buffer.from(one!.json.data[0].b64_json, 'base64')).metadata();
    expect([width, height]).toEqual([256, 256]);
  });
});

describe('a form that is wrong is refused in a sentence', () => {
  const of = 'Cannot start from a picture: image must';
  it.each<[string, Fields, string, string]>([
    ['no image', {}, 'image', 'the field image must be given.'],
    ['an image that is no file', { image: 'x' }, 'image', `${of} be a file.`],
    ['a clear image beside a mask', { image: holed, mask: holed }, 'image', `${of} be opaque, received one with`],
    [
      'an opaque mask',
      { image: picture, mask: picture },
      'mask',
      'mask must have transparent pixels, which are painted',
    ],
    [
      'a strength of 0',
      { image: picture, strength: '0' },
      'strength',
      'a number above 0 and of at most 1, received 0.',
    ],
    [
      'resamples without a mask',
      { image: picture, resamples: '3' },
      'resamples',
      'resamples must be left out or 1 without a mask',
    ],
    [
      'too many calls',
      { image: holed, resamples: '3', steps: '50' },
      'resamples',
      'at most 100 calls of the network, not 148, received 3.',
    ],
    [
      'too many calls, before its table is made, which this sampler refuses',
      { image: holed, resamples: '100', steps: '100', sampler: 'dpmpp_2m_sde' },
      'resamples',
      'at most 100 calls of the network, not 9901, received 100.',
    ],
  ])('%s', async (_, fields, param, message) => {
    const { status, json } = await send(EDITS, fields);
    expect([status, json.error.param]).toEqual([400, param]);
    expect(json.error.message).toContain(message);
  });

  it.each(['prompt', 'stream', 'resamples'])('%s of a variation', async (field) => {
    const { status, json } = await send(VARIATIONS, { image: picture, [field]: '1' });
    expect([status, json.error.code, json.error.param]).toEqual([400, 'unknown_field', field]);
  });

  it('bodies that are no forms', async () => {
    const { status, json } = await ask(server(), EDITS, { body: { image: 'x' } });
    expect([status, json.error.code]).toEqual([415, 'media_type']);
    expect(json.error.message).toContain('its content-type must be multipart/form-data with a boundary');
    const { headers, payload } = await formOf({ image: picture });
    const broken = await ask(server(), EDITS, { body: payload.subarray(0, -20).toString('latin1'), headers });
    expect([broken.status, broken.json.error.code]).toEqual([400, 'invalid_form']);
  });
});
