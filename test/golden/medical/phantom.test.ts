/** Phantoms in DICOM, as pydicom reads them. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const READ = `
import json, pathlib, sys
import numpy, PIL.Image, pydicom
from pydicom.uid import UID
dicom, png = (pathlib.Path(folder) for folder in sys.argv[1:])
rows = [json.loads(line) for line in (dicom / "truth.jsonl").open()]
found = []
for number, row in enumerate(rows, 1):
    ds = pydicom.dcmread(dicom / "images" / row["file"])
    pixels = numpy.asarray(PIL.Image.open(png / "images" / f"{number}.png"))
    warnings = [str(UID(uid).is_valid) for uid in (ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID)]
    found.append({
        "equal": bool((ds.pixel_array == pixels).all()),
        "valid": warnings,
        "says": [str(ds.PatientName), ds.SyntheticData, ds.ConversionType, ds.QualityControlSubject, ds.QualityControlImage],
        "age": int(ds.PatientAge[:-1]) == row["age"] and ds.PatientAge[-1] == "M",
        "spacing": abs(1 / float(ds.PixelSpacing[0]) - row["scale"]) < 6e-4,  # which has three decimals
        "name": UID(ds.SOPClassUID).name,
    })
print(json.dumps(found))
`;

describe('phantoms in DICOM', skipBecause(lacksPython('pydicom, PIL')), () => {
  it('have the pixels of those in PNG, and say in the words of the standard that they are synthetic', async () => {
    const root = temporaryFolder();
    const [dicom, png] = [join(root, 'dicom'), join(root, 'png')];
    await writeSet({ count: 6, size: 51, format: 'dicom', out: dicom });
    await writeSet({ count: 6, size: 51, out: png });
    expect(askPython(['-c', READ, dicom, png])).toEqual(
      Array(6).fill({
        equal: true,
        valid: ['True', 'True', 'True'],
        says: ['SYNTHETIC^PHANTOM', 'YES', 'SYN', 'YES', 'YES'],
        age: true,
        spacing: true,
        name: 'Secondary Capture Image Storage',
      }),
    );
  });
});
