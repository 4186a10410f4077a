/**
 * The label maps of one file by itself, for who has no image of it: of pages and of the slices of NIfTI those that are asked for,
 * of DICOM SEG one for each image that it has something of, in their order.
 */
import { readFile, stat } from 'node:fs/promises';
import { type ImageShape, type LabelGrid, openLabelFile } from '@onnoise/base/labels';
import { chooseFrames, type FrameChoice, headOf, isDicom, kindByName, parseFrames } from '@onnoise/base/pictures';
import { type MaskLabels, maskValues } from '@onnoise/scheduler/model';
import { loadMedical } from '../sources/medical.ts';
import { keyOf } from './names.ts';
import { paint } from './segments.ts';
import type { LabelOptions } from './types.ts';

/** A label map, and the shape of its pixels. */
export type LabelMap = LabelGrid & Pick<ImageShape, 'aspect'>;

type Choice = Pick<LabelOptions, 'frames' | 'axis'>;

/**
 * A file of a single picture gives it, whatever is asked for.
 * @param labels what values mean. A segment has the value of its name where all names of its file are known, else its number
 * @throws Error with the reason why the file cannot be used; InputError where a package is missing
 */
export async function readLabelMaps(path: string, choice: Choice, labels: MaskLabels): Promise<LabelMap[]> {
  const kind = kindByName(path) ?? (isDicom(await headOf(path, 132)) ? 'dicom' : 'picture');
  if (kind === 'dicom') return ofSegments(path, labels);
  if (kind === 'nifti') return ofVolume(path, choice);
  const file = await openLabelFile(path);
  const maps: LabelMap[] = [];
  for (const page of chosenOf(choice, 'first', file.count)) maps.push(await file.read(page));
  return maps;
}

const chosenOf = ({ frames }: Choice, usual: FrameChoice, count: number): number[] =>
  count === 1 ? [0] : chooseFrames(parseFrames(frames, usual), count);

async function ofVolume(path: string, choice: Choice): Promise<LabelMap[]> {
  const { niftiGridOf, readNiftiLabels, takeTurn } = await loadMedical();
  const grid = niftiGridOf(await headOf(path), choice.axis ?? 'axial');
  const chosen = chosenOf(choice, 'middle', grid.slices);
  const { size: bytes } = await stat(path);
  const maps = await takeTurn({ kind: 'nifti', bytes }, async () =>
    readNiftiLabels(await readFile(path), grid, chosen),
  );
  return maps.map((map) => ({ ...map, aspect: grid.aspect }));
}

async function ofSegments(path: string, labels: MaskLabels): Promise<LabelMap[]> {
  const { openSegmentation } = await loadMedical();
  const { rows: height, columns: width, segments, frames, read } = openSegmentation(await readFile(path));
  const values = new Map(maskValues(labels).map((value, k) => [keyOf(labels.classes[k]!), value]));
  const byName = segments.map(({ number, label }): [number, number | undefined] => [number, values.get(keyOf(label))]);
  const known = byName.filter((one): one is [number, number] => one[1] !== undefined);
  const numbers = new Map(known.length === segments.length ? known : []);
  const maps = new Map<string, LabelGrid>();
  for (const [k, { segment, image, imageFrame }] of frames.entries()) {
    const key = `${image} ${imageFrame ?? ''}`;
    const map = maps.get(key) ?? { width, height, labels: new Uint16Array(width * height) };
    paint(map.labels, await read(k), segment, numbers);
    maps.set(key, map);
  }
  return [...maps.values()];
}
