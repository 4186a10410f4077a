import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dicomPicture } from '#test/pictures/dicom.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { memoryOfPreparing } from '#test/pictures/radiographs.ts';

const root = temporaryFolder();

it('prepareDataset holds a few DICOM files at a time, however many there are', {
  tags: 'long',
  timeout: 120_000,
}, async () => {
  const words = Uint16Array.from({ length: 2000 * 1500 }, (_, i) => (i * 7919) & 4095);
  writeFileSync(join(root, 'radiograph'), dicomPicture({ rows: 1500, columns: 2000, words }));
  for (const [folder, count] of [
    ['few', 8],
    ['many', 30],
  ] as const) {
    mkdirSync(join(root, folder));
    for (let i = 0; i < count; i++) linkSync(join(root, 'radiograph'), join(root, folder, `${i}.dcm`));
  }
  const { warm, peak, count } = await memoryOfPreparing(join(root, 'few'), join(root, 'many'), join(root, 'cache'));
  expect(count).toBe(30);
  expect(peak - warm).toBeLessThan(100); // the 30 files have 172 MiB
  expect(peak).toBeLessThan(500);
});
