/**
 * The files of a sampling. Before the sampling it refuses what cannot be written: a name without a format, a sheet that
 * is too large, a full disk.
 */
import { basename, extname, join, resolve } from 'node:path';
import { checkWritable, requireSpace, writeWhole } from '@onnoise/base/files';
import type { Levels } from '@onnoise/base/pictures';
import type { PictureFacts } from '@onnoise/medical';
import type { AnimationFormat, PictureFormat, Samples, SheetOptions } from '@onnoise/runtime-node';
import { spreadSteps } from '@onnoise/scheduler';
import { type Artefact, type ShownFacts, shownOf, sizeOf } from '@onnoise/scheduler/model';
import { checkInteger, InputError, refuse } from '@onnoise/scheduler/rules';
import {
  checkFileChoice,
  checkFileFormat,
  type FileChoice,
  fileBytes,
  type SingleFormat,
} from '../../pictures/choices.ts';
import { pictureEncoder } from '../../pictures/encoder.ts';
import type { Film } from './film.ts';
import {
  measuredChannel,
  measuredTiff,
  measuredValues,
  numberBytes,
  numberKind,
  pictureArray,
} from './number-files.ts';
import { frameName, marked, singleName } from './own-pictures.ts';

/** Where to write; undefined entries are not written. */
export interface SheetFiles extends FileChoice<SingleFormat> {
  /** The sheet, a file. */
  out: string;
  /** Folder for one file per image. */
  singles?: string | undefined;
  /** What single medical files say beside the pixels. */
  facts?: PictureFacts | undefined;
  /** Folder for one sheet per step. */
  frames?: string | undefined;
  /** The sheet forming, a file. */
  animation?: string | undefined;
  /** Channels that pictures show; see `shownOf`. Default: as the model says. */
  show?: string | undefined;
  /** Pictures in a row. */
  columns?: number | undefined;
  /** Bits of a level in the sheet, the array and single pictures. Default: 8. */
  depth?: 8 | 16 | undefined;
  /** Measured values in the array, or in TIFF, in place of levels. */
  units?: boolean | undefined;
}

const ANIMATION_FRAMES = 100;

/** The steps whose pictures to keep: all for frames, evenly spread ones for an animation. */
export function keptSteps({ frames, animation }: SheetFiles, steps: number): number[] {
  if (frames !== undefined) return spreadSteps(steps, steps);
  return animation === undefined ? [] : spreadSteps(steps, ANIMATION_FRAMES);
}

/** @throws InputError for names and options that are wrong for any model. */
export async function checkNames(files: SheetFiles): Promise<void> {
  const { out, singles, frames, animation, columns, depth, units } = files;
  const numbers = numberKind(out, units);
  if (units && numbers === undefined) {
    throw new InputError(
      `Cannot write the pictures: --out must end in .npy, .tiff or .tif with --units, received "${out}".`,
    );
  }
  if (!units && files.format === 'tiff') {
    refuse('write the pictures', '--format', 'png, dicom or nifti without --units, whose floats tiff is for', 'tiff');
  }
  if (units && depth !== undefined) {
    throw new InputError(
      `Cannot write the pictures: --depth must be left out with --units, which writes floats, received ${depth}.`,
    );
  }
  if (singles === undefined && files.format !== undefined) {
    refuse('write the pictures', '--format', 'left out without --singles, whose files it is for', files.format);
  }
  checkFileChoice('write the pictures', files);
  if (columns !== undefined) checkInteger('sample images', '--columns', columns, 1, 10_000);
  if (numbers === undefined) await sheetFormat(out, '--out', depth);
  if (animation !== undefined) await movingFormat(animation);
  const places = new Map<string, string>();
  for (const [option, path] of Object.entries({
    '--out': out,
    '--animation': animation,
    '--singles': singles,
    '--frames': frames,
  })) {
    if (path === undefined) continue;
    const other = places.get(resolve(path));
    if (other !== undefined) {
      throw new InputError(
        `Cannot write the pictures: ${option} must differ from ${other}, received ${path} for both.`,
      );
    }
    places.set(resolve(path), option);
  }
}

/**
 * Makes sure that everything can be written, and fits.
 * @param model of the images
 * @throws InputError or Failure
 */
export async function checkFiles(
  files: SheetFiles,
  { count, model, steps }: { count: number; model: ShownFacts; steps: number },
): Promise<void> {
  const { checkPictureSize, layOut } = await import('@onnoise/runtime-node');
  const { out, singles, frames, animation, columns, depth = 8, units } = files;
  const { shape } = model;
  const shown = shownBy(files, model);
  checkFileFormat('write the pictures', shown, files);
  const numbers = numberKind(out, units);
  if (numbers === 'tiff' || files.format === 'tiff') measuredChannel(shown);
  const show = shownOf('write the pictures', shown);
  const picture = layOut(count, shape, columns === undefined ? { show } : { columns, show });
  const sheet = numbers ? count * sizeOf(shape) : checkPictureSize(await sheetFormat(out), picture);
  const bytes = numbers ? numberBytes(numbers, count, { shape, units, depth }) : (sheet * depth) / 8;
  await checkWritable('--out', out, 'file');
  await requireSpace(out, bytes, `write ${out}`);
  if (singles !== undefined) {
    await checkWritable('--singles', singles, 'folder');
    await requireSpace(singles, count * fileBytes(sizeOf(shape), files), `write ${singles}`);
  }
  if (frames !== undefined) {
    await checkWritable('--frames', frames, 'folder');
    await requireSpace(frames, steps * sheet, `write ${frames}`);
  }
  if (animation !== undefined) {
    const format = await movingFormat(animation);
    const moving = checkPictureSize(format, picture, Math.min(steps, ANIMATION_FRAMES));
    await checkWritable('--animation', animation, 'file');
    await requireSpace(animation, moving, `write ${animation}`);
  }
}

/** A model as its pictures are to be shown. */
const shownBy = ({ show }: SheetFiles, model: ShownFacts): ShownFacts =>
  show === undefined ? model : { ...model, show };

/** Writes everything, and reports each file when it is complete; stops between two files when the signal aborts. */
export async function writeFiles(
  files: SheetFiles,
  samples: Samples & DrawnBy,
  film: Film,
  signal: AbortSignal,
  onWritten: (what: 'sheet' | 'array' | 'singles' | 'masks' | 'frames' | 'animation', path: string) => void,
): Promise<void> {
  const { images, shape, seeds, levels, model, artefact } = samples;
  const runtime = await import('@onnoise/runtime-node');
  const { out, columns, singles, frames, animation, depth, units } = files;
  const { channelNames, show: usual } = artefact;
  const shown = shownBy(files, { shape, channelNames, show: usual });
  const show = shownOf('write the pictures', shown);
  const write = async (path: string, bytes: Uint8Array) => {
    signal.throwIfAborted();
    await writeWhole(path, await marked(bytes));
  };
  const numbers = numberKind(out, units);
  const floats = (part: Float32Array) => measuredTiff(measuredValues(part, levels!), shape, measuredChannel(shown));
  if (numbers !== undefined) {
    signal.throwIfAborted();
    await writeWhole(out, numbers === 'tiff' ? floats(images) : pictureArray(images, shape, { depth, levels }));
    onWritten('array', out);
  } else {
    await write(out, await sheetOf(samples, columns, { format: await sheetFormat(out), depth, show }));
    onWritten('sheet', out);
  }
  if (samples.masks && (singles !== undefined || numbers !== undefined)) {
    const { besideName, maskFiles } = await import('./mask-files.ts');
    const array = numbers && out.replace(/[^.]+$/, 'npy');
    for await (const [path, bytes] of maskFiles(samples, { array, singles })) await write(path, bytes);
    onWritten('masks', singles === undefined ? besideName(array!, 'masks') : `${singles}-masks`);
  }
  if (singles !== undefined) {
    const size = sizeOf(shape);
    const { format, ...choice } = files;
    const origin = async () => ({ model: basename(resolve(model)), hash: await runtime.hashModel(model) });
    const encode = format === 'tiff' ? floats : await pictureEncoder(shown, { ...choice, format }, files.facts, origin);
    for (const [i, seed] of seeds.entries()) {
      const picture = await encode(images.subarray(i * size, (i + 1) * size), seed);
      await write(join(singles, singleName(seed, files.format)), picture);
    }
    onWritten('singles', singles);
  }
  if (frames !== undefined) {
    for (const [step, frame] of film.frames) {
      await write(join(frames, frameName(step)), await runtime.sheet(frame, shape, columns, { show }));
    }
    onWritten('frames', frames);
  }
  if (animation !== undefined) {
    const kept = [...film.frames.keys()].sort((a, b) => a - b);
    const shown = spreadSteps(kept.length, ANIMATION_FRAMES).map((index) => film.frames.get(kept[index - 1]!)!);
    const format = await movingFormat(animation);
    await write(
      animation,
      await runtime.animation(shown, shape, columns === undefined ? { format, show } : { format, columns, show }),
    );
    onWritten('animation', animation);
  }
}

/** The model, what it was told, and what it knows of its pictures. */
interface DrawnBy {
  /** Folder. */
  model: string;
  artefact: Pick<Artefact, 'conditionImage' | 'maskOutput' | 'channelNames' | 'show'>;
  /** [K, H, W] of each picture. */
  told?: readonly Float32Array[] | undefined;
  levels?: Levels | undefined;
}

/** Pictures in turn with the mask or picture that belongs to each, where there is one. */
async function sheetOf(
  { told, artefact, ...samples }: Samples & DrawnBy,
  columns: number | undefined,
  { show, ...options }: Pick<SheetOptions, 'format' | 'depth' | 'show'>,
): Promise<Buffer> {
  const { besideSheet, joinImages, sheet } = await import('@onnoise/runtime-node');
  const cells = besideSheet(samples, artefact, told && joinImages(told), show);
  const { images, shape, each } = cells;
  const across = columns ?? Math.ceil(Math.sqrt(samples.seeds.length));
  return sheet(images, shape, each === 1 ? columns : each * across, { ...options, show: cells.show });
}

/** @throws InputError for a name without a format of pictures */
export async function sheetFormat(
  path: string,
  option = '--out',
  depth: SheetFiles['depth'] = 8,
): Promise<PictureFormat> {
  const { DEEP_FORMATS, PICTURE_FORMATS } = await import('@onnoise/runtime-node');
  const format = formatOf(option, path, PICTURE_FORMATS);
  if (depth === 16 && !DEEP_FORMATS.includes(format)) {
    throw new InputError(
      `Cannot write the pictures: ${option} must end in .png, .tiff, .tif or .npy with --depth 16, received "${path}".`,
    );
  }
  return format;
}

async function movingFormat(path: string): Promise<AnimationFormat> {
  const { ANIMATION_FORMATS } = await import('@onnoise/runtime-node');
  return formatOf('--animation', path, ANIMATION_FORMATS);
}

/** The format by the name's ending. A name without one is refused instead of guessed. */
function formatOf<T extends string>(option: string, path: string, formats: readonly T[]): T {
  const end = extname(path).slice(1).toLowerCase();
  const format = formats.find((name) => name === end);
  if (format !== undefined) return format;
  const ends = formats.map((name) => `.${name}`);
  const received = path === '-' ? '"-": pictures do not go to standard output' : `"${path}"`;
  throw new InputError(
    `Cannot write the pictures: ${option} must end in ${ends.slice(0, -1).join(', ')} or ${ends.at(-1)}, received ${received}.`,
  );
}
