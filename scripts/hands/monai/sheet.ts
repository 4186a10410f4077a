/**
 * The first pictures of several folders, two rows of each, one folder below another.
 *
 *     npx tsx scripts/hands/monai/sheet.ts docs/hands/monai.png <folder of gray PNG files of one size>...
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sheet } from '@onnoise/runtime-node';
import sharp from 'sharp';

const [COLUMNS, ROWS, SIDE] = [12, 2, 64];

const [out, ...folders] = process.argv.slice(2);
if (out === undefined || folders.length === 0) throw new Error('Give the picture to write, then the folders.');
const files = folders.flatMap((folder) => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  return names
    .sort()
    .slice(0, COLUMNS * ROWS)
    .map((name) => join(folder, name));
});
const pictures = await Promise.all(files.map((file) => sharp(file).grayscale().raw().toBuffer()));
const values = Float32Array.from(Buffer.concat(pictures), (value) => value / 127.5 - 1);
writeFileSync(out, await sheet(values, [1, SIDE, SIDE], COLUMNS));
