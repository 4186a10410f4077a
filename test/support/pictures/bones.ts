/** Radiographs of hands in the layout of the RSNA Bone Age challenge: `train/1377.png` and on, and a table of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { casePlaces, gray, writeFiles } from './images.ts';

/** @param count of the radiographs, whose levels are 77, 78 ... @returns a function that writes a new case with a table */
export function bonesOf(count: number) {
  const place = casePlaces('bones');
  const pictures = Array.from({ length: count }, (_, i) => [`train/${1377 + i}.png`, gray(77 + i)] as const);
  return async (table: string | Uint8Array) => {
    const { data, cacheDir } = place();
    await writeFiles(data, Object.fromEntries(pictures));
    const csv = join(data, '..', 'train.csv');
    writeFileSync(csv, table);
    return { data, csv, cacheDir };
  };
}
