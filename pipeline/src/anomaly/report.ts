/** The files of a search: a map for each image, a sheet of the highest scores, and the scores as JSON. */
import { extname, join } from 'node:path';
import { writeWhole } from '@onnoise/base/files';
import { type ImageShape, type ShownFacts, shownOf } from '@onnoise/scheduler/model';
import type { Finding } from './find.ts';

export const SCORES = 'anomaly.json';
export const SHEET = 'sheet.png';
const MAPS = 'difference';

/** Paths of the maps below the output folder, one per image: `difference/17.png`; with the whole name where two would share one. */
export function mapNames(names: readonly string[]): string[] {
  const stems = names.map((name) => name.slice(0, name.length - extname(name).length));
  const shared = new Set(stems.map((stem) => stem.toLowerCase())).size < stems.length;
  return (shared ? names : stems).map((name) => join(MAPS, `${name}.png`));
}

/** Keeps the findings with the highest scores, the highest first. */
export function keepHighest(most: number) {
  const kept: Finding[] = [];
  return {
    kept,
    add(finding: Finding): void {
      kept.push(finding);
      kept.sort((a, b) => b.score - a.score || a.image - b.image);
      if (kept.length > most) kept.pop();
    },
  };
}

/** A gray picture, the same scale in all: black is no difference, white the largest that there can be. */
export async function writeMap(path: string, { difference }: Finding, [, height, width]: ImageShape): Promise<void> {
  const { png } = await import('@onnoise/runtime-node');
  const levels = difference.map((value) => value - 1);
  await writeWhole(path, await png(levels, [1, height, width]));
}

/** Rows of input, reconstruction and difference; white is the largest difference of the sheet. */
export async function writeSheet(folder: string, findings: readonly Finding[], model: ShownFacts): Promise<void> {
  const { sheet } = await import('@onnoise/runtime-node');
  const { shape } = model;
  const [channels, height, width] = shape;
  const largest = findings.reduce((most, { difference }) => difference.reduce((a, b) => Math.max(a, b), most), 1e-6);
  const size = channels * height * width;
  const all = new Float32Array(findings.length * 3 * size);
  for (const [row, { input, healthy, difference }] of findings.entries()) {
    all.set(input, 3 * row * size);
    all.set(healthy, (3 * row + 1) * size);
    const levels = difference.map((value) => (2 * value) / largest - 1);
    for (let c = 0; c < channels; c++) all.set(levels, (3 * row + 2) * size + c * height * width);
  }
  await writeWhole(join(folder, SHEET), await sheet(all, shape, 3, { show: shownOf('draw the sheet', model) }));
}
