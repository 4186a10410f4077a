import { sniff } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { writeZip } from '#runtime-web/trainer/files/zip.ts';
import { arrange, type Incoming } from '#site/views/model/arrange.ts';
import { type Entry, filesOfDialog, filesOfDrop, listDrop } from '#site/views/model/drop.ts';
import { unpack } from '#site/views/model/unpack.ts';
import { tinyOnnx } from '#test/models/tiny-onnx.ts';

const MODEL = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];
const named = (paths: readonly string[], content = 'x'): Incoming[] =>
  paths.map((path) => ({ path, file: new Blob([content]) }));
const placesOf = async (paths: readonly string[]) => Object.keys((await arrange(named(paths))).files).sort();

async function refusal(incoming: Incoming[]): Promise<string> {
  const error = await arrange(incoming).then(
    () => new Error('It was taken.'),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('arrange', () => {
  it.each([
    ['a folder', MODEL.map((path) => `digits/${path}`), 'digits'],
    ['a folder below others', MODEL.map((path) => `/home/models/my digits/${path}`), 'my digits'],
    ["a folder's content", MODEL, undefined],
    ['bare names', ['scheduler_config.json', 'config.json', 'model.onnx'], undefined],
    [
      'names with their folders in them',
      ['scheduler_scheduler_config.json', 'unet-config.json', 'unet.model.onnx'],
      undefined,
    ],
    ['second downloads', ['scheduler_config (1).json', 'config (2).json', 'model copy.onnx'], undefined],
    ['a network by another name', ['scheduler_config.json', 'config.json', 'cats.onnx'], 'cats'],
    ['bare names in a folder', ['cats/scheduler_config.json', 'cats/config.json', 'cats/model.onnx'], 'cats'],
  ])('takes %s', async (_, paths, title) => {
    const arranged = await arrange(named(paths));
    expect(Object.keys(arranged.files).sort()).toEqual(MODEL);
    expect(arranged.title).toBe(title);
  });

  it('takes what belongs to a model and leaves the rest', async () => {
    const more = [
      'README.md',
      'samples.png',
      'model_index.json',
      'training.png',
      '.DS_Store',
      'unet/notes.txt',
      'vae/config.json',
      'vae/notes.txt',
    ];
    expect(await placesOf([...MODEL, ...more].map((path) => `m/${path}`))).toEqual(
      [...MODEL, 'README.md', 'model_index.json', 'samples.png', 'vae/config.json'].sort(),
    );
  });

  it('is not led astray by configs beside the model folder', async () => {
    expect(await placesOf([...MODEL.map((path) => `all/m/${path}`), 'all/config.json', 'all/other.onnx'])).toEqual(
      MODEL,
    );
  });

  it.each([
    [[], 'what you drop must be a model folder or its files, received none'],
    [['.DS_Store', '__MACOSX/x'], 'received none'],
    [MODEL.slice(1), 'scheduler/scheduler_config.json must be among the files, received config.json and model.onnx.'],
    [MODEL.slice(0, 2), 'unet/model.onnx must be among the files'],
    [
      ['unet/model.onnx'],
      'scheduler/scheduler_config.json and unet/config.json must be among the files, received only unet/model.onnx. Drop',
    ],
    [['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'], 'received a.txt, b.txt, c.txt and 2 more.'],
    [[...MODEL.map((p) => `a/${p}`), ...MODEL.map((p) => `b/${p}`)], 'must be one model, received 2: a and b.'],
    [
      ['config.json', 'config (1).json', 'scheduler_config.json', 'm.onnx'],
      'unet/config.json must be one file, received config.json and config (1).json.',
    ],
    [
      ['run/config.json', 'run/metrics.jsonl', 'run/checkpoints/step-1/model.safetensors'],
      'received a training run. Make a model of it: npx pipeline export',
    ],
    [
      [MODEL[0]!, MODEL[1]!, 'unet/diffusion_pytorch_model.safetensors'],
      'received diffusion_pytorch_model.safetensors, weights of another framework',
    ],
  ])('says what is wrong with %j', async (paths, message) => expect(await refusal(named(paths))).toContain(message));

  it.each([
    ['model.zip', 'PK\x03\x04', 'received model.zip, a zip archive. Unpack it and drop the folder.'],
    ['cat.png', '\x89PNG', 'received cat.png, a PNG picture. Pictures are what a model is trained on.'],
    ['model.onnx', '', 'unet/model.onnx must be an ONNX network, received model.onnx, an empty file.'],
    ['notes.txt', 'hello', 'received only notes.txt. Drop the whole folder.'],
  ])('says what %s is', async (path, content, message) => {
    const bytes = Uint8Array.from(content, (letter) => letter.charCodeAt(0));
    expect(await refusal([{ path, file: new Blob([bytes]) }])).toContain(message);
  });

  it('says of a lone network that is made for something else, and what a model has besides', async () => {
    const classifier = tinyOnnx({ sampleName: 'pixels' });
    expect(await refusal([{ path: 'yolo.onnx', file: new Blob([Uint8Array.from(classifier)]) }])).toBe(
      'Cannot load the model: it must be a network with the inputs sample and timestep, beside scheduler/scheduler_config.json and unet/config.json, received only yolo.onnx, a network with the inputs pixels and timestep.',
    );
    expect(await refusal([{ path: 'mine.onnx', file: new Blob([Uint8Array.from(tinyOnnx())]) }])).toBe(
      'Cannot load the model: scheduler/scheduler_config.json and unet/config.json must be among the files, received only mine.onnx. Drop the whole folder.',
    );
  });

  it('refuses a network that no tab can hold before it reads it', async () => {
    const huge = { size: 2 ** 31 } as Blob;
    const incoming = named(MODEL).map((one) => (one.path === 'unet/model.onnx' ? { ...one, file: huge } : one));
    expect(await refusal(incoming)).toBe(
      'Cannot load the model: unet/model.onnx must be smaller than 2 GB to run in a browser tab, received 2.1 GB.',
    );
  });
});

describe('sniff', () => {
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
  ])('knows %j', async (content, what) => {
    expect(await sniff(new Blob([Uint8Array.from(content, (letter) => letter.charCodeAt(0))]))).toBe(what);
  });
});

describe('unpack', () => {
  const MODEL_ZIP = writeZip(
    Object.fromEntries([...MODEL, 'train/denoiser.onnx'].map((path) => [`tab-23/${path}`, 'x'])),
  );

  it('gives the files in a lone zip file, as Train makes it', async () => {
    const { files, title } = await arrange(await unpack([{ path: 'tab-23 (1).zip', file: new Blob([MODEL_ZIP]) }]));
    expect(Object.keys(files).sort()).toEqual(MODEL);
    expect(title).toBe('tab-23');
  });

  it('leaves weights that are zip files, and several files', async () => {
    const weights = [{ path: 'model.pt', file: new Blob([MODEL_ZIP]) }];
    expect(await unpack(weights)).toBe(weights);
    const several = named(['a.zip', 'b.zip']);
    expect(await unpack(several)).toBe(several);
  });

  it('refuses a damaged one in a sentence', async () => {
    await expect(unpack([{ path: 'm.zip', file: new Blob([MODEL_ZIP.slice(0, 200)]) }])).rejects.toThrow(
      'Cannot read the model: the file must be a zip file of a model folder, received one that was cut short: copy or download it again.',
    );
  });
});

describe('filesOfDrop', () => {
  const file = (name: string): Entry => ({
    name,
    isFile: true,
    isDirectory: false,
    file: (done) => done(new Blob(['x'])),
  });
  /** Gives its entries `most` at a time, as browsers do. */
  const folder = (name: string, entries: Entry[], most = 2): Entry => ({
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => {
      const left = [...entries];
      return { readEntries: (done) => done(left.splice(0, most)) };
    },
  });
  const drop = (...entries: (Entry | null)[]) => ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null })),
  });

  it('walks folders to the end, however many entries a call gives', async () => {
    const inner = folder('unet', ['a', 'b', 'c', 'd', 'e'].map(file));
    const files = await filesOfDrop(drop(folder('m', [inner, file('README.md')]), file('x.onnx')));
    expect(files.map(({ path }) => path)).toEqual(
      [...'abcde'].map((name) => `m/unet/${name}`).concat('m/README.md', 'x.onnx'),
    );
  });

  it('takes files of browsers without entries, and leaves text', async () => {
    const plain = Object.assign(new Blob(['x']), { name: 'model.onnx' });
    const items = [
      { kind: 'string', getAsFile: () => null },
      { kind: 'file', getAsFile: () => plain },
    ];
    expect(await filesOfDrop({ items })).toEqual([{ path: 'model.onnx', file: plain }]);
  });

  it('names what cannot be read', async () => {
    const gone: Entry = {
      name: 'a',
      isFile: true,
      isDirectory: false,
      file: (_, failed) => failed(new Error('It is gone.')),
    };
    await expect(filesOfDrop(drop(folder('m', [gone])))).rejects.toThrow(
      'm/a must be readable, received "It is gone."',
    );
  });

  it('lists the names of many files and opens none', async () => {
    const shut: Entry = { name: 'a.png', isFile: true, isDirectory: false, file: () => expect.fail('It was opened.') };
    const many = folder(
      'photos',
      Array.from({ length: 2100 }, (_, i) => folder(`${i}`, [shut])),
    );
    const limits = { action: 'read', rule: 'it must be a folder', most: 5000 };
    expect((await listDrop(drop(many), limits)).map(({ path }) => path)).toContain('photos/2099/a.png');
  });

  it('stops at a disk', async () => {
    const many = folder(
      'disk',
      Array.from({ length: 2100 }, (_, i) => folder(`${i}`, [file('x')])),
      100,
    );
    await expect(filesOfDrop(drop(many))).rejects.toThrow('it must be one model folder, received more than 2000 files');
  });
});

describe('filesOfDialog', () => {
  it('keeps the paths where the browser gives them', () => {
    const of = (name: string, webkitRelativePath: string) => Object.assign(new Blob(), { name, webkitRelativePath });
    const paths = filesOfDialog([of('a.onnx', ''), of('config.json', 'm/unet/config.json')]).map(({ path }) => path);
    expect(paths).toEqual(['a.onnx', 'm/unet/config.json']);
  });
});
