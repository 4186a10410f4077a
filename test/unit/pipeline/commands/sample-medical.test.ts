/** Single pictures as medical files: their pixels are those of the PNG files, as the readers of this repository see them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDicom } from 'dicom-parser';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openDicom } from '#medical/dicom/pictures.ts';
import { openNifti } from '#medical/nifti/pictures.ts';
import { unzip } from '#medical/nifti/unzip.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { dicomPicture as scan } from '#test/pictures/dicom.ts';
import { writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';

const GRAY = { shape: [1, 3, 5] } as const;
const COLOUR = { shape: [3, 3, 5] } as const;
const FEW = ['--count', '2', '--steps', '3'];

async function drawn(model: string, ...args: string[]): Promise<(name: string) => Buffer> {
  const out = await temporaryFolder();
  const places = ['--out', join(out, 'sheet.png'), '--singles', out];
  await done(runCli('sample', '--model', model, ...FEW, ...places, ...args));
  return (name) => readFileSync(join(out, name));
}

/** Levels of 16 bits where the picture is so deep. */
async function pngLevels(file: Buffer, deep: boolean): Promise<number[]> {
  const image = sharp(file);
  const { channels } = await image.metadata();
  const space = deep ? 'grey16' : channels === 1 ? 'b-w' : 'srgb';
  const raw = await image
    .toColourspace(space)
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer();
  return [...(deep ? new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length)) : raw)];
}

async function firstOf(format: string, file: Uint8Array) {
  const options = { window: 'dicom', frames: 'first', grayOnly: false, axis: 'axial' } as const;
  const { pictures } = format === 'dicom' ? openDicom(file, options) : await openNifti(file, options, unzip);
  for await (const picture of pictures) if (!('reason' in picture)) return picture;
  throw new Error('no picture');
}

describe('pipeline sample --format', () => {
  it.each([
    ['dicom', '1.dcm', GRAY, '8'],
    ['dicom', '1.dcm', GRAY, '16'],
    ['dicom', '1.dcm', COLOUR, '8'],
    ['nifti', '1.nii.gz', GRAY, '8'],
    ['nifti', '1.nii.gz', GRAY, '16'],
  ])('%s has in %s the pixels of the PNG file, of %j in %s bits', async (format, name, kind, depth) => {
    const model = await tinyArtefact(kind);
    const [png, medical] = [
      await drawn(model, '--depth', depth),
      await drawn(model, '--depth', depth, '--format', format),
    ];
    const picture = await firstOf(format, medical(name));
    expect([picture.width, picture.height]).toEqual([5, 3]);
    // The readers widen 8 bits of gray to 16.
    const widened = depth === '8' && kind === GRAY ? 257 : 1;
    expect([...picture.pixels].map((level) => level / widened)).toEqual(await pngLevels(png('1.png'), depth === '16'));
  });

  it('dicom says that it is synthetic, of which model and seed, and what it is called', async () => {
    const model = await tinyArtefact(GRAY);
    const file = async (...args: string[]) => (await drawn(model, '--format', 'dicom', ...args))('1.dcm');
    const first = await file();
    expect(await file('--columns', '1', '--seed', '1')).toEqual(first);
    const cr = parseDicom(await file('--modality', 'CR'));
    const one = parseDicom(first);
    expect(cr.string('x00080018')).not.toBe(one.string('x00080018'));
    expect([cr, one].map((read) => read.string('x00080060'))).toEqual(['CR', 'OT']);
    const marks = ['x00080008', 'x00100010', 'x00200013', 'x0008001c']; // the last is too new for Debian's dciodvfy
    expect(marks.map((tag) => one.string(tag))).toEqual(['DERIVED\\SECONDARY', 'SYNTHETIC^PICTURE', '1', undefined]);
    for (const tag of ['x00100020', 'x0008103e']) expect(one.string(tag)).toContain('SYNTHETIC');
    const [item] = one.elements.x0018a001!.items!;
    expect(item!.dataSet!.string('x0018a003')).toMatch(/onnoise sample, model \S+ \(SHA-256 [0-9a-f]{64}\), seed 1$/);
  });

  it('nifti says so too, and has its corner above on the left first', async () => {
    const model = await tinyArtefact(GRAY);
    const stored = gunzipSync((await drawn(model, '--format', 'nifti'))('1.nii.gz'));
    expect(stored.toString('latin1', 148, 228)).toMatch(/^onnoise sample: synthetic, .* [0-9a-f]{8} seed 1\0/);
    expect(stored[352]).toBe((await pngLevels((await drawn(model))('1.png'), false))[0]);
  });
});

describe('what training.json knows', () => {
  const modelWith = async (data: object, settings: object = {}) => {
    const model = await tinyArtefact(GRAY);
    const path = join(model, 'training.json');
    const file = JSON.parse(readFileSync(path, 'utf8'));
    Object.assign(file.data, data);
    file.settings.data = { ...file.settings.data, ...settings };
    writeFileSync(path, JSON.stringify(file));
    return model;
  };
  const TOLD = { pixelSpacing: 0.7, levels: { black: -160, white: 240, unit: 'HU' } };
  const CT = ['--format', 'dicom', '--modality', 'CT'];
  const read = async (model: string, ...args: string[]) => {
    const file = parseDicom((await drawn(model, ...CT, ...args))('1.dcm'));
    return ['x00080016', 'x00280030', 'x00281054'].map((tag) =>
      file.string(tag)?.trim().split('.').slice(-2).join('.'),
    );
  };

  it('is in the files, unless the user says otherwise or training changed it', async () => {
    const model = await modelWith(TOLD);
    expect(await read(model)).toEqual(['1.2', '7\\0.7', 'HU']);
    expect(await read(model, '--pixel-spacing', '2')).toEqual(['1.2', '2\\2', 'HU']);
    expect(await read(await modelWith(TOLD, { scale: 0.1 }))).toEqual(['1.7', undefined, 'HU']);
    expect(await read(await modelWith(TOLD, { contrast: 0.1 }))).toEqual(['1.2', '7\\0.7', 'US']);
    expect((await read(await modelWith(TOLD, { axis: 'coronal' })))[0]).toBe('1.7');
    const nifti = gunzipSync((await drawn(model, '--format', 'nifti'))('1.nii.gz'));
    const sides = [80, 84, 280].map((offset) => nifti.readFloatLE(offset));
    expect([...sides, nifti[123]]).toEqual([...[0.7, 0.7, -0.7].map(Math.fround), 2]);
  });

  it('comes from the images of training', { tags: 'long' }, async () => {
    const folder = await temporaryFolder();
    const [ct, run, model] = ['ct', 'run', 'model'].map((name) => join(folder, name)) as [string, string, string];
    const scale = { '0008,0060 CS': 'CT', '0028,1052 DS': '-1024', '0028,1053 DS': '1' };
    const elements = { ...scale, '0028,0030 DS': '0.5\\0.5' };
    const slices = [0, 1, 2, 3].map((slice) => {
      const words = Array.from({ length: 256 }, (_, i) => 900 + i + slice);
      return [`${slice}.dcm`, scan({ rows: 16, columns: 16, words, elements })] as const;
    });
    await writeFiles(ct, Object.fromEntries(slices));
    const given = [
      '--window',
      '40,400',
      '--steps',
      '1',
      '--validation-share',
      '0',
      '--cache-dir',
      join(folder, 'cache'),
    ];
    await done(trainTiny(ct, run, ...given));
    await done(runCli('export', '--run', run, '--out', model));
    expect(await read(model)).toEqual(['1.2', '1\\1', 'HU']); // half as many pixels of twice the size
  });

  it('is refused where it is of another form, and missed where slices have no size', async () => {
    const out = await temporaryFolder();
    const places = ['--out', join(out, 's.png'), '--singles', join(out, 'x'), ...FEW, ...CT];
    await refuses(
      runCli('sample', '--model', await modelWith({ pixelSpacing: -1 }), ...places),
      'pixelSpacing in training.json must be a number of millimetres above 0, at most 1000, received -1.',
    );
    const { stderr } = await runCli('sample', '--model', await tinyArtefact(GRAY), ...places);
    expect(stderr).toContain('The files are Secondary Captures of modality CT: nothing says how large a pixel is');
  });
});
