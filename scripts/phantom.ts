/**
 * Draws docs/phantom.png: one hand as it grows, girls above and boys below. Look at the result.
 *
 *     npx tsx scripts/phantom.ts
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SEXES } from '#phantom/draw/ages.ts';
import { createPainter } from '#phantom/draw/draw-phantom.ts';

const SIDE = 192;
const YEARS = [1, 3, 6, 9, 12, 15, 18];
const GAP = 2;

const paint = createPainter();
const tiles = SEXES.flatMap((sex, row) =>
  YEARS.map((years, column) => ({
    input: Buffer.from(paint({ seed: 21, picture: 0, size: SIDE, age: 12 * years, sex }).pixels),
    raw: { width: SIDE, height: SIDE, channels: 1 as const },
    left: column * (SIDE + GAP),
    top: row * (SIDE + GAP),
  })),
);
const [width, height] = [YEARS.length * (SIDE + GAP) - GAP, SEXES.length * (SIDE + GAP) - GAP];
const sheet = sharp({ create: { width, height, channels: 3, background: '#888888' } }).composite(tiles);
await writeFile(join(import.meta.dirname, '../docs/phantom.png'), await sheet.toColourspace('b-w').png().toBuffer());
