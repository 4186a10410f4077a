/** Volumes of low resolution that nibabel and scipy made, beside their image; the files are made by scripts/golden/files/places.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { casePlaces, prepare, writeFiles } from '#test/pictures/images.ts';

type Files = { name: string; file: string }[];

interface Golden {
  image: string;
  same: Files;
  elsewhere: Files;
  turned: { image: string; low: string };
}

const path = join(import.meta.dirname, '..', 'data', 'images', 'places.json');
const golden: Golden = JSON.parse(readFileSync(path, 'utf8'));
const place = casePlaces();

/** Pairs by their names: an image, and what lies beside it. */
async function pairs(files: Record<string, [image: string, low: string]>) {
  const at = place();
  const conditionImages = join(at.data, '..', 'low');
  const written = (i: 0 | 1) =>
    Object.fromEntries(
      Object.entries(files).map(([name, pair]) => [`${name}.nii.gz`, Buffer.from(pair[i]!, 'base64')]),
    );
  await writeFiles(at.data, written(0));
  await writeFiles(conditionImages, written(1));
  return { ...at, conditionImages, size: 16 };
}

const besideImage = (files: Files) =>
  Object.fromEntries(files.map(({ name, file }) => [name, [golden.image, file] as [string, string]]));

it('volumes of low resolution lie beside their image, as tools resample them', async () => {
  const { image, low } = golden.turned;
  const images = await prepare(await pairs({ ...besideImage(golden.same), oblique: [image, low] }));
  expect(images.skipped).toEqual([]);
  expect(images.count).toBe(golden.same.length + 1);
});

it('what shows another place is left out with the reason, and its image', async () => {
  const given = await pairs({ ...besideImage(golden.elsewhere), fine: [golden.image, golden.same[0]!.file] });
  const images = await prepare(given);
  const fault = (words: string) => `what lies beside it shows another place, ${words}: resample it onto the image`;
  expect(Object.fromEntries(images.skipped.map(({ file, reason }) => [file, reason]))).toEqual({
    'a part.nii.gz': fault('by up to 7.8 mm at an edge'),
    'another slice.nii.gz': fault('up to 3 mm before or behind it'),
    'moved across.nii.gz': fault('by up to 2 mm at an edge'),
    'moved down.nii.gz': fault('by up to 40 mm at an edge'),
    'turned.nii.gz': fault('by up to 8.1 mm at an edge'),
  });
  await expect(prepare({ ...given, strict: true })).rejects.toThrow('what lies beside it shows another place');
});
