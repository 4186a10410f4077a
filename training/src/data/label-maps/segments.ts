/**
 * Label maps from DICOM SEG files, which name the images that they are of: wherever they lie in the folder, and whatever they are
 * called. Of segments that overlap, the one with the later frame counts, and of several files the last by path.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskReason, Failure } from '@onnoise/base/files';
import type { Skipped } from '@onnoise/base/folders';
import { type LabelGrid, paint } from '@onnoise/base/labels';
import { plural } from '@onnoise/base/text';
import type { Segmentation, SegmentationHead } from '@onnoise/medical';
import { InputError } from '@onnoise/scheduler/rules';
import { loadMedical } from '../sources/medical.ts';
import { byHead, type ImageShapes } from './image-shapes.ts';
import { numberSegments } from './names.ts';

/** Bytes of files that are kept open: one may be of hundreds of images, which follow each other. */
const MOST_OPEN = 256 * 2 ** 20;

export type DicomImage = ImageShapes & { dicom: NonNullable<ImageShapes['dicom']> };

export interface Segments {
  names: ReadonlyMap<number, string>;
  skipped: Skipped[];
  /** @param instance SOP Instance UID of an image @returns paths of the files that are of it */
  filesOf(instance: string): string[];
  /** One label map for each chosen frame of an image, at the size of its file. Each may be a reason. */
  read(image: DicomImage): Promise<(LabelGrid | { reason: string })[]>;
  notes(): string[];
}

interface SegmentFile {
  path: string;
  head: SegmentationHead;
}

/** A frame of a file, or a file alone that found nothing in the image. */
interface Place {
  file: number;
  frame?: number;
}

/**
 * @param paths of DICOM files, ascending
 * @throws InputError where numbers of segments mean several things
 */
export async function openSegments(
  folder: string,
  paths: readonly string[],
  namesFile: ReadonlyMap<number, string> | undefined,
): Promise<Segments> {
  const files: SegmentFile[] = [];
  const skipped: Skipped[] = [];
  for (const path of paths) {
    const { readSegmentationHead } = await loadMedical();
    try {
      files.push({ path, head: await byHead(join(folder, path), readSegmentationHead) });
    } catch (error) {
      skipped.push({ file: path, reason: diskReason(error) ?? (error as Error).message });
    }
  }
  const { names, labels } = numberSegments(files, namesFile);
  const places = placesOf(files);
  const open = opener(folder);
  const overlapping = new Set<string>();

  /** The segments of one frame of an image, one over the other. */
  const readFrame = async (image: DicomImage, k: number): Promise<LabelGrid> => {
    const { dicom } = image;
    let grid: LabelGrid | undefined;
    let overlaps = false;
    for (const { file, frame } of places.get(dicom.instance) ?? []) {
      if (frame === undefined) continue;
      const { path, head } = files[file]!;
      await ofFile(path, async () => {
        const { segment, imageFrame, moved, plane } = head.frames[frame]!;
        if (imageFrame === undefined && dicom.count > 1) throw new Error('it does not say of which frame it is');
        if (imageFrame !== undefined && imageFrame !== k + 1) return;
        if (moved)
          throw new Error('it says that its pixels do not lie as those of the image: resample it onto the image');
        (await loadMedical()).requireSamePlane(plane, dicom.planeOf(k));
        const { columns: width, rows: height } = head;
        grid ??= { width, height, labels: new Uint16Array(width * height) };
        if (grid.width !== width || grid.height !== height)
          throw new Error('it has another size than others of this image');
        const values = await (await open(path)).read(frame);
        if (paint(grid.labels, values, segment, labels[file]!)) overlaps = true;
      });
    }
    if (overlaps) overlapping.add(`${dicom.instance} ${k}`);
    if (grid !== undefined) return grid;
    const { width, height } = await image.shapeOf(k); // nothing was found in it
    return { width, height, labels: new Uint16Array(width * height) };
  };

  return {
    names,
    skipped,
    filesOf: (instance) => [...new Set((places.get(instance) ?? []).map(({ file }) => files[file]!.path))],
    read: async (image) => {
      const grids: (LabelGrid | { reason: string })[] = [];
      for (const k of image.chosen) {
        grids.push(await readFrame(image, k).catch(unusable));
      }
      return grids;
    },
    notes: () =>
      overlapping.size === 0
        ? []
        : [`Segments overlap in ${plural(overlapping.size, 'label map')}; where they do, the later one counts.`],
  };
}

/** The reason in an error. Errors that are about more than a file are thrown on. */
export function unusable(error: unknown): { reason: string } {
  if (error instanceof InputError || error instanceof Failure) throw error;
  return { reason: diskReason(error) ?? (error as Error).message };
}

/** By the SOP Instance UID of the image, in the order of files and frames. */
function placesOf(files: readonly SegmentFile[]): ReadonlyMap<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const [file, { head }] of files.entries()) {
    for (const image of head.images) {
      const before = places.get(image);
      if (before) before.push({ file });
      else places.set(image, [{ file }]);
    }
    for (const [frame, { image }] of head.frames.entries()) places.get(image)!.push({ file, frame });
  }
  return places;
}

/** Names the file in the reason why it cannot be used. */
export async function ofFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError || error instanceof Failure) throw error;
    throw new Error(`its label map ${path}: ${diskReason(error) ?? (error as Error).message}`);
  }
}

/** Opens files and keeps the last ones, as far as there is room; the latest in any case. */
function opener(folder: string): (path: string) => Promise<Segmentation> {
  const opened = new Map<string, { bytes: number; file: Promise<Segmentation> }>();
  return async (path) => {
    const known = opened.get(path);
    if (known) {
      opened.delete(path);
      opened.set(path, known);
      return known.file;
    }
    const full = join(folder, path);
    const { size: bytes } = await stat(full);
    const again = opened.get(path); // another image may have asked meanwhile
    if (again) return again.file;
    const file = loadMedical().then(async ({ openSegmentation }) => openSegmentation(await readFile(full)));
    file.catch(() => {}); // awaited by the caller
    opened.set(path, { bytes, file });
    let total = [...opened.values()].reduce((sum, one) => sum + one.bytes, 0);
    for (const [oldest, { bytes: freed }] of opened) {
      if (total <= MOST_OPEN || oldest === path) break;
      opened.delete(oldest);
      total -= freed;
    }
    return file;
  };
}
