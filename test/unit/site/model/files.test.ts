import { sniff } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { writeZip } from '#runtime-web/trainer/files/zip.ts';
import { arrange, type Incoming, unpack } from '#site/views/model/arrange.ts';
import { type Entry, filesOfDrop } from '#site/views/model/files.tsx';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';

const MODEL = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];
const named = (paths: readonly string[]): Incoming[] => paths.map((path) => ({ path, file: new Blob(['x']) }));
const binary = (text: string) => new Blob([Uint8Array.from(text, (letter) => letter.charCodeAt(0))]);

async function refusal(incoming: Incoming[]): Promise<string> {
  const error = (await arrange(incoming).catch((reason) => reason)) as Error;
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('arrange', () => {
  it.each<[string, string[], string | undefined, string[]?]>([
    ['a folder', MODEL.map((path) => `digits/${path}`), 'digits'],
    ['a folder below others', MODEL.map((path) => `/home/models/my digits/${path}`), 'my digits'],
    ["a folder's content", MODEL, undefined],
    ['bare names', ['scheduler_config.json', 'config.json', 'model.onnx'], undefined],
    ['their folders in names', ['scheduler_scheduler_config.json', 'unet-config.json', 'unet.model.onnx'], undefined],
    ['second downloads', ['scheduler_config (1).json', 'config (2).json', 'model copy.onnx'], undefined],
    ['a network by another name', ['scheduler_config.json', 'config.json', 'cats.onnx'], 'cats'],
    ['bare names in a folder', ['cats/scheduler_config.json', 'cats/config.json', 'cats/model.onnx'], 'cats'],
    ['no configs beside it', [...MODEL.map((path) => `all/m/${path}`), 'all/config.json', 'all/other.onnx'], 'm'],
    [
      'what belongs to a model, and leaves the rest',
      [...MODEL, 'README.md', 'training.png', '.DS_Store', 'unet/notes.txt', 'vae/config.json'].map(
        (path) => `m/${path}`,
      ),
      'm',
      ['README.md', 'vae/config.json'],
    ],
  ])('takes %s', async (_, paths, title, more = []) => {
    const arranged = await arrange(named(paths));
    expect([Object.keys(arranged.files).sort(), arranged.title]).toEqual([[...MODEL, ...more].sort(), title]);
  });

  it.each([
    [[], 'what you drop must be a model folder or its files, received none'],
    [['.DS_Store', '__MACOSX/x'], 'received none'],
    [MODEL.slice(1), 'scheduler/scheduler_config.json must be among the files, received config.json and model.onnx.'],
    [MODEL.slice(0, 2), 'unet/model.onnx must be among the files'],
    [['unet/model.onnx'], 'unet/config.json must be among the files, received only unet/model.onnx. Drop'],
    [['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'], 'received a.txt, b.txt, c.txt and 2 more.'],
    [[...MODEL.map((p) => `a/${p}`), ...MODEL.map((p) => `b/${p}`)], 'must be one model, received 2: a and b.'],
    [
      ['config.json', 'config (1).json', 'scheduler_config.json', 'm.onnx'],
      'must be one file, received config.json and',
    ],
    [['run/config.json', 'run/metrics.jsonl'], 'received a training run. Make a model of it: npx pipeline export'],
    [[...MODEL.slice(0, 2), 'unet/x.safetensors'], 'received x.safetensors, weights of another framework'],
  ])('says what is wrong with %j', async (paths, message) => expect(await refusal(named(paths))).toContain(message));

  it.each([
    ['model.zip', 'PK\x03\x04', 'received model.zip, a zip archive. Unpack it and drop the folder.'],
    ['cat.png', '\x89PNG', 'received cat.png, a PNG picture. Pictures are what a model is trained on.'],
    ['model.onnx', '', 'unet/model.onnx must be an ONNX network, received model.onnx, an empty file.'],
    ['notes.txt', 'hello', 'received only notes.txt. Drop the whole folder.'],
    ['yolo.onnx', tinyOnnx({ sampleName: 'pixels' }), 'a network with the inputs pixels and timestep.'],
    ['mine.onnx', tinyOnnx(), 'must be among the files, received only mine.onnx. Drop the whole folder.'],
  ])('says what %s is', async (path, content, message) => {
    const file = typeof content === 'string' ? binary(content) : new Blob([Uint8Array.from(content)]);
    expect(await refusal([{ path, file }])).toContain(message);
  });

  it('refuses a network that no tab can hold before it reads it', async () => {
    const incoming = [...named(MODEL.slice(0, 2)), { path: MODEL[2]!, file: { size: 2 ** 31 } as Blob }];
    expect(await refusal(incoming)).toContain('must be smaller than 2 GB to run in a browser tab, received 2.1 GB.');
  });
});

it.each([
  ['\x1f\x8b\x08', 'a gzip archive'],
  ['\xff\xd8\xff\xe0', 'a JPEG picture'],
  ['RIFF1234WEBPVP8 ', 'a WebP picture'],
  [`${'\0'.repeat(257)}ustar`, 'a tar archive'],
  ['\n<!DOCTYPE html><p>404', 'a web page'],
  ['\0\0\0\x18ftypheic\0\0\0\0', 'a HEIC picture'],
  ['\0\0\0\x1cftypavif\0\0\0\0', 'an AVIF picture'],
  ['II*\0\x08', 'a TIFF picture'],
  [`${'\0'.repeat(128)}DICM`, 'a DICOM file'],
  ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
  ['<!doctype html><html><svg/></html>', 'a web page'],
  ['version https://git-lfs.github.com/spec/v1\noid sha256:', 'a pointer of Git LFS, not the file itself'],
  ['{"a": 1}', 'JSON'],
  ['\x08\x09\x12', undefined],
])('sniff knows %j', async (content, what) => expect(await sniff(binary(content))).toBe(what));

it('unpack gives the files in a lone zip file, as Train makes it, and refuses a damaged one in a sentence', async () => {
  const zip = writeZip(Object.fromEntries([...MODEL, 'train/denoiser.onnx'].map((path) => [`tab-23/${path}`, 'x'])));
  const { files, title } = await arrange(await unpack([{ path: 'tab-23 (1).zip', file: new Blob([zip]) }]));
  expect([Object.keys(files).sort(), title]).toEqual([MODEL, 'tab-23']);
  const several = named(['a.zip', 'b.zip']);
  expect(await unpack(several)).toBe(several);
  await expect(unpack([{ path: 'm.zip', file: new Blob([zip.slice(0, 200)]) }])).rejects.toThrow('was cut short');
});

describe('filesOfDrop', () => {
  const file = (name: string): Entry => ({ name, isFile: true, isDirectory: false, file: (done) => done(new Blob()) });
  /** Gives its entries two at a time, as browsers do a hundred. */
  const folder = (name: string, entries: Entry[]): Entry => {
    const left = [...entries];
    const createReader = () => ({ readEntries: (done: (some: Entry[]) => void) => done(left.splice(0, 2)) });
    return { name, isFile: false, isDirectory: true, createReader };
  };
  const drop = (...entries: Entry[]) => ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null })),
  });

  it('walks folders to the end, however many entries a call gives, and stops at a disk', async () => {
    const inner = folder('unet', [...'abcde'].map(file));
    const files = await filesOfDrop(drop(folder('m', [inner, file('README.md')]), file('x.onnx')));
    const within = [...'abcde'].map((name) => `m/unet/${name}`);
    expect(files.map(({ path }) => path)).toEqual([...within, 'm/README.md', 'x.onnx']);
    const many = folder(
      'disk',
      Array.from({ length: 2100 }, (_, i) => folder(`${i}`, [file('x')])),
    );
    await expect(filesOfDrop(drop(many))).rejects.toThrow('must be one model folder, received more than 2000 files');
  });
});
