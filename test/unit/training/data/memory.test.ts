import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#test/pictures/images.ts';
import { memoryOfPreparing, writeRadiographs } from '#test/pictures/radiographs.ts';

const root = temporaryFolder();

it('prepareDataset holds a few pictures at a time, however many there are', { tags: 'long' }, async () => {
  await writeRadiographs(join(root, 'few'), 8);
  await writeRadiographs(join(root, 'many'), 60);
  const { warm, peak, count } = await memoryOfPreparing(join(root, 'few'), join(root, 'many'), join(root, 'cache'));
  expect(count).toBe(60);
  expect(peak - warm).toBeLessThan(60); // the 60 pictures have 172 MiB of gray pixels
  expect(peak).toBeLessThan(500);
});
