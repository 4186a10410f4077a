/** Single pictures of `pipeline sample` in NIfTI, as nibabel reads them. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/pictures/images.ts';
import { done, runCli } from '#test/run-cli.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const COUNT = 20;
const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);

const sample = async (folder: string, ...args: string[]) => {
  const given = ['--model', 'models/digits', '--count', String(COUNT), '--steps', '2', '--device', 'cpu'];
  const places = ['--out', at(`${folder}.png`), '--singles', at(folder)];
  await done(runCli('sample', ...given, ...places, ...args));
};

const READ_NIFTI = `
import json, pathlib, sys
import numpy, nibabel, PIL.Image
nifti, png = (pathlib.Path(folder) for folder in sys.argv[1:])
found = []
for path in sorted(nifti.iterdir()):
    image = nibabel.load(path)
    stem = path.name.split(".")[0]
    pixels = numpy.asarray(PIL.Image.open(png / (stem + ".png")))
    canonical = nibabel.as_closest_canonical(image)
    found.append({
        "stored": bool((numpy.asarray(image.dataobj)[:, :, 0].T == pixels).all()),
        "seen": bool((numpy.asarray(canonical.dataobj)[::-1, ::-1, 0].T == pixels).all()),
        "shape": image.shape,
        "type": str(image.get_data_dtype()),
        "axes": "".join(nibabel.aff2axcodes(image.affine)),
        "forms": bool((image.get_sform() == image.get_qform()).all()),
        "lps": (numpy.diag([-1, -1, 1, 1]) @ image.affine).diagonal().round(6).tolist(),
        "units": image.header.get_xyzt_units()[0],
        "descrip": image.header["descrip"].item().decode(),
        "stem": stem,
    })
print(json.dumps(found))
`;

describe('pictures in NIfTI', skipBecause(lacksPython('nibabel, PIL')), () => {
  beforeAll(async () => {
    await sample('png');
    await sample('png16', '--depth', '16');
  });

  it.each([8, 16])('have the pixels of those in PNG in %i bits, upright', async (bits) => {
    const [nifti, png] = bits === 8 ? ['nifti', 'png'] : ['nifti16', 'png16'];
    await sample(nifti!, '--format', 'nifti', '--depth', String(bits));
    const found = askPython(['-c', READ_NIFTI, at(nifti!), at(png!)]) as Record<string, string>[];
    expect(found).toHaveLength(COUNT);
    for (const { descrip, stem, ...file } of found) {
      expect(file).toEqual({
        stored: true,
        seen: true,
        shape: [28, 28, 1],
        type: `uint${bits}`,
        axes: 'LPS',
        forms: true,
        lps: [1, 1, 1, 1],
        units: 'unknown',
      });
      expect(descrip).toMatch(new RegExp(`^onnoise sample: synthetic, digits [0-9a-f]{8} seed ${stem}$`));
    }
  });

  it('have pixels as large as they are told', async () => {
    await sample('niftimm', '--format', 'nifti', '--pixel-spacing', '0.7');
    const found = askPython(['-c', READ_NIFTI, at('niftimm'), at('png')]) as Record<string, unknown>[];
    for (const { lps, units, forms, stored } of found) {
      expect({ lps, units, forms, stored }).toEqual({ lps: [0.7, 0.7, 1, 1], units: 'mm', forms: true, stored: true });
    }
  });
});
