import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFrames } from '#base/pictures/frame-choice.ts';
import { parseWindow } from '#base/pictures/window.ts';
import { countSlices, openNifti } from '#medical/nifti/pictures.ts';
import { unzip } from '#medical/nifti/unzip.ts';
import { niftiFile } from '#test/pictures/nifti.ts';

/** 2 to the right, 3 forwards, 4 up; the value says where: 100 right + 10 forwards + up. */
const VALUES = Array.from({ length: 24 }, (_, i) => 100 * (i % 2) + 10 * (Math.floor(i / 2) % 3) + Math.floor(i / 6));
const volume = (more: Partial<Parameters<typeof niftiFile>[0]> = {}) =>
  niftiFile({ size: [2, 3, 4], values: VALUES, ...more });

async function slices(
  bytes: Uint8Array,
  {
    window = '500,1000',
    frames,
    axis = 'axial' as 'axial' | 'coronal' | 'sagittal',
  }: { window?: string; frames?: string; axis?: 'axial' | 'coronal' | 'sagittal' } = {},
) {
  const options = { window: parseWindow(window), frames: parseFrames(frames, 'middle'), axis };
  const { pictures } = await openNifti(bytes, options, unzip);
  return [...pictures].map(({ pixels, place, ...rest }) => ({
    ...rest,
    values: Array.from(pixels, (level) => Math.round((1000 * level) / 65_535)),
  }));
}

describe('NIfTI', () => {
  it('says where the corners of a slice lie: right, forwards and up', async () => {
    const choice = { window: parseWindow('auto'), frames: parseFrames('2', 'middle'), axis: 'axial' } as const;
    const { pictures } = await openNifti(volume({ spacing: [2, 3, 5] }), choice, unzip);
    expect([...pictures].map(({ place }) => place?.corners)).toEqual([
      [
        [2, 6, 5],
        [0, 6, 5],
        [2, 0, 5],
      ],
    ]);
  });

  it('is cut in three ways: right on the left, front or head above', async () => {
    const axial = await slices(volume());
    expect(axial).toEqual([{ width: 2, height: 3, aspect: 1, values: [121, 21, 111, 11, 101, 1] }]);
    const [coronal] = await slices(volume(), { axis: 'coronal' });
    expect(coronal).toMatchObject({ width: 2, height: 4, values: [113, 13, 112, 12, 111, 11, 110, 10] });
    const [sagittal] = await slices(volume(), { axis: 'sagittal', frames: '2' });
    expect(sagittal).toMatchObject({
      width: 3,
      height: 4,
      values: [123, 113, 103, 122, 112, 102, 121, 111, 101, 120, 110, 100],
    });
  });

  it('gives the slices that are asked for', async () => {
    expect((await slices(volume(), { frames: 'all' })).map(({ values }) => values.at(-1))).toEqual([0, 1, 2, 3]);
    expect((await slices(volume(), { frames: '2-3' })).map(({ values }) => values.at(-1))).toEqual([1, 2]);
    await expect(slices(volume(), { frames: '9' })).rejects.toThrow('it has 4 frames, and frame 9 was asked for');
    expect(countSlices(gzipSync(volume()).subarray(0, 200), 'coronal')).toBe(3);
  });

  it('shows the range of the file, of all slices, or of a chosen window, after scaling', async () => {
    const last = async (more: Parameters<typeof volume>[0], window: string) => {
      const [first] = await slices(volume(more), { window, frames: 'first' });
      return first!.values.slice(0, 2);
    };
    expect(await last({ range: [20, 220] }, 'dicom')).toEqual([500, 0]);
    expect(await last({}, 'dicom')).toEqual([976, 163]); // of 0 to 123: 120 and 20
    expect(await last({ range: [20, 220] }, 'auto')).toEqual([976, 163]);
    expect(await last({ slope: 2, intercept: -10 }, '100,400')).toEqual([825, 325]); // of -100 to 300: 230 and 30
  });

  it('has the form of its voxels', async () => {
    const [coronal] = await slices(volume({ spacing: [0.5, 1, 2] }), { axis: 'coronal' });
    expect(coronal!.aspect).toBe(0.25);
  });

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY])(
    'has square pixels and says so where the file gives a side of %d',
    async (side) => {
      const spaced = volume({ spacing: [0.5, side, 2] });
      const [axial] = await slices(spaced);
      expect(axial).toMatchObject({ unusable: true });
      expect(axial!.aspect).toBeUndefined();
      const [coronal] = await slices(spaced, { axis: 'coronal' });
      expect(coronal).toMatchObject({ aspect: 0.25 });
    },
  );

  it('that has one value alone is blank, unless a window shows it', async () => {
    const even = { values: Array(24).fill(70) };
    await expect(slices(volume(even), { window: 'dicom' })).rejects.toThrow('blank: all its values are the same');
    await expect(slices(volume({ ...even, range: [0, 140] }), { window: 'auto' })).rejects.toThrow('blank');
    expect((await slices(volume({ ...even, range: [0, 140] }), { window: 'dicom' }))[0]!.values).toEqual(
      Array(6).fill(500),
    );
    expect((await slices(volume(even), { window: '140,280' }))[0]!.values).toEqual(Array(6).fill(250));
    const numbers = Float32Array.from({ length: 24 }, () => Number.NaN);
    const none = volume({ datatype: 16, values: new Int16Array(numbers.buffer) });
    await expect(slices(none, { window: 'dicom' })).rejects.toThrow('blank: all its values are padding or no numbers');
  });

  it('of one slice is cut along it alone', async () => {
    const flat = niftiFile({ size: [4, 1, 3], values: Array.from({ length: 12 }, (_, i) => i) });
    expect((await slices(flat, { axis: 'coronal' }))[0]).toMatchObject({ width: 4, height: 3 });
    const advice = '--axis coronal shows it';
    await expect(slices(flat)).rejects.toThrow(`its axial slices are lines of 4 x 1 voxels: ${advice}`);
    await expect(slices(flat, { axis: 'sagittal' })).rejects.toThrow(
      `its sagittal slices are lines of 1 x 3 voxels: ${advice}`,
    );
    const line = niftiFile({ size: [12, 1, 1], values: Array.from({ length: 12 }, (_, i) => i) });
    await expect(slices(line)).rejects.toThrow('its axial slices are lines of 12 x 1 voxels: it holds no picture');
  });

  it('may be gzipped', async () => {
    expect(await slices(gzipSync(volume()))).toEqual(await slices(volume()));
  });

  it('that is gzipped has a reason, cut, damaged or too large', async () => {
    const zipped = gzipSync(volume());
    await expect(unzip(zipped.subarray(0, -20))).rejects.toThrow('truncated: its zipped part has no end');
    await expect(unzip(Buffer.alloc(40, 1))).rejects.toThrow('damaged: it cannot be unzipped');
    await expect(unzip(zipped, 100)).rejects.toThrow('it has more than');
  });

  const changed = (change: (file: Buffer) => void) => {
    const file = volume();
    change(file);
    return file;
  };

  it.each<[string, Uint8Array]>([
    ['truncated: it ends within the head of a NIfTI file', Buffer.alloc(0)],
    ['no NIfTI file: it does not begin with the length of its head', Buffer.alloc(400, 1)],
    ['truncated: it has 43 of 48 bytes of voxels', volume().subarray(0, -5)],
    ['its voxels are in another file (.img): join both into one .nii', changed((file) => file.write('ni1\0', 344))],
    ['no NIfTI file: it lacks the letters n+1 or n+2', changed((file) => file.fill(0, 344, 348))],
    [
      'its voxels are of a kind (datatype 128) that is not supported; whole and real numbers are',
      changed((file) => file.writeInt16LE(128, 70)),
    ],
    ['damaged: its voxels cannot begin within its head', changed((file) => file.writeFloatLE(0, 108))],
    ['damaged: its voxels cannot begin within its head', changed((file) => file.writeFloatLE(Number.NaN, 108))],
    ['damaged: its sizes are not those of a volume', changed((file) => file.writeInt16LE(0, 42))],
    ['a CIFTI file: a matrix or table, not a picture', changed((file) => file.writeInt16LE(3001, 68))],
  ])('that cannot be used has a reason: %s', async (reason, bytes) => {
    await expect(slices(bytes)).rejects.toThrow(reason);
  });
});
