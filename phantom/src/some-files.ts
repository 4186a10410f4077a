/** Draws and writes some files of a set: what a thread does, and the only thread where there is one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { phantomFile } from './files.ts';
import type { PhantomSet } from './options.ts';

export const IMAGES = 'images';
export const MASKS = 'masks';

/** Lines of the tables, a line a file. */
export interface Drawn {
  rows: string[];
  truths: string[];
}

/** Files number `from` up to, but not including, `to`. @param folder of the set */
export function drawFiles(set: PhantomSet, folder: string, from: number, to: number): Drawn {
  const drawn: Drawn = { rows: [], truths: [] };
  for (let index = from; index < to; index++) {
    const { name, bytes, row, truth, mask } = phantomFile(set, index);
    writeFileSync(join(folder, IMAGES, name), bytes);
    if (mask) writeFileSync(join(folder, MASKS, mask.name), mask.bytes);
    drawn.rows.push(row);
    drawn.truths.push(truth);
  }
  return drawn;
}
