/** Single pictures as medical files: their pixels are those of the PNG files, as the readers of this repository see them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import { refusal, runCli, trainTiny } from '#test/run-cli.ts';

const GRAY = { shape: [1, 3, 5] } as const;
const COLOUR = { shape: [3, 3, 5] } as const;

async function drawn(model: string, out: string, ...args: string[]): Promise<(name: string) => Buffer> {
  const given = ['--count', '2', '--steps', '3', '--out', join(out, 'sheet.png'), '--singles', out];
  expect(await runCli('sample', '--model', model, ...given, ...args)).toMatchObject({ code: 0 });
  return (name) => readFileSync(join(out, name));
}

/** Levels of 16 bits where the picture is so deep or the reader widens it. */
async function pngLevels(file: Buffer, deep: boolean): Promise<number[]> {
  const image = sharp(file);
  const { channels } = await image.metadata();
  if (!deep)
    return [
      ...(await image
        .toColourspace(channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer()),
    ];
  const raw = await image.toColourspace('grey16').raw({ depth: 'ushort' }).toBuffer();
  return [...new Uint16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))];
}

async function dicomPicture(file: Uint8Array) {
  const { pictures } = openDicom(file, { window: 'dicom', frames: 'first', grayOnly: false });
  for await (const picture of pictures) if (!('reason' in picture)) return picture;
  throw new Error('no picture');
}

async function niftiPicture(file: Uint8Array) {
  const options = { window: 'dicom', frames: 'first', axis: 'axial' } as const;
  const [picture] = (await openNifti(file, options, unzip)).pictures;
  return picture!;
}

/** The reader widens 8 bits of gray to 16. */
const narrow = (levels: Iterable<number>, depth: number) =>
  [...levels].map((level) => (depth === 8 ? level / 257 : level));

describe('pipeline sample --format dicom', () => {
  it.each([8, 16])('has the pixels of the PNG files in %i bits', async (depth) => {
    const model = await tinyArtefact(GRAY);
    const bits = ['--depth', String(depth)];
    const png = await drawn(model, await temporaryFolder(), ...bits);
    const dicom = await drawn(model, await temporaryFolder(), ...bits, '--format', 'dicom');
    for (const seed of [0, 1]) {
      const picture = await dicomPicture(dicom(`${seed}.dcm`));
      expect([picture.width, picture.height]).toEqual([5, 3]);
      expect(narrow(picture.pixels, depth)).toEqual(await pngLevels(png(`${seed}.png`), depth === 16));
    }
  });

  it('has colours, and a word for what it shows', async () => {
    const model = await tinyArtefact(COLOUR);
    const png = await drawn(model, await temporaryFolder());
    const dicom = await drawn(model, await temporaryFolder(), '--format', 'dicom');
    const { pixels } = await dicomPicture(dicom('1.dcm'));
    expect([...pixels]).toEqual(await pngLevels(png('1.png'), false));
    expect(parseDicom(dicom('1.dcm')).string('x00280004')).toBe('RGB');
  });

  it('says that it is synthetic, of which model and seed, and what it is called', async () => {
    const model = await tinyArtefact(GRAY);
    const other = await tinyArtefact({ ...GRAY, gain: 0.4 });
    const file = async (folder: string, ...args: string[]) =>
      (await drawn(folder, await temporaryFolder(), ...args, '--format', 'dicom'))('1.dcm');
    const first = await file(model);
    expect(await file(model, '--columns', '1', '--seed', '1')).toEqual(first);
    const others = [
      ['--seed', '1', '--sampler', 'ddpm'],
      ['--depth', '16'],
      ['--modality', 'CR'],
    ];
    const files = [first, await file(other)];
    for (const args of others) files.push(await file(model, ...args));
    const read = files.map((bytes) => parseDicom(bytes));
    const texts = (tag: string) => read.map((one) => one.string(tag));
    expect(new Set(texts('x00080018')).size).toBe(5);
    expect(new Set(texts('x0020000d')).size).toBe(2);
    expect(new Set(texts('x0020000e')).size).toBe(3); // another model, and another modality
    expect(texts('x00080016').map((uid) => uid!.split('.').at(-1))).toEqual(['7', '7', '7', '7', '1']);
    expect(texts('x00080060')).toEqual(['OT', 'OT', 'OT', 'OT', 'CR']);
    expect(texts('x00200013')).toEqual(Array(5).fill('1'));
    const [one] = read;
    const marks = ['x00080008', 'x00100010', 'x0008001c']; // the last is too new for Debian's dciodvfy
    expect(marks.map((tag) => one!.string(tag))).toEqual(['DERIVED\\SECONDARY', 'SYNTHETIC^PICTURE', undefined]);
    for (const tag of ['x00100020', 'x0008103e']) expect(one!.string(tag)).toContain('SYNTHETIC');
    expect(one!.elements.x00280030).toBeUndefined();
    const [item] = one!.elements.x0018a001!.items!;
    expect(item!.dataSet!.string('x0018a003')).toMatch(/onnoise sample, model \S+ \(SHA-256 [0-9a-f]{64}\), seed 1$/);
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
    const file = parseDicom((await drawn(model, await temporaryFolder(), ...CT, ...args))('1.dcm'));
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
    const nifti = gunzipSync((await drawn(model, await temporaryFolder(), '--format', 'nifti'))('1.nii.gz'));
    expect([nifti.readFloatLE(80), nifti.readFloatLE(84), nifti.readFloatLE(280), nifti[123]]).toEqual([
      ...[0.7, 0.7, -0.7].map(Math.fround),
      2,
    ]);
  });

  it('comes from the images of training', { tags: 'long' }, async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, 'ct'));
    const scale = { '0008,0060 CS': 'CT', '0028,1052 DS': '-1024', '0028,1053 DS': '1' };
    const elements = { ...scale, '0028,0030 DS': '0.5\\0.5' };
    for (const slice of [0, 1, 2, 3]) {
      const words = Array.from({ length: 256 }, (_, i) => 900 + i + slice);
      writeFileSync(join(folder, 'ct', `${slice}.dcm`), scan({ rows: 16, columns: 16, words, elements }));
    }
    const [run, model] = [join(folder, 'run'), join(folder, 'model')];
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
    expect(await trainTiny(join(folder, 'ct'), run, ...given)).toMatchObject({ code: 0 });
    expect(await runCli('export', '--run', run, '--out', model)).toMatchObject({ code: 0 });
    expect(await read(model)).toEqual(['1.2', '1\\1', 'HU']); // half as many pixels of twice the size
  });

  it('is refused where it is of another form', async () => {
    const out = await temporaryFolder();
    const args = ['--out', join(out, 's.png'), '--singles', join(out, 'x'), ...CT];
    const model = await modelWith({ pixelSpacing: -1 });
    expect(await refusal(runCli('sample', '--model', model, ...args))).toContain(
      'pixelSpacing in training.json must be a number of millimetres above 0, at most 1000, received -1.',
    );
    expect(readdirSync(out)).toEqual([]);
  });

  it('is missed where slices have no size', async () => {
    const out = await temporaryFolder();
    const args = ['--count', '1', '--steps', '2', '--out', join(out, 's.png'), '--singles', join(out, 'x')];
    const { stderr } = await runCli('sample', '--model', await tinyArtefact(GRAY), ...args, ...CT);
    expect(stderr).toContain('The files are Secondary Captures of modality CT: nothing says how large a pixel is');
  });
});

describe('pipeline sample --format nifti', () => {
  it.each([8, 16])('has the pixels of the PNG files in %i bits, upright', async (depth) => {
    const model = await tinyArtefact(GRAY);
    const bits = ['--depth', String(depth)];
    const png = await drawn(model, await temporaryFolder(), ...bits);
    const nifti = await drawn(model, await temporaryFolder(), ...bits, '--format', 'nifti');
    for (const seed of [0, 1]) {
      const picture = await niftiPicture(nifti(`${seed}.nii.gz`));
      expect([picture.width, picture.height, picture.aspect]).toEqual([5, 3, 1]);
      const levels = await pngLevels(png(`${seed}.png`), depth === 16);
      expect(narrow(picture.pixels, depth)).toEqual(levels);
      const stored = gunzipSync(nifti(`${seed}.nii.gz`));
      expect(stored.toString('latin1', 148, 228)).toMatch(/^onnoise sample: synthetic, .* [0-9a-f]{8} seed [01]\0/);
      expect(stored.readUIntLE(352, depth / 8)).toBe(levels[0]); // the corner above on the left
    }
  });
});

describe('pipeline sample --format', () => {
  it('goes between seeds', async () => {
    const out = await temporaryFolder();
    await drawn(await tinyArtefact(GRAY), out, '--interpolate', '3,7', '--format', 'dicom');
    expect(readdirSync(out).sort()).toEqual(['3-7-0.000000.dcm', '3-7-1.000000.dcm', 'sheet.png']);
  });

  it.each([
    ['dicom', '0.dcm'],
    ['nifti', '0.nii.gz'],
  ])('replaces what it made as %s, and no others', async (format, name) => {
    const model = await tinyArtefact(GRAY);
    const out = await temporaryFolder();
    const first = await drawn(model, out, '--format', format);
    const bytes = first(name);
    await drawn(model, out, '--format', format);
    expect(readFileSync(join(out, name))).toEqual(bytes);
    writeFileSync(join(out, name), 'a scan of somebody');
    const given = ['--steps', '3', '--out', join(out, 'sheet.png'), '--singles', out, '--format', format];
    expect(await refusal(runCli('sample', '--model', model, ...given))).toContain(
      `with a ${name} that sample did not write. Choose another folder.`,
    );
  });

  it.each([
    [
      GRAY,
      ['--format', 'dicom'],
      '--format must be left out without --singles, whose files it is for, received "dicom"',
    ],
    [GRAY, ['--singles', 'x', '--format', 'gif'], '--format must be one of png, dicom, nifti, tiff, received "gif"'],
    [
      GRAY,
      ['--singles', 'x', '--format', 'tiff'],
      '--format must be png, dicom or nifti without --units, whose floats tiff is for, received "tiff"',
    ],
    [
      GRAY,
      ['--singles', 'x', '--modality', 'CT'],
      '--modality must be left out without --format dicom, whose files it is for, received "CT"',
    ],
    [
      GRAY,
      ['--singles', 'x', '--pixel-spacing', '1'],
      '--pixel-spacing must be left out without --format dicom or nifti, whose files it is for, received 1',
    ],
    [
      GRAY,
      ['--singles', 'x', '--format', 'nifti', '--pixel-spacing', '0'],
      '--pixel-spacing must be a number of millimetres above 0, at most 1000, received 0',
    ],
    [
      GRAY,
      ['--singles', 'x', '--format', 'nifti', '--body-part', 'HAND'],
      '--body-part must be left out without --format dicom, whose files it is for, received "HAND"',
    ],
    [
      GRAY,
      ['--singles', 'x', '--format', 'dicom', '--body-part', 'hand'],
      '--body-part must be up to 16 capitals, digits, blanks and underscores, received "hand"',
    ],
    [
      COLOUR,
      ['--singles', 'x', '--format', 'nifti'],
      '--format must be png or dicom, as this model draws in colour, received "nifti"',
    ],
    [
      COLOUR,
      ['--singles', 'x', '--format', 'dicom', '--modality', 'MR'],
      '--modality must be OT or left out, as this model draws in colour, received "MR"',
    ],
  ])('of %j refuses %j', async (kind, args, rule) => {
    const folder = await temporaryFolder();
    const placed = args.map((arg) => (arg === 'x' ? join(folder, 'x') : arg));
    const model = await tinyArtefact(kind);
    const stderr = await refusal(runCli('sample', '--model', model, '--out', join(folder, 's.png'), ...placed));
    expect(stderr).toContain(rule);
    expect(readdirSync(folder)).toEqual([]);
  });
});
