/** Held against pydicom, on its own test files and on files that it writes; see reference.py. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDicom } from '#medical/dicom/pictures.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

interface Reference {
  path: string;
  shape?: number[];
  photometric?: string;
  /** Why pydicom does not read it. */
  refused?: string;
}

/** Files that pydicom reads and this program does not, with its reason. */
const REFUSED: Readonly<Record<string, string>> = {
  'SC_rgb_jpeg.dcm': 'truncated or damaged: its elements lead beyond its end', // written in another way than it says
  'liver_1frame.dcm': 'its pixels have 1 bit; 8, 16 and 32 are supported',
  'liver_expb_1frame.dcm': 'its pixels have 1 bit; 8, 16 and 32 are supported',
};

/** Decoders of lossy JPEG differ in how they enlarge chroma. */
const LOSSY_COLOUR: Readonly<Record<string, number>> = {
  'SC_rgb_dcmtk_+eb+cy+n1.dcm': 2,
  'SC_rgb_dcmtk_+eb+cy+np.dcm': 2,
  'SC_rgb_jpeg_lossy_gdcm.dcm': 2,
  'examples_ybr_color.dcm': 3,
};

async function firstFrame(path: string): Promise<Float32Array> {
  const { pictures } = openDicom(readFileSync(path), { window: 'dicom', frames: 'first', grayOnly: false });
  for await (const picture of pictures) {
    if ('reason' in picture) throw new Error(picture.reason);
    const { pixels } = picture;
    return Float32Array.from(pixels, (level) => (pixels instanceof Uint16Array ? level / 257 : level));
  }
  throw new Error('it has no frame');
}

describe('DICOM files', skipBecause(lacksPython('pydicom.pixels, pylibjpeg, openjpeg')), () => {
  const folder = temporaryFolder();
  let index: Record<string, Reference> = {};

  beforeAll(() => {
    execFileSync(PYTHON, [join(import.meta.dirname, 'reference.py'), folder], { stdio: 'inherit' });
    index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Record<string, Reference>;
  });

  it('have the grays and colours that pydicom shows, to one level', async () => {
    const farther: string[] = [];
    let [gray, colour] = [0, 0];
    for (const [name, { path, shape }] of Object.entries(index)) {
      if (shape === undefined || name in REFUSED) continue;
      const bytes = readFileSync(join(folder, `${name}.f32`));
      const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const levels = await firstFrame(path);
      expect(levels.length, name).toBe(expected.length);
      const worst = expected.reduce((most, level, i) => Math.max(most, Math.abs(level - levels[i]!)), 0);
      if (worst > (LOSSY_COLOUR[name] ?? 1) + 1e-4) farther.push(`${name}: ${worst}`);
      if (shape.length === 2) gray++;
      else colour++;
    }
    expect(farther).toEqual([]);
    expect(gray).toBeGreaterThanOrEqual(40);
    expect(colour).toBeGreaterThanOrEqual(25);
  });

  it('that are not read have a reason', async () => {
    const reasons: Record<string, string> = {};
    for (const [name, { path, shape }] of Object.entries(index)) {
      if (shape === undefined) continue;
      await firstFrame(path).catch((error: Error) => {
        reasons[name] = error.message;
      });
    }
    expect(reasons).toEqual(REFUSED);
  });
});
