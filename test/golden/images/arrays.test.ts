/** Files that numpy wrote, and numpy reading ours; the numbers are made by scripts/golden/files/arrays.py. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareImages } from '#pipeline/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

interface Golden {
  /** base64 */
  file: string;
  /** [3, 4, 5] or [3, 4, 5, 3] */
  pixels: number[];
  labels?: number[];
}

const path = join(import.meta.dirname, '..', 'data', 'images', 'arrays.json');
const golden: Record<string, Golden> = JSON.parse(readFileSync(path, 'utf8'));
const folder = temporaryFolder();

it.each(Object.entries(golden))('the pictures of numpy: %s', async (name, { file, pixels, labels }) => {
  const data = join(folder, `${name}.${labels ? 'npz' : 'npy'}`);
  writeFileSync(data, Buffer.from(file, 'base64'));
  const images = await prepareImages({ data, size: '5x4', validationShare: 0, cacheDir: join(folder, 'cache') });
  const { channels } = images;
  expect([images.count, images.height, images.width]).toEqual([3, 4, 5]);
  const read = new Uint8Array(pixels.length);
  await images.read([0, 1, 2], read); // [N, C, H, W]
  const planes = pixels.map((_, at) => {
    const [image, rest] = [Math.floor(at / (channels * 20)), at % (channels * 20)];
    return pixels[(image * 20 + (rest % 20)) * channels + Math.floor(rest / 20)];
  });
  expect([...read]).toEqual(planes);
  if (labels) expect([...images.labels!]).toEqual(labels);
  images.close();
});

it('numpy reads the pictures of a sample', skipBecause(lacksPython('numpy')), async () => {
  const out = join(folder, 'sevens.npy');
  const { code } = await runCli('sample', '--count', '3', '--steps', '2', '--labels', '7', '--out', out);
  expect(code).toBe(0);
  const program =
    'import sys, numpy; x = numpy.load(sys.argv[1]); print(x.shape, x.dtype, x.flags["C_CONTIGUOUS"], int(x.sum()))';
  const sum = readFileSync(out)
    .subarray(-3 * 28 * 28)
    .reduce((all, level) => all + level, 0);
  expect(execFileSync(PYTHON, ['-c', program, out], { encoding: 'utf8' }).trim()).toBe(`(3, 28, 28) uint8 True ${sum}`);
});
