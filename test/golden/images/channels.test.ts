/** Files of several channels that nibabel, Pillow and tifffile wrote; the numbers are made by scripts/golden/files/channels.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareImages } from '#pipeline/index.ts';
import { casePlaces, writeFiles } from '#test/pictures/images.ts';

interface Golden {
  volumes: {
    files: Record<string, string>;
    shape: [number, number, number, number];
    levels: number[];
    labels: number[];
  };
  /** `file` is base64, `levels` are [C, 5, 6]. */
  pictures: { name: string; file: string; channels: number; depth: 8 | 16; levels: number[] }[];
  /** Five planes of no colours. */
  apart: string;
  /** RGBA of 24 x 24 pixels, and of 8 x 8, [4, 8, 8]. */
  shrunk: { file: string; levels: number[] };
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

it('a label map beside channels, in the layout of BraTS, is that of their slices', async () => {
  const { files, shape, labels } = golden.volumes;
  const [count, , height, width] = shape;
  const at = place();
  const masks = join(at.data, '..', 'labels');
  const write = (folder: string, names: string[], key = 'BraTS_001/BraTS_001') =>
    writeFiles(
      folder,
      Object.fromEntries(names.map((name) => [`${key}_${name}.nii.gz`, Buffer.from(files[name]!, 'base64')])),
    );
  await write(at.data, ['flair', 't1', 't2']);
  await write(masks, ['seg']);
  const channels = { flair: '*_flair.nii.gz', t1: '*_t1.nii.gz', t2: '*_t2.nii.gz' };
  const options = { ...at, masks, channels, frames: 'all', validationShare: 0, fit: 'stretch' } as const;
  const images = await prepareImages({ ...options, size: `${width}x${height}` });
  expect(images).toMatchObject({ count, channels: 3, skipped: [] });
  expect(images.beside?.mask?.values ?? [0, 1, 2, 3]).toEqual([0, 1, 2, 3]);
  const read = new Uint8Array(labels.length);
  await images.beside!.read([0, 1, 2], read);
  expect([...read]).toEqual(labels);
  images.close();
});

it.each(golden.pictures)('all channels are kept: $name', async ({ name, file, channels, depth, levels }) => {
  const at = place();
  await writeFiles(at.data, { [name.replaceAll(' ', '-')]: Buffer.from(file, 'base64') });
  const images = await prepareImages({ ...at, channels, depth, size: '6x5', validationShare: 0 });
  expect(images).toMatchObject({ count: 1, channels, skipped: [] });
  const named = /^(rgba|la|palette)/.test(name);
  expect(images.channelNames).toEqual(
    named ? [...(channels === 2 ? ['gray'] : ['red', 'green', 'blue']), 'alpha'] : undefined,
  );
  const read = depth === 16 ? new Uint16Array(levels.length) : new Uint8Array(levels.length);
  await (read instanceof Uint16Array ? images.readDeep!([0], read) : images.read([0], read));
  expect([...read]).toEqual(levels);
  images.close();
});

it('planes that are no colours, which libvips reads wrongly, are skipped with the reason', async () => {
  const at = place();
  await writeFiles(at.data, { 'a.tif': Buffer.from(golden.apart, 'base64') });
  for (const channels of [undefined, 5]) {
    const options = { ...at, ...(channels && { channels }), size: 8 };
    await expect(prepareImages(options)).rejects.toThrow(
      'a.tif: its channels are stored apart, and no colours: save it',
    );
  }
});

it('colours are weighed by how opaque they are where a picture is resized, as by Pillow', async () => {
  const at = place();
  await writeFiles(at.data, { 'a.png': Buffer.from(golden.shrunk.file, 'base64') });
  const images = await prepareImages({ ...at, channels: 4, size: 8, validationShare: 0 });
  const read = new Uint8Array(4 * 64);
  await images.read([0], read);
  const { levels } = golden.shrunk;
  for (let i = 0; i < 64; i++) {
    const [ours, theirs] = [read[192 + i]!, levels[192 + i]!];
    expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(3);
    for (const c of [0, 64, 128]) {
      const apart = Math.abs(read[c + i]! * ours - levels[c + i]! * theirs) / 255;
      expect(apart).toBeLessThanOrEqual(3);
    }
  }
  images.close();
});
