/**
 * Makes the phantoms of hand radiographs that the page shows, `site/public/hands`: one sheet of pictures, and what
 * is known of them. No model was trained on them.
 *
 *     npx tsx scripts/web/make-phantoms.ts
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeWhole } from '#base/files/output.ts';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { preparedPhantoms, SIDE, TRAINED_ON } from './prepared-phantoms.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'site', 'public', 'hands');
const COUNT = 120;
const COLUMNS = 12;

const { pixels, seed, ...known } = await preparedPhantoms(COUNT);
const [width, height] = [COLUMNS * SIDE, Math.ceil(COUNT / COLUMNS) * SIDE];
const sheet = new Uint8Array(width * height);
for (let at = 0; at < pixels.length; at += SIDE) {
  const [picture, row] = [Math.floor(at / SIDE / SIDE), (at / SIDE) % SIDE];
  const [left, top] = [(picture % COLUMNS) * SIDE, Math.floor(picture / COLUMNS) * SIDE];
  sheet.set(pixels.subarray(at, at + SIDE), (top + row) * width + left);
}
const png = await sharp(sheet, { raw: { width, height, channels: 1 } })
  .toColourspace('b-w')
  .withExif({ IFD0: { ImageDescription: LABEL, Software: 'onnoise phantom' } })
  .png({ compressionLevel: 9, adaptiveFiltering: true }) // `effort` would make a palette
  .toBuffer();
const about = {
  notice: LABEL,
  unseen: true,
  source: `phantoms of hand radiographs, numbers ${TRAINED_ON + 1} to ${TRAINED_ON + COUNT} of seed ${seed}`,
  made: 'scripts/web/make-phantoms.ts',
  sheet: 'phantoms.png',
  columns: COLUMNS,
  count: COUNT,
  width: SIDE,
  height: SIDE,
  seed,
  firstNumber: TRAINED_ON + 1,
  ...known,
};
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await writeWhole(join(FOLDER, 'phantoms.png'), png);
await writeWhole(join(FOLDER, 'phantoms.json'), `${JSON.stringify(about)}\n`);
console.log(`phantoms.png: ${png.length} bytes, ${COUNT} pictures`);
