/** What was measured, in arrays and in TIFF of floats. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '#base/arrays/npy.ts';
import { flatPicture, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { done, refuses, runCli, trainTiny } from '#test/run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const PLANE = 48;

/** A model of 6 x 8 pixels in `channels` whose images measured -1000 to 1000. */
async function trained(name: string, channels: 1 | 3): Promise<void> {
  const last = 4 * PLANE * channels - 1;
  // The first and the last channel run against each other, or they would count as gray.
  const values = Float32Array.from({ length: last + 1 }, (_, i) =>
    Math.fround((i % 3 === 2 && channels === 3 ? -1 : 1) * (-1000 + (2000 * i) / last)),
  );
  const shape = [4, 6, 8, ...(channels === 1 ? [] : [channels])];
  writeFileSync(at(`${name}-data.npy`), writeNpy(values, shape));
  const given = ['--size', '8x6', '--steps', '2', '--validation-share', '0', '--cache-dir', at('cache')];
  const { code, stderr } = await trainTiny(at(`${name}-data.npy`), at(`${name}-run`), ...given);
  expect([code, stderr]).toEqual([0, expect.stringContaining('Black is -1000 and white')]);
  await done(runCli('export', '--run', at(`${name}-run`), '--out', at(name)));
}

const sample = (model: string, ...args: string[]) =>
  runCli('sample', '--model', at(model), '--steps', '2', '--count', '2', ...args);

const floatsOf = (bytes: Uint8Array) =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer);
/** [N, H, W, C] of an array of numpy. */
const array = (name: string, channels = 1) => floatsOf(readFileSync(at(name)).subarray(-4 * 2 * PLANE * channels));
const page = async (name: string, number = 0) => {
  const { depth } = await sharp(at(name)).metadata();
  const { data, info } = await sharp(at(name), { page: number })
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  expect([depth, info.width, info.height]).toEqual(['float', 8, 6]);
  return floatsOf(data).filter((_, i) => i % info.channels === 0);
};

beforeAll(async () => {
  await trained('gray', 1);
  await trained('coloured', 3);
});

describe('--units', () => {
  it('writes a page for each picture into TIFF, with the values of the array', async () => {
    await done(sample('gray', '--units', '--out', at('a.npy')));
    for (const name of ['a.tiff', 'b.TIF']) {
      const { code, stdout } = await sample('gray', '--units', '--out', at(name));
      expect([code, stdout]).toEqual([0, expect.stringContaining('2 pictures')]);
      const both = [await page(name, 0), await page(name, 1)].flatMap((values) => [...values]);
      expect(both).toEqual([...array('a.npy')]);
    }
    expect(new Set(array('a.npy')).size).toBeGreaterThan(20);
  });

  it('writes single pictures as TIFF, which it knows again as its own', async () => {
    const given = ['--units', '--out', at('c.npy'), '--format', 'tiff', '--singles'];
    for (let i = 0; i < 2; i++) await done(sample('gray', ...given, at('singles')));
    const both = [...(await page('singles/0.tiff')), ...(await page('singles/1.tiff'))];
    expect(both).toEqual([...array('c.npy')]);
    await writeFiles(at('others'), { '0.tiff': flatPicture(4, 4, 119).tiff() });
    await refuses(sample('gray', ...given, at('others')), 'with a 0.tiff that sample did not write');
  });

  it.each<[string, string, string]>([
    ['gray', '--out x.png', '--out must end in .npy, .tiff or .tif with --units, received'],
    ['gray', '--out x.tiff --depth 16', '--depth must be left out with --units'],
    ['coloured', '--out x.tiff', '--show must be one channel where floats go into TIFF, which is gray, received'],
    ['coloured', '--out x.npy --format tiff --singles s --show 3,2,1', 'which is gray, received "3,2,1"'],
  ])('of a %s model is refused with %s', async (model, typed, words) => {
    const args = typed.split(' ').map((arg) => (/^(x\.|s$)/.test(arg) ? at(arg) : arg));
    await refuses(sample(model, '--units', ...args), words);
  });
});
