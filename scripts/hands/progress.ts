/**
 * Sheets of samples of one run as rows of one picture, the first pictures of each.
 *
 *     npx tsx scripts/hands/progress.ts docs/hands/progress.png runs/hands/samples/step-*5.png
 */
import sharp from 'sharp';

/** Pictures of a row. */
const COUNT = 8;
/** Pictures of a row of a sheet of 16. */
const ACROSS = 4;
/** Pixels of a side, and between and around pictures; `pipeline train` draws them so. */
const SIDE = 64;
const GAP = 2;
/** Each pixel becomes a square of so many pixels a side. */
const ZOOM = 2;

const [out, ...sheets] = process.argv.slice(2);
if (out === undefined || sheets.length === 0) throw new Error('Give the picture to write, then the sheets.');

const pitch = SIDE + GAP;
const tiles = await Promise.all(
  sheets.flatMap((sheet, row) =>
    Array.from({ length: COUNT }, async (_, i) => {
      const [left, top] = [GAP + (i % ACROSS) * pitch, GAP + Math.floor(i / ACROSS) * pitch];
      const tile = sharp(sheet).extract({ left, top, width: SIDE, height: SIDE });
      const input = await tile
        .resize(ZOOM * SIDE, ZOOM * SIDE, { kernel: 'nearest' })
        .png()
        .toBuffer();
      return { input, left: i * (ZOOM * SIDE + GAP), top: row * (ZOOM * SIDE + GAP) };
    }),
  ),
);
const width = COUNT * (ZOOM * SIDE + GAP) - GAP;
const height = sheets.length * (ZOOM * SIDE + GAP) - GAP;
await sharp({ create: { width, height, channels: 3, background: 'white' } })
  .composite(tiles)
  .toColourspace('b-w')
  .png()
  .toFile(out);
