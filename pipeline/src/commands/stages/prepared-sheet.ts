/**
 * A sheet of prepared images, to look at before a model learns them: text that is burnt in, pictures that are black or the
 * wrong way round, things that are no pictures of the kind at all.
 */

import { writeWhole } from '@onnoise/base/files';
import { shownOf } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import { sheetFormat } from './sheet-files.ts';

const MOST = 400;
/** Pixels of a side, so that every format and every viewer takes it. */
const LARGEST_SIDE = 4096;

/** Which of the images are shown: all, or as many as fit, evenly chosen. */
export function shownImages(count: number, size: number): number[] {
  const most = Math.min(MOST, Math.max(1, Math.floor(LARGEST_SIDE / (size + 2))) ** 2);
  const shown = Math.min(count, most);
  return Array.from({ length: shown }, (_, i) => Math.floor((i * count) / shown));
}

/** @param show channels, as `shownOf` takes them @returns how many images are on it. @throws InputError or Failure where it cannot be written */
export async function writePreparedSheet(dataset: Dataset, path: string, show?: string): Promise<number> {
  const { sheet } = await import('@onnoise/runtime-node');
  const { count, channels, channelNames, height, width } = dataset;
  const shape = [channels, height, width] as const;
  const shown = shownImages(count, width);
  const pixels = new Uint8Array(shown.length * channels * height * width); // [n, C, H, W]
  await dataset.read(shown, pixels);
  const levels = Float32Array.from(pixels, (byte) => byte / 127.5 - 1);
  const picture = await sheet(levels, shape, undefined, {
    show: shownOf('draw the sheet', { shape, channelNames, show }),
    format: await sheetFormat(path, '--sheet'),
  });
  await writeWhole(path, picture);
  return shown.length;
}
