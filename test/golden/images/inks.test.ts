/** Against Pillow's RGB of CMYK without a profile; the files and numbers are made by scripts/golden/files/inks.py. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeImage } from '#base/pictures/decode.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'data', 'images', 'inks.json'), 'utf8')) as {
  name: string;
  file: string;
  rgb: number[];
}[];

const folder = temporaryFolder();

it.each(golden)('CMYK without a profile has the colours that Pillow gives it: $name', async ({ name, file, rgb }) => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.from(file, 'base64'));
  const { pixels, inks, deep } = await decodeImage(path, { size: 4, fit: 'crop', background: 'black' });
  expect({ inks, deep }).toEqual({ inks: true, deep: false });
  expectClose([...pixels], rgb, { absolute: 1 });
});
