/**
 * Folders of label maps, as `pipeline phantom --masks` writes them beside the images: no pictures to learn from. One is known by
 * its `labels.json`, which calls label 0 the background, and by a PNG with a palette. Other folders of label maps look like
 * images, and are read as such.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isPng } from '@onnoise/scheduler/png';

const NAMES = 'labels.json';

/** Of a PNG: where its header has the kind of its colours, and the kind with a palette. */
const [COLOURS_AT, INDEXED] = [25, 3];

/** False also where the folder cannot be read. */
export function isLabelFolder(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    if (!names.includes(NAMES)) return false;
    const first = names.sort().find((name) => /\.png$/i.test(name));
    return first !== undefined && namesBackground(join(folder, NAMES)) && hasPalette(join(folder, first));
  } catch {
    return false;
  }
}

function namesBackground(path: string): boolean {
  const names: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const first = typeof names === 'object' && names !== null && '0' in names ? names[0] : undefined;
  return typeof first === 'string' && first.toLowerCase() === 'background';
}

function hasPalette(path: string): boolean {
  const head = Buffer.alloc(COLOURS_AT + 1);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return isPng(head) && head[COLOURS_AT] === INDEXED;
}
