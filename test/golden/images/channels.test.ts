/** Files of several channels that nibabel wrote; the numbers are made by scripts/golden/channels.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareImages } from '#pipeline/index.ts';
import { casePlaces, writeFiles } from '#test/pictures/images.ts';

interface Golden {
  volumes: { files: Record<string, string>; shape: [number, number, number, number]; levels: number[] };
}

const path = join(import.meta.dirname, '..', 'data', 'images', 'channels.json');
const golden: Golden = JSON.parse(readFileSync(path, 'utf8'));
const place = casePlaces();

it('slices of NIfTI files lie one on the other, however they are stored', async () => {
  const { files, shape, levels } = golden.volumes;
  const [count, channels, height, width] = shape;
  const at = place();
  const named = (folder: string, ...names: string[]) =>
    names.map((name, i) => [`${folder}/a_${['flair', 't1', 't2'][i]}.nii.gz`, Buffer.from(files[name]!, 'base64')]);
  const both = [...named('one', 'flair', 't1', 't2'), ...named('two', 'flair', 'shifted', 't2')];
  await writeFiles(at.data, Object.fromEntries(both));
  const patterns = { flair: '*_flair.nii.gz', t1: '*_t1.nii.gz', t2: '*_t2.nii.gz' };
  const options = {
    ...at,
    channels: patterns,
    frames: 'all',
    depth: 16,
    window: '1000,2000',
    validationShare: 0,
  } as const;
  const images = await prepareImages({ ...options, size: `${width}x${height}`, fit: 'stretch' });
  expect(images).toMatchObject({ count, channels, channelNames: ['flair', 't1', 't2'] });
  expect(images.skipped).toEqual([
    { file: 'two/a', reason: expect.stringContaining('its channels must lie in the same place, received corners of') },
  ]);
  expect(images.skipped[0]!.reason).toContain('of flair and t1 that are 2 mm apart');
  const read = new Uint16Array(levels.length);
  await images.readDeep!([0, 1, 2], read);
  const off = read.reduce((most, level, i) => Math.max(most, Math.abs(level - levels[i]!)), 0);
  expect(off).toBeLessThanOrEqual(1);
  images.close();
});
