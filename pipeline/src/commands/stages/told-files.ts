/**
 * One file of masks or pictures that a model is told, as training reads it: slices and frames as training took them, and with its
 * window. What `training.json` does not say, as of a model from elsewhere, is as usual.
 */
import { readFile } from 'node:fs/promises';
import { diskFailure, diskReason, Failure } from '@onnoise/base/files';
import { fitLabels, needsResize } from '@onnoise/base/labels';
import {
  AXES,
  BACKGROUNDS,
  extensionOf,
  framesRule,
  grayToPlanes,
  headOf,
  type ImageOptions,
  isDicom,
  isMedicalName,
  toPlanes,
  windowRule,
} from '@onnoise/base/pictures';
import { type Fit, readPicture } from '@onnoise/runtime-node';
import {
  type ConditionImage,
  classNumbers,
  type Extent,
  isPng,
  type MaskLabels,
  type PictureSize,
  TOLD_PICTURE,
  toGray,
} from '@onnoise/scheduler/model';
import { check, InputError, oneOf, type Rule } from '@onnoise/scheduler/rules';

export const ACTION = 'sample images';

/** How training read files, as far as it is known. */
export type ToldSettings = Pick<ImageOptions, 'frames' | 'axis' | 'window'> & Partial<Pick<ImageOptions, 'background'>>;

/** @param folder of the model @throws InputError for a training.json that cannot be used */
export async function toldSettings(folder: string): Promise<ToldSettings> {
  const { readTraining } = await import('@onnoise/training/folder');
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
  const { readLabelMaps } = await import('@onnoise/training/data');
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
  const { decodeFile } = await import('@onnoise/training/data');
  const options = { background: 'black', ...settings, size: sizeOf(spec), channels, fit: fit ?? 'stretch' } as const;
  try {
    const pictures = await decodeFile(path, options);
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
