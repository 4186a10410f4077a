/** Masks and pictures of medical software, which `sample` tells a model as training read them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { writeFloatTiff } from '#base/arrays/index.ts';
import { readConditionImages } from '#pipeline/commands/stages/condition-images.ts';
import { readModelFolder } from '#runtime-node/index.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { niftiFile } from '#test/pictures/nifti.ts';
import { segmentationFile } from '#test/pictures/segmentation.ts';
import { says } from '#test/says.ts';

const root = temporaryFolder();
let folders = 0;
const CLASSES = { classes: ['air', 'Bone'], values: [0, 5] };

/** A model of 4 x 4 pixels that was trained with these settings. */
async function modelOf(conditionImage: typeof CLASSES | { channels: number }, data: object = {}) {
  const folder = await tinyArtefact({ shape: [1, 4, 4], conditionImage });
  const path = join(folder, 'training.json');
  const file = JSON.parse(readFileSync(path, 'utf8'));
  file.settings.data = { ...file.settings.data, ...data };
  writeFileSync(path, JSON.stringify(file));
  return folder;
}

/** What a model is told of files. @returns [images][pixels] */
async function told(model: string, files: Record<string, Uint8Array>, given: { fit?: 'stretch' } = {}) {
  const artefact = await readModelFolder(model);
  const place = join(root, String(folders++));
  mkdirSync(place);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(place, name), bytes);
  const option = artefact.conditionImage!.mask ? { masks: place } : { conditionImages: place };
  const { conditionImages, files: names } = (await readConditionImages({ ...option, ...given }, artefact, model))!;
  const one = conditionImages.length / names.length;
  return { names, images: names.map((_, i) => [...conditionImages.subarray(i * one, (i + 1) * one)]) };
}

const LEFT = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
const TOP = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];
/** Slice k has label 5 in the rows from 0 to k, which lie at the back of a patient, and so at the bottom of a picture. */
const volume = (depth: number) =>
  niftiFile({
    size: [4, 4, depth],
    values: Array.from({ length: 16 * depth }, (_, i) => (Math.floor(i / 4) % 4 <= Math.floor(i / 16) ? 5 : 0)),
  });
const lowest = (rows: number) => Array.from({ length: 16 }, (_, i) => Number(i >= 16 - 4 * rows));

describe('masks', () => {
  test('of NIfTI are the slices that training took', async () => {
    const middle = await modelOf(CLASSES);
    expect(await told(middle, { 'a.nii': volume(3) })).toEqual({ names: ['a.nii'], images: [lowest(2)] });
    const some = await modelOf(CLASSES, { frames: '2-3' });
    expect(await told(some, { 'a.nii': volume(3), 'b.nii': volume(1) })).toEqual({
      names: ['a.nii 1', 'a.nii 2', 'b.nii'],
      images: [lowest(2), lowest(3), lowest(1)],
    });
    await expect(told(await modelOf(CLASSES, { frames: '7' }), { 'a.nii': volume(3) })).rejects.toThrow(
      says('Cannot sample images: the mask *a.nii cannot be used: it has 3 frames, and frame 7 was asked for.'),
    );
  });

  test('of DICOM SEG are one for each image, and have the values of their names', async () => {
    const frames = [
      { pixels: LEFT, of: ['1.1'] },
      { pixels: TOP, of: ['1.2'] },
      { pixels: TOP, of: ['1.1'] },
    ];
    const file = (label: string) => segmentationFile({ rows: 4, columns: 4, frames, labels: [label] });
    const both = LEFT.map((left, i) => Math.max(left, TOP[i]!));
    const model = await modelOf(CLASSES);
    expect(await told(model, { 'a.dcm': file('bone ') })).toEqual({
      names: ['a.dcm 1', 'a.dcm 2'],
      images: [both, TOP],
    });
    await expect(told(model, { 'a.dcm': file('Skin') })).rejects.toThrow(
      'it has the value 1, and the model knows 0 air, 5 Bone',
    );
    const numbered = await modelOf({ ...CLASSES, values: [0, 1] });
    expect((await told(numbered, { 'a.dcm': file('Skin') })).images).toEqual([both, TOP]);
  });
});

describe('pictures', () => {
  const WINDOW = { window: '0,1000' };
  const values = Float32Array.from({ length: 16 }, (_, i) => -600 + 80 * i);
  /** From -500, black, to 500, white. */
  const shown = (value: number) => Math.max(-1, Math.min(1, value / 500));

  test('of NIfTI and of floats have the window of training', async () => {
    const model = await modelOf({ channels: 1 }, WINDOW);
    const tiff = await told(model, { 'a.tiff': writeFloatTiff(values, [1, 4, 4], 'test') });
    const nifti = await told(model, { 'a.nii': niftiFile({ size: [4, 4, 1], values }) });
    for (const [i, value] of values.entries()) {
      expect(Math.abs(tiff.images[0]![i]! - shown(value))).toBeLessThan(1 / 255 + 1e-6);
      expect(nifti.images[0]![15 - i]).toBe(tiff.images[0]![i]); // its axes lead to the right and forwards
    }
  });

  test('of 16 bits are read, gray or of colour as the model takes them', async () => {
    const values = Uint16Array.from({ length: 16 }, (_, i) => 257 * 16 * i);
    const png = await sharp(values, { raw: { width: 4, height: 4, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const gray = Array.from(values, (value) => Math.fround(value / 257 / 127.5 - 1));
    expect((await told(await modelOf({ channels: 1 }), { 'a.png': png })).images).toEqual([gray]);
    expect((await told(await modelOf({ channels: 3 }), { 'a.png': png })).images).toEqual([
      [...gray, ...gray, ...gray],
    ]);
  });
});
