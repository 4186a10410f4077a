/**
 * One file of masks or pictures that a model is told, as training reads it: slices and frames as training took them, and with its
 * window. What `training.json` does not say, as of a model from elsewhere, is as usual.
 */
import { readFile, stat } from 'node:fs/promises';
import { diskFailure, diskReason, Failure } from '@onnoise/base/files';
import {
  fitLabels,
  type ImageShape,
  keyOf,
  type LabelGrid,
  needsResize,
  openLabelFile,
  paint,
} from '@onnoise/base/labels';
import {
  AXES,
  BACKGROUNDS,
  chooseFrames,
  decodeFile,
  extensionOf,
  type FrameChoice,
  framesRule,
  grayToPlanes,
  headOf,
  type ImageOptions,
  isDicom,
  isMedicalName,
  kindOfFile,
  parseFrames,
  toPlanes,
  windowRule,
} from '@onnoise/base/pictures';
import { type Fit, readPicture } from '@onnoise/runtime-node';
import {
  type ConditionImage,
  classNumbers,
  type Extent,
  type MaskLabels,
  maskValues,
  type PictureSize,
  TOLD_PICTURE,
  toGray,
} from '@onnoise/scheduler/model';
import { isPng } from '@onnoise/scheduler/png';
import { check, InputError, oneOf, type Rule } from '@onnoise/scheduler/rules';

const ACTION = 'sample images';

/** How training read files, as far as it is known. */
export type ToldSettings = Pick<ImageOptions, 'frames' | 'axis' | 'window'> & Partial<Pick<ImageOptions, 'background'>>;

/** @param folder of the model @throws InputError for a training.json that cannot be used */
export async function toldSettings(folder: string): Promise<ToldSettings> {
  const { readTraining } = await import('@onnoise/base/folders');
  const data = (await readTraining(folder))?.settings.data ?? {};
  const known = <T>(name: string, rule: Rule<T>): T | undefined =>
    (data[name] ?? undefined) === undefined ? undefined : check(ACTION, `${name} in training.json`, rule, data[name]);
  return {
    frames: known('frames', framesRule),
    axis: known('axis', oneOf(AXES)),
    window: known('window', windowRule),
    background: known('background', oneOf(BACKGROUNDS)) ?? 'black',
  };
}

/** What a model is told, and how a file becomes that. */
export interface ToldFile {
  spec: ConditionImage;
  settings: ToldSettings;
  /** How a picture of another size becomes one of the model's. */
  fit: Fit | undefined;
}

/** Class numbers [H, W] of each label map of a file. @throws InputError for one that cannot be used */
export async function readMasks(
  path: string,
  { spec, settings, fit }: ToldFile,
  labels: MaskLabels,
): Promise<Uint8Array[]> {
  const size = sizeOf(spec);
  const [, height, width] = spec.shape;
  try {
    const maps = await readLabelMaps(path, settings, labels);
    return maps.map((map) => {
      const fits = map.width === width && map.height === height;
      if (!fits && fit === undefined) {
        throw new Error(
          `it is ${map.width} x ${map.height} pixels, and the model's pictures are ${width} x ${height} (--fit resizes it)`,
        );
      }
      return classNumbers(fits ? map.labels : fitLabels(map, map, { size, fit: fit! }), labels);
    });
  } catch (error) {
    return refuseFile('mask', path, error);
  }
}

/** A label map, and the shape of its pixels. */
type LabelMap = LabelGrid & Pick<ImageShape, 'aspect'>;

type Choice = Pick<ImageOptions, 'frames' | 'axis'>;

/**
 * The label maps of one file by itself, as there is no image of it: of pages and of the slices of NIfTI those that are asked for, of DICOM
 * SEG one for each image that it has something of, in their order. A file of a single picture gives it, whatever is asked for.
 * @param labels what values mean. A segment has the value of its name where all names of its file are known, else its number
 * @throws Error with the reason why the file cannot be used
 */
async function readLabelMaps(path: string, choice: Choice, labels: MaskLabels): Promise<LabelMap[]> {
  const kind = await kindOfFile(path);
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
  const { niftiGridOf, readNiftiLabels, takeTurn } = await import('@onnoise/medical');
  const grid = niftiGridOf(await headOf(path), choice.axis ?? 'axial');
  const chosen = chosenOf(choice, 'middle', grid.slices);
  const { size: bytes } = await stat(path);
  const maps = await takeTurn({ kind: 'nifti', bytes }, async () =>
    readNiftiLabels(await readFile(path), grid, chosen),
  );
  return maps.map((map) => ({ ...map, aspect: grid.aspect }));
}

async function ofSegments(path: string, labels: MaskLabels): Promise<LabelMap[]> {
  const { openSegmentation } = await import('@onnoise/medical');
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

/** [K, H, W] in [-1, 1] of each picture of a file. @throws InputError for one that cannot be used */
export async function readToldPictures(path: string, told: ToldFile): Promise<Float32Array[]> {
  if (await isMeasured(path)) return measuredPictures(path, told);
  const bytes = await readFile(path).catch((error) => {
    throw diskFailure(error, `read ${path}`);
  });
  return [await readPicture({ bytes, name: path, fit: told.fit, use: TOLD_PICTURE }, told.spec.shape)];
}

const sizeOf = ({ shape: [, height, width] }: ConditionImage): PictureSize => `${width}x${height}`;

/** Whether a file may hold what was measured, for which training has a window, rather than levels of a screen. */
async function isMeasured(path: string): Promise<boolean> {
  if (isMedicalName(path) || ['.tif', '.tiff'].includes(extensionOf(path))) return true;
  const head = await headOf(path, HEAD).catch(() => new Uint8Array(HEAD)); // reading it whole will say why
  return isDicom(head) || (isPng(head) && head[PNG_DEPTH] === 16);
}

/** Bytes that tell DICOM and PNG from others, and which of these has the bits of a level. */
const [HEAD, PNG_DEPTH] = [132, 24];

async function measuredPictures(path: string, { spec, settings, fit }: ToldFile): Promise<Float32Array[]> {
  const [channels, height, width] = spec.shape;
  const options = { background: 'black', ...settings, size: sizeOf(spec), channels, fit: fit ?? 'stretch' } as const;
  try {
    const pictures = await decodeFile(path, options, () => import('@onnoise/medical'));
    return pictures.map((picture) => {
      if ('reason' in picture) throw new Error(picture.reason);
      if (fit === undefined && picture.origin) requireProportions(picture.origin, { width, height });
      return planesOf(picture.pixels as Uint8Array, channels, width * height); // 16 bits are not asked for
    });
  } catch (error) {
    return refuseFile('picture', path, error);
  }
}

/** @throws Error with the reason for what would have to be cut or distorted */
function requireProportions(found: Extent, wanted: Extent): void {
  try {
    needsResize(found, wanted);
  } catch {
    const [is, are] = [found, wanted].map(({ width, height }) => `${width} x ${height}`);
    throw new Error(`it is ${is} pixels, and the model's pictures ${are} (--fit resizes it)`);
  }
}

/** @param pixels [H, W, 1 or 3], bytes @returns [K, H, W] in [-1, 1] */
function planesOf(pixels: Uint8Array, channels: number, plane: number): Float32Array {
  const coloured = pixels.length === 3 * plane;
  const gray = coloured && channels === 1 ? toGray(pixels) : pixels;
  const planes = channels === 1 ? gray : coloured ? toPlanes(pixels) : grayToPlanes(pixels);
  return Float32Array.from(planes, (level) => level / 127.5 - 1);
}

/** @throws what is about more than the file */
function refuseFile(what: string, path: string, error: unknown): never {
  if (error instanceof InputError || error instanceof Failure) throw error;
  const reason = diskReason(error) ?? (error as Error).message;
  throw new InputError(`Cannot ${ACTION}: the ${what} ${path} cannot be used: ${reason}.`);
}
