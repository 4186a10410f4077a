/** Label maps that Pillow, nibabel and highdicom wrote; the files and numbers are made by scripts/golden/files/labels.py. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLabelFile } from '#base/labels/file.ts';
import { AXES } from '#base/pictures/types.ts';
import { niftiGridOf } from '#medical/nifti/grid.ts';
import { readNiftiLabels } from '#medical/nifti/labels.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { openLabelMaps } from '#training/data/label-maps/open.ts';

const golden = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'data', 'labels', name), 'utf8'));
const folder = temporaryFolder();
const bytes = (text: string) => Buffer.from(text, 'base64');

interface Picture {
  name: string;
  file: string;
  shape: [number, number];
  labels: number[];
}

it.each<Picture>(golden('pictures.json'))('Pillow: $name', async ({ name, file, shape, labels }) => {
  const path = join(folder, name);
  writeFileSync(path, bytes(file));
  const map = await (await openLabelFile(path)).read(0);
  expect([map.height, map.width]).toEqual(shape);
  expect([...map.labels]).toEqual(labels);
});

interface Volumes {
  image: string;
  slices: Record<string, { shape: [number, number, number]; labels: number[] }>;
  masks: { name: string; file: string }[];
  elsewhere: { name: string; file: string }[];
}

describe('nibabel', () => {
  const { image, slices, masks, elsewhere } = golden('volumes.json') as Volumes;

  it.each(masks)('$name', async ({ file }) => {
    for (const axis of AXES) {
      const { shape, labels } = slices[axis]!;
      const grids = await readNiftiLabels(bytes(file), niftiGridOf(bytes(image), axis), [...Array(shape[0]).keys()]);
      expect(grids.map(({ height, width }) => [height, width])).toEqual(Array(shape[0]).fill(shape.slice(1)));
      expect(grids.flatMap((grid) => [...grid.labels])).toEqual(labels);
    }
  });

  it.each([
    ['shifted', 'it lies elsewhere in space than its image, by up to 1 mm at a corner: resample it onto the image'],
    ['flipped', /^it lies elsewhere in space than its image, by up to \d+ mm/],
    ['without a place', 'it does not say how its voxels lie in space, and its image does'],
  ])('refuses a grid that is %s', async (name, reason) => {
    const { file } = elsewhere.find((one) => one.name === name)!;
    await expect(readNiftiLabels(bytes(file), niftiGridOf(bytes(image), 'axial'), [0])).rejects.toThrow(reason);
  });
});

interface Segmentations {
  images: Record<string, string>;
  cases: {
    name: string;
    files: string[];
    of: 'slices' | 'frames';
    frames: number[][];
    names?: string[];
    overlaps?: boolean;
    clash?: boolean;
  }[];
}

describe('highdicom', () => {
  const { images, cases } = golden('segmentations.json') as Segmentations;

  it.each(cases)('$name', async ({ name, files, of, frames, names, overlaps, clash }) => {
    const [data, masks] = [join(folder, name, 'images'), join(folder, name, 'masks')];
    mkdirSync(data, { recursive: true });
    mkdirSync(join(masks, 'export'), { recursive: true });
    const paths = Object.keys(images).filter((one) => one.startsWith('frames') === (of === 'frames'));
    for (const path of paths) writeFileSync(join(data, path), bytes(images[path]!));
    for (const [i, file] of files.entries()) writeFileSync(join(masks, 'export', `IM${i}`), bytes(file));
    const options = { size: '7x9', fit: 'stretch', frames: 'all' } as const;
    if (clash) {
      await expect(openLabelMaps(masks, data, options)).rejects.toThrow(
        'a number of a segment must mean one thing, received 1 for "Liver" in export/IM0 and for "Gallbladder" in export/IM1.',
      );
      writeFileSync(join(masks, 'labels.json'), '{"1": "liver", "2": "gallbladder"}');
    }
    const maps = await openLabelMaps(masks, data, options);
    if (names) expect([...maps.names].filter(([number]) => number > 0)).toEqual(names.map((one, i) => [i + 1, one]));
    expect(await maps.match(paths)).toEqual({ images: [], masks: [] });
    const found = [];
    for (const path of paths) found.push(...(await maps.of(path)));
    expect(found.map((map) => ('labels' in map ? [...map.labels] : map))).toEqual(frames);
    expect(maps.notes()).toEqual(
      overlaps ? [`Segments overlap in 4 label maps; where they do, the later one counts.`] : [],
    );
    expect(maps.unused()).toEqual([]);
  });
});
