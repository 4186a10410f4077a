/** Single pictures of `pipeline sample` in DICOM and NIfTI, as pydicom, nibabel and dicom3tools read them. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MODALITIES } from '#base/dicom/modalities.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { runCli } from '#test/run-cli.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const COUNT = 20;
const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);

const sample = async (folder: string, ...args: string[]) => {
  const given = ['--model', 'models/digits', '--count', String(COUNT), '--steps', '2', '--device', 'cpu'];
  const places = ['--out', at(`${folder}.png`), '--singles', at(folder)];
  expect(await runCli('sample', ...given, ...places, ...args)).toMatchObject({ code: 0 });
};

const READ_DICOM = `
import json, pathlib, sys
import numpy, PIL.Image, pydicom
from pydicom.uid import UID
dicom, png = (pathlib.Path(folder) for folder in sys.argv[1:])
found = []
for path in sorted(dicom.iterdir()):
    ds = pydicom.dcmread(path)
    pixels = numpy.asarray(PIL.Image.open(png / (path.stem + ".png")))
    uids = [ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID]
    by = ds.ContributingEquipmentSequence[0]
    found.append({
        "equal": ds.pixel_array.shape == pixels.shape and bool((ds.pixel_array == pixels).all()),
        "bits": ds.BitsStored,
        "valid": all(UID(uid).is_valid for uid in uids),
        "uids": uids,
        "says": [str(ds.PatientName), str(ds.SeriesDescription), ds.SyntheticData, ds.SOPClassUID.name],
        "by": [by.PurposeOfReferenceCodeSequence[0].CodeMeaning, by.ManufacturerModelName, by.ContributionDescription[-7:].split()[-1]],
        "stem": path.stem,
    })
print(json.dumps(found))
`;

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
        "lps": bool((numpy.diag([-1, -1, 1, 1]) @ image.affine == numpy.eye(4)).all()),
        "descrip": image.header["descrip"].item().decode(),
        "stem": stem,
    })
print(json.dumps(found))
`;

beforeAll(async () => {
  await sample('png');
  await sample('png16', '--depth', '16');
}, 120_000);

describe('pictures in DICOM', skipBecause(lacksPython('pydicom, PIL')), () => {
  it.each([8, 16])(
    'have the pixels of those in PNG in %i bits, UIDs of their own, and say what they are',
    async (bits) => {
      const [dicom, png] = bits === 8 ? ['dicom', 'png'] : ['dicom16', 'png16'];
      await sample(dicom!, '--format', 'dicom', '--depth', String(bits));
      const found = askPython(['-c', READ_DICOM, at(dicom!), at(png!)]) as Record<string, string[]>[];
      expect(found).toHaveLength(COUNT);
      for (const { uids: _, stem, ...file } of found) {
        expect(file).toEqual({
          equal: true,
          bits,
          valid: true,
          says: ['SYNTHETIC^PICTURE', 'SYNTHETIC digits', 'YES', 'Secondary Capture Image Storage'],
          by: ['Processing Equipment', 'digits', stem],
        });
      }
      const different = (which: number) => new Set(found.map(({ uids }) => uids![which])).size;
      expect([0, 1, 2].map(different)).toEqual([COUNT, 1, 1]);
    },
  );
});

describe('pictures in NIfTI', skipBecause(lacksPython('nibabel, PIL')), () => {
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
        lps: true,
      });
      expect(descrip).toMatch(new RegExp(`^onnoise sample: synthetic, digits [0-9a-f]{8} seed ${stem}$`));
    }
  });
});

const lacksDciodvfy = () =>
  spawnSync('dciodvfy', ['-version']).error ? 'dciodvfy is not installed: apt-get install dicom3tools' : undefined;

describe('dciodvfy', skipBecause(lacksDciodvfy()), () => {
  it.each(MODALITIES)(
    'finds nothing wrong with %s but an element that its dictionary is too old for',
    async (modality) => {
      await sample(modality, '--format', 'dicom', '--modality', modality);
      for (const name of readdirSync(at(modality))) {
        const { stderr, stdout } = spawnSync('dciodvfy', [at(modality, name)], { encoding: 'utf8' });
        const errors = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('Error'));
        expect(errors.filter((line) => !line.includes('(0x0008,0x001c)'))).toEqual([]);
      }
    },
  );
});
