import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeModel } from '@onnoise/tracer';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchFolder, modelAddress } from '#site/views/model/address.ts';
import { inspect, readCard } from '#site/views/model/inspect.ts';
import { readOnnxHeader } from '#site/views/model/onnx-header.ts';
import { about, bytes } from '#site/views/model/words.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { type TinyOptions, tinyConditions, tinyOnnx } from '#test/models/tiny-onnx.ts';

const DIGITS = join(import.meta.dirname, '../../../../models/digits');
const blob = (content: Uint8Array | string) => new Blob([content as Uint8Array<ArrayBuffer>]);

function tiny(options: TinyOptions = {}, replaced: Record<string, unknown> = {}): Record<string, Blob> {
  const { shape = [1, 4, 4], classes = 0, T = 100 } = options;
  const files = {
    'scheduler/scheduler_config.json': { num_train_timesteps: T },
    'unet/config.json': {
      _class_name: 'UNet2DModel',
      sample_size: [shape[1], shape[2]],
      in_channels: shape[0],
      num_class_embeds: classes || null,
    },
    'unet/model.onnx': tinyOnnx(options),
    ...replaced,
  };
  const made = Object.entries(files).map(([path, value]) => [
    path,
    blob(typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)),
  ]);
  return Object.fromEntries(made);
}

describe('inspect', () => {
  const HASH = createHash('sha256').update(tinyOnnx()).digest('hex');
  const evaluated = (hash: string) => {
    const evaluation = exampleEvaluation();
    return tiny({}, { 'evaluation.json': { ...evaluation, model: { ...evaluation.model, hash } } });
  };

  it('gives the main figures of an evaluated model', async () => {
    const { figures, warnings } = await inspect({ files: evaluated(HASH), title: 'x' });
    expect(figures.map(({ name }) => name)).toEqual(['Class accuracy', 'Frechet distance', 'Memorisation']);
    expect(warnings).toEqual([]);
    expect((await inspect({ files: tiny(), title: 'x' })).figures).toEqual([]);
  });

  it.each([
    ['figures of other weights', evaluated('0'), /about the network beside it, received figures of other weights/],
    ['figures of another version', tiny({}, { 'evaluation.json': { version: 9 } }), /version must be 1, received 9/],
    ['broken figures', tiny({}, { 'evaluation.json': '{' }), /^Cannot read evaluation\.json: it must be JSON/],
  ])('opens a model with %s, and says why they are not shown', async (_, files, sentence) => {
    const { figures, warnings } = await inspect({ files, title: 'x' });
    expect(figures).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(sentence)]);
  });

  it('tells what the shipped digits are', async () => {
    const paths = [
      'scheduler/scheduler_config.json',
      'unet/config.json',
      'unet/model.onnx',
      'README.md',
      'model_index.json',
      'samples.png',
      'training.json',
    ];
    const files = Object.fromEntries(paths.map((path) => [path, blob(readFileSync(join(DIGITS, path)))]));
    const found = await inspect({ files, title: 'digits' });
    expect(found).toMatchObject({
      title: 'digits',
      network: 'UNet2DModel',
      shape: [1, 28, 28],
      classes: 10,
      classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      parameters: '1,102,148',
      bytes: 2_552_903,
      scheduler: { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 1000, prediction_type: 'v_prediction' },
      warnings: [],
    });
    expect(found.card.lines[0]).toMatch(
      /^A diffusion model: 28 x 28 gray pictures, .* UNet2DModel, 1,102,148 parameters/,
    );
  });

  it('does without a card, and says what it then does not know', async () => {
    const found = await inspect({ files: tiny({ classes: 3 }), title: undefined });
    expect([found.title, found.parameters, found.card.lines]).toEqual(['My model', 'about 3', []]);
    expect(found.warnings).toEqual(['model_index.json does not name the 3 classes: they are numbered from 0.']);
  });

  it('tells what a model is told and draws beside pictures, and the shape of the pictures alone', async () => {
    const options = {
      shape: [4, 4, 4] as const,
      conditionImage: { classes: ['none', 'bone'] },
      maskOutput: { classes: ['none', 'a', 'b'] },
    };
    const config = { sample_size: 4, in_channels: 6, out_channels: 4, ...tinyConditions(options) };
    const found = await inspect({ files: tiny(options, { 'unet/config.json': config }), title: 'x' });
    expect(found).toMatchObject({
      shape: [1, 4, 4],
      conditionImage: { shape: [2, 4, 4], mask: options.conditionImage },
      maskOutput: options.maskOutput,
      nullCondition: false,
    });
    const none = await inspect({ files: tiny(), title: 'x' });
    expect([none.conditionImage, none.maskOutput]).toEqual([undefined, undefined]);
  });

  it('tells which channels are shown, as the model says', async () => {
    const config = { sample_size: 4, in_channels: 4, out_channels: 4 };
    const found = async (index: object) =>
      inspect({
        files: tiny({ shape: [4, 4, 4] }, { 'unet/config.json': config, 'model_index.json': index }),
        title: 'x',
      });
    expect([(await found({})).shows, (await found({ show: '4,2,1' })).shows]).toEqual([[0], [3, 1, 0]]);
    expect((await inspect({ files: tiny(), title: 'x' })).shows).toBeUndefined();
  });

  it('refuses a schedule that is longer than the network knows', async () => {
    const config = { in_channels: 1, sample_size: 4, num_train_timesteps: 50 };
    await expect(inspect({ files: tiny({}, { 'unet/config.json': config }), title: 'x' })).rejects.toThrow(
      'num_train_timesteps must be the same in scheduler/scheduler_config.json and unet/config.json, received 100 and 50.',
    );
  });

  const onnx = tinyOnnx();
  it.each([
    ['unet/config.json', '{"a": ', 'unet/config.json must be JSON'],
    ['unet/config.json', '\x89PNG', 'unet/config.json must be JSON'],
    ['unet/config.json', [], 'unet/config.json must be a JSON object'],
    ['unet/config.json', { in_channels: 1 }, 'sample_size of unet/config.json must be'],
    [
      'unet/config.json',
      { in_channels: 3, sample_size: 4 },
      'unet/model.onnx must have sample as float32 [N, 3, 4, 4] with N free, received float32 [N, 1, 4, 4].',
    ],
    [
      'unet/config.json',
      { in_channels: 1, sample_size: 4, num_class_embeds: 2 },
      'must have the inputs sample, timestep, class_labels that unet/config.json asks for, received sample, timestep.',
    ],
    ['scheduler/scheduler_config.json', { beta_schedule: 'x' }, 'beta_schedule must be one of'],
    ['unet/model.onnx', '', 'unet/model.onnx must be an ONNX network, received an empty file.'],
    ['unet/model.onnx', 'PK\x03\x04', 'received a zip archive.'],
    ['unet/model.onnx', '<!doctype html>', 'received a web page.'],
    ['unet/model.onnx', 'just some words that mean nothing here', 'received something else.'],
    ['unet/model.onnx', new Uint8Array(200), 'received something else.'],
    ['unet/model.onnx', Uint8Array.from([8, 9]), 'received a file without a network.'],
    ['unet/model.onnx', onnx.subarray(0, onnx.length - 3), 'it was cut short, copy or download it again.'],
    ['unet/model.onnx', onnx.subarray(0, 100), 'received the first 100 bytes of 347: it was cut short'],
    [
      'unet/model.onnx',
      tinyOnnx({ classes: 2 }),
      'must have the inputs sample, timestep that unet/config.json asks for, received sample, timestep, class_labels.',
    ],
    ['unet/model.onnx', tinyOnnx({ outputName: 'y' }), 'must have the output out_sample, received y.'],
  ])('says in one sentence what is wrong with a broken %s (%#)', async (path, content, message) => {
    const error = await inspect({ files: tiny({}, { [path]: content }), title: 'x' }).then(
      () => new Error('It was taken.'),
      (reason: Error) => reason,
    );
    expect(error.message).toContain(message);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).not.toContain('\n');
  });
});

describe('readOnnxHeader', () => {
  it('never takes a beginning for the whole, wherever it was cut', async () => {
    const whole = tinyOnnx();
    for (let length = 0; length < whole.length; length++) {
      await expect(readOnnxHeader(blob(whole.subarray(0, length)), 'm.onnx')).rejects.toThrow(InputError);
    }
    const { inputs, outputs } = await readOnnxHeader(blob(whole), 'm.onnx');
    expect(inputs).toEqual([
      { name: 'sample', type: 1, dims: ['N', 1, 4, 4] },
      { name: 'timestep', type: 1, dims: ['N'] },
    ]);
    expect(outputs).toEqual([{ name: 'out_sample', type: 1, dims: ['N', 1, 4, 4] }]);
  });
});

describe('readOnnxHeader of a smaller network', () => {
  it('counts weights of 16 and of 8 bits', async () => {
    const graph = { name: 'one', inputs: [], outputs: [], nodes: [] };
    const constants = new Map([
      ['filter.int8', { dtype: 'int8' as const, dims: [8, 9], data: new Int8Array(72) }],
      ['filter.scale', { dtype: 'float32' as const, dims: [8, 1], data: new Float32Array(8) }],
      ['matrix.float16', { dtype: 'float16' as const, dims: [10, 10], data: new Uint16Array(100) }],
      ['shape', { dtype: 'int64' as const, dims: [4], data: new BigInt64Array(4) }],
    ]);
    const file = Uint8Array.from(encodeModel({ ...graph, constants }));
    expect((await readOnnxHeader(blob(file), 'm.onnx')).weights).toBe(72 + 8 + 100);
  });
});

describe('readCard', () => {
  it('gives heading and first paragraphs as plain text', () => {
    const card =
      '---\nlicense: mit\n---\n# *Cats*\n\nMade of [cats](x), `model_a` with 12 parameters.\n\n![x](y.png)\n\nTwo\nlines.\n\n## Use\n\nNo.';
    expect(readCard(card)).toEqual({
      heading: 'Cats',
      lines: ['Made of cats, model_a with 12 parameters.', 'Two lines.'],
    });
  });

  it('is empty for an empty card', () => {
    expect(readCard('')).toEqual({ heading: undefined, lines: [] });
  });
});

describe('modelAddress', () => {
  const page = 'https://me.example/site/index.html#/model';
  it.each([
    ['models/cats', 'https://me.example/site/models/cats'],
    [' /other/cats/ ', 'https://me.example/other/cats'],
    ['https://me.example/cats/unet/model.onnx?x#y', 'https://me.example/cats'],
    ['cats/scheduler/scheduler_config.json', 'https://me.example/site/cats'],
    ['cats/unet/', 'https://me.example/site/cats'],
  ])('reads %j', (text, address) => expect(modelAddress(text, page)).toBe(address));

  it.each([
    ['', 'received none.'],
    ['https://', 'received "https://".'],
    ['file:///home/me/cats', 'received one of a file on this device. Choose the folder, or drop it here.'],
    [
      'https://other.example/cats',
      'received one on other.example, and this page talks to no other host. Download the folder there and drop it here.',
    ],
    ['data:,x', 'received one on data:'],
  ])('refuses %j', (text, message) => {
    expect(() => modelAddress(text, page)).toThrow(message);
    expect(() => modelAddress(text, page)).toThrow(InputError);
  });
});

describe('fetchFolder', () => {
  const there = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];
  const serve = (paths: readonly string[]) =>
    vi.stubGlobal('fetch', async (url: string) => {
      const path = paths.find((path) => url === `https://me.example/cats/${path}`);
      return path ? new Response(path) : new Response('', { status: 404 });
    });
  afterEach(() => vi.unstubAllGlobals());

  it('fetches model_index.json, which names the classes, with what else there is', async () => {
    serve([...there, 'model_index.json', 'README.md']);
    const { files, title } = await fetchFolder('https://me.example/cats', {});
    expect(title).toBe('cats');
    expect(Object.keys(files).sort()).toEqual([...there, 'model_index.json', 'README.md'].sort());
    expect(await files['model_index.json']!.text()).toBe('model_index.json');
  });

  it('does without the files that sampling does not need', async () => {
    serve(there);
    expect(Object.keys((await fetchFolder('https://me.example/cats', {})).files)).toHaveLength(3);
  });

  it('fetches masks to draw from, of a model that is told something', async () => {
    const paths = [...there, 'masks.png'];
    serve(paths);
    expect((await fetchFolder('https://me.example/cats', {})).files).not.toHaveProperty(['masks.png']);
    const answer = fetch;
    vi.stubGlobal('fetch', async (url: string) =>
      url.endsWith('/unet/config.json') ? new Response('{"condition_image": {}}') : answer(url),
    );
    expect(Object.keys((await fetchFolder('https://me.example/cats', {})).files).sort()).toEqual(paths.sort());
  });

  it('fetches what was trained and what an evaluation found, whatever the card says', async () => {
    serve([...there, 'evaluation.json', 'training.json']);
    const { files } = await fetchFolder('https://me.example/cats', {});
    expect(Object.keys(files).sort()).toEqual([...there, 'evaluation.json', 'training.json'].sort());
  });
});

describe('words', () => {
  it('read as people write them', () => {
    expect([0, 1, 999, 1000, 9960, 4_680_031, 26.8e6, 2 ** 31].map(bytes)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1.0 kB',
      '10 kB',
      '4.7 MB',
      '27 MB',
      '2.1 GB',
    ]);
    expect([3, 4567, 1_153_137, 62_400_000].map(about)).toEqual([
      'about 3',
      'about 4,600',
      'about 1.2 million',
      'about 62 million',
    ]);
  });
});
