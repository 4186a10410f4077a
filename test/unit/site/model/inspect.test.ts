import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { readOnnxHeader } from '#site/views/model/arrange.ts';
import { inspect } from '#site/views/model/inspect.ts';
import { modelAddress } from '#site/views/model/state.ts';
import { about, bytes } from '#site/views/model/words.ts';
import { exampleEvaluation } from '#test/evaluation.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';

const onnx = tinyOnnx();
const blob = (content: Uint8Array | string) => new Blob([content as Uint8Array<ArrayBuffer>]);

/** What is found of a tiny model, with files replaced, objects as JSON. */
function found(replaced: Record<string, unknown> = {}, title?: string) {
  const files = {
    'scheduler/scheduler_config.json': { num_train_timesteps: 100 },
    'unet/config.json': { in_channels: 1, sample_size: 4 },
    'unet/model.onnx': onnx,
    ...replaced,
  };
  const contentOf = (value: unknown) =>
    typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
  const made = Object.entries(files).map(([path, value]) => [path, blob(contentOf(value))]);
  return inspect({ files: Object.fromEntries(made), title });
}

describe('inspect', () => {
  it.each([
    ['figures of other weights', exampleEvaluation(), /about the network beside it, received figures of other weights/],
    ['figures of another version', { version: 9 }, /version must be 1, received 9/],
    ['broken figures', '{', /^Cannot read evaluation\.json: it must be JSON/],
  ])('opens a model with %s, and says why they are not shown', async (_, evaluation, sentence) => {
    const { figures, warnings } = await found({ 'evaluation.json': evaluation });
    expect([figures, warnings]).toEqual([[], [expect.stringMatching(sentence)]]);
  });

  const CONFIG = 'unet/config.json';
  const NETWORK = 'unet/model.onnx';
  it.each([
    [CONFIG, '{"a": ', 'unet/config.json must be JSON'],
    [CONFIG, '\x89PNG', 'unet/config.json must be JSON'],
    [CONFIG, [], 'unet/config.json must be a JSON object'],
    [CONFIG, { in_channels: 1 }, 'sample_size of unet/config.json must be'],
    [CONFIG, { in_channels: 3, sample_size: 4 }, 'as float32 [N, 3, 4, 4] with N free, received float32 [N, 1, 4, 4].'],
    [CONFIG, { in_channels: 1, sample_size: 4, num_class_embeds: 2 }, 'asks for, received sample, timestep.'],
    [CONFIG, { in_channels: 1, sample_size: 4, num_train_timesteps: 50 }, 'unet/config.json, received 100 and 50.'],
    ['scheduler/scheduler_config.json', { beta_schedule: 'x' }, 'beta_schedule must be one of'],
    [NETWORK, '', 'unet/model.onnx must be an ONNX network, received an empty file.'],
    [NETWORK, 'PK\x03\x04', 'received a zip archive.'],
    [NETWORK, 'just some words that mean nothing here', 'received something else.'],
    [NETWORK, new Uint8Array(200), 'received something else.'],
    [NETWORK, Uint8Array.from([8, 9]), 'received a file without a network.'],
    [NETWORK, onnx.subarray(0, 100), 'received the first 100 bytes of 347: it was cut short'],
    [NETWORK, tinyOnnx({ classes: 2 }), 'asks for, received sample, timestep, class_labels.'],
    [NETWORK, tinyOnnx({ outputName: 'y' }), 'must have the output out_sample, received y.'],
  ])('says in one sentence what is wrong with a broken %s (%#)', async (path, content, message) => {
    const error = (await found({ [path]: content }).catch((reason) => reason)) as Error;
    expect(error.message).toContain(message);
    expect([error instanceof InputError, error.message.includes('\n')]).toEqual([true, false]);
  });
});

it('readOnnxHeader never takes a beginning for the whole, wherever it was cut', async () => {
  for (let length = 0; length < onnx.length; length++) {
    await expect(readOnnxHeader(blob(onnx.subarray(0, length)), 'm.onnx')).rejects.toThrow(InputError);
  }
  expect((await readOnnxHeader(blob(onnx), 'm.onnx')).inputs).toHaveLength(2);
});

describe('modelAddress', () => {
  const read = (text: string) => modelAddress(text, 'https://me.example/site/index.html#/model');

  it.each([
    ['models/cats', 'site/models/cats'],
    [' /other/cats/ ', 'other/cats'],
    ['https://me.example/cats/unet/model.onnx?x#y', 'cats'],
    ['cats/scheduler/scheduler_config.json', 'site/cats'],
    ['cats/unet/', 'site/cats'],
  ])('reads %j', (text, path) => expect(read(text)).toBe(`https://me.example/${path}`));

  it.each([
    ['https://', 'received "https://".'],
    ['data:,x', 'received one on data:'],
  ])('refuses %j', (text, message) => expect(() => read(text)).toThrow(message));
});

it('sizes and counts read as people write them', () => {
  const sizes = [0, 1, 999, 1000, 9960, 4_680_031, 26.8e6, 2 ** 31].map(bytes);
  expect(sizes).toEqual(['0 bytes', '1 byte', '999 bytes', '1.0 kB', '10 kB', '4.7 MB', '27 MB', '2.1 GB']);
  const counts = [3, 4567, 1_153_137, 62_400_000].map(about);
  expect(counts).toEqual(['about 3', 'about 4,600', 'about 1.2 million', 'about 62 million']);
});
