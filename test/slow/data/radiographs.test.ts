import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepare, temporaryFolder } from '#test/pictures/images.ts';
import { memoryOfPreparing, writeRadiographs } from '#test/pictures/radiographs.ts';

const root = temporaryFolder();

it('12,611 radiographs of 2000 x 1500 are prepared within 1 GiB of memory, once', async () => {
  const data = join(root, 'bones');
  const cacheDir = join(root, 'cache');
  await writeRadiographs(data, 12_611);
  await writeRadiographs(join(root, 'few'), 8);
  const { peak, count, skipped } = await memoryOfPreparing(join(root, 'few'), data, cacheDir);
  expect({ count, skipped }).toEqual({ count: 12_611, skipped: 0 });
  expect(peak).toBeLessThan(1024);
  const again = await prepare({ data, cacheDir, size: 64 }, () => {
    throw new Error('decoded again');
  });
  expect(again).toMatchObject({ cached: true, count: 12_611, channels: 1 });
});
