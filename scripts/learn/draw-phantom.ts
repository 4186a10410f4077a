/**
 * Draws the phantom that the chapter on the data makes smaller, `site/public/learn/phantom.webp`: a hand that is not on the sheet
 * of the other phantoms, with 256 pixels a side.
 *
 *     npx tsx scripts/learn/draw-phantom.ts
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { writeWhole } from '#base/files/output.ts';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { phantomFile } from '#phantom/files.ts';
import { USUAL } from '#phantom/options.ts';

const FILE = join(import.meta.dirname, '..', '..', 'site', 'public', 'learn', 'phantom.webp');
const SIDE = 256;
/** In the set of seed 0, behind those that models learn from and those of the page's sheet. */
const NUMBER = Number(process.argv[2] ?? 13_007);

const { bytes, row } = phantomFile({ ...USUAL, count: NUMBER + 1 }, NUMBER);
const webp = await sharp(bytes)
  .resize(SIDE, SIDE, { fit: 'cover' })
  .toColourspace('b-w')
  .withExif({ IFD0: { ImageDescription: LABEL, Software: 'onnoise phantom' } })
  .webp({ quality: 82, effort: 6 })
  .toBuffer();
await writeWhole(FILE, webp);
console.log(`phantom.webp: ${webp.length} bytes, ${row}`);
