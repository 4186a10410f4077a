/** Held against nibabel: slices of volumes that are stored in every direction; see nifti_reference.py. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { AXES } from '#base/pictures/types.ts';
import { openNifti } from '#medical/nifti/pictures.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

interface Case {
  name: string;
  least: number;
  most: number;
  /** Millimetres to the right, forwards and up. */
  zooms: [number, number, number];
  slices: Record<string, { shape: [number, number]; values: number[] }>;
}

const folder = temporaryFolder();

it('NIfTI slices lie as nibabel turns them', skipBecause(lacksPython('nibabel')), async () => {
  execFileSync(PYTHON, [join(import.meta.dirname, 'nifti_reference.py'), folder], { stdio: 'inherit' });
  const cases = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Case[];
  expect(cases.length).toBeGreaterThanOrEqual(60);
  for (const { name, least, most, zooms, slices } of cases) {
    const bytes = readFileSync(join(folder, name));
    for (const axis of AXES) {
      const options = { window: 'auto', frames: { from: 3, to: 3 }, axis } as const;
      const { pictures } = await openNifti(bytes, options, async (zipped) => gunzipSync(zipped));
      const [picture] = [...pictures];
      const { shape, values } = slices[axis]!;
      expect([picture!.height, picture!.width], `${name} ${axis}`).toEqual(shape);
      const expected = values.map((value) => Math.round((65_535 * (value - least)) / (most - least)));
      expect([...picture!.pixels], `${name} ${axis}`).toEqual(expected);
      const [right, forwards, up] = zooms;
      const aspect = { axial: right / forwards, coronal: right / up, sagittal: forwards / up }[axis];
      expect(picture!.aspect, `${name} ${axis}`).toBeCloseTo(aspect, 5);
    }
  }
  const connections = readFileSync(join(folder, 'connections.dconn.nii'));
  const options = { window: 'dicom', frames: 'middle', axis: 'axial' } as const;
  await expect(openNifti(connections, options, async (zipped) => gunzipSync(zipped))).rejects.toThrow(
    'a CIFTI file: a matrix or table, not a picture',
  );
});
