import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { casePlaces, grayPicture, prepare, writeFiles } from '#test/pictures/images.ts';
import { imageFile, type SegFile, segmentationFile } from '#test/pictures/segmentation.ts';
import { openLabelMaps } from '#training/data/label-maps/open.ts';
import type { LabelOptions } from '#training/data/label-maps/types.ts';

type Files = Parameters<typeof writeFiles>[1];
const place = casePlaces('images');
const LEFT = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
const TOP = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const seg = (more: Partial<SegFile> = {}) =>
  segmentationFile({ rows: 4, columns: 4, frames: [{ pixels: LEFT, of: ['1.1'] }], ...more });

async function open(images: Files, masks: Files, options: Partial<LabelOptions> = {}) {
  const { data, cacheDir } = place();
  await writeFiles(data, images);
  const folder = await writeFiles(join(cacheDir, 'masks'), masks);
  const maps = await openLabelMaps(folder, data, { size: 4, fit: 'stretch', ...options });
  const of = async (path: string) =>
    (await maps.of(path)).map((map) => ('reason' in map ? map.reason : [...map.labels]));
  return { maps, of, folder, paths: Object.keys(images) };
}

describe('label maps of DICOM SEG', () => {
  it('are joined with the images that they name, and are empty where nothing was found', async () => {
    const { maps, of, paths } = await open(
      { 'a/1.dcm': imageFile('1.1'), 'a/2.dcm': imageFile('1.2'), 'b.dcm': imageFile('1.3') },
      {
        'exported/IM 9': seg({ images: ['1.1', '1.2'] }),
        'other.dcm': seg({ frames: [{ pixels: LEFT, of: ['9.9'] }] }),
      },
    );
    expect(await maps.match(paths)).toEqual({ images: ['b.dcm'], masks: ['other.dcm'] });
    expect(await of('a/1.dcm')).toEqual([LEFT]);
    expect(await of('a/2.dcm')).toEqual([LEFT.map(() => 0)]);
    expect(await of('b.dcm')).toEqual(['it has no label map']);
    expect(maps.unused()).toEqual(['other.dcm']);
    expect([...maps.names]).toEqual([[1, 'Bone']]);
  });

  it.each([
    ['a pattern', { masks: '*_seg.dcm', csv: undefined }],
    ['a column of the CSV', { masks: 'truth', csv: 'table.csv' }],
  ])('may be named by %s, also beside the images', async (_, { masks, csv }) => {
    const at = place();
    const table = 'id,truth\na,a_seg.dcm\n';
    await writeFiles(at.data, { 'a.dcm': imageFile('1.1'), 'a_seg.dcm': seg(), 'table.csv': table });
    const images = await prepare({ ...at, size: 4, masks, ...(csv && { csv: join(at.data, csv) }) });
    expect([images.count, images.skipped]).toEqual([1, []]);
    expect(images.beside!.mask).toEqual({ classes: ['background', 'Bone'] });
    expect(images.notes.join(' ')).not.toContain('without a name'); // 0 is the background
  });

  it('that are of none of the images are refused', async () => {
    const { maps, folder } = await open({ 'a.dcm': imageFile('1.7') }, { 'x.dcm': seg() });
    await expect(maps.match(['a.dcm'])).rejects.toThrow(
      `Cannot read label maps: ${folder} must hold label maps of the images, named like them or made from them (DICOM SEG), received none for a.dcm, but x.dcm.`,
    );
  });

  it('lie over each other in the order of files and frames, with a note', async () => {
    const frames = [
      { pixels: LEFT, of: ['1.1'], segment: 2 },
      { pixels: TOP, of: ['1.1'], segment: 1 },
    ];
    const { maps, of } = await open(
      { 'a.dcm': imageFile('1.1') },
      { 's.dcm': seg({ frames, labels: ['Skin', 'Bone'] }) },
    );
    expect(maps.notes()).toEqual([]);
    expect(await of('a.dcm')).toEqual([TOP.map((top, i) => (top ? 1 : 2 * LEFT[i]!))]);
    await of('a.dcm');
    expect(maps.notes()).toEqual(['Segments overlap in 1 label map; where they do, the later one counts.']);
  });

  it('get the numbers of labels.json by their names', async () => {
    const masks = { 'bone.dcm': seg(), 'skin.dcm': seg({ labels: ['Skin'], frames: [{ pixels: TOP, of: ['1.1'] }] }) };
    await expect(open({ 'a.dcm': imageFile('1.1') }, masks)).rejects.toThrow(
      'Cannot read label maps: a number of a segment must mean one thing, received 1 for "Bone" in bone.dcm and for "Skin" in skin.dcm. Put a labels.json into the folder that gives each name its number, as {"0": "background", "1": "Bone", "2": "Skin"}.',
    );
    const named = { ...masks, 'labels.json': '{"0": "background", "4": "bone", "7": "skin"}' };
    const { maps, of } = await open({ 'a.dcm': imageFile('1.1') }, named);
    expect([...maps.names.values()]).toEqual(['background', 'bone', 'skin']);
    expect(await of('a.dcm')).toEqual([TOP.map((top, i) => (top ? 7 : 4 * LEFT[i]!))]);
    await expect(open({ 'a.dcm': imageFile('1.1') }, { ...masks, 'labels.json': '{"1": "bone"}' })).rejects.toThrow(
      'Cannot read label maps: labels.json must have a number for each segment, received none for "Skin", segment 1 of skin.dcm.',
    );
  });

  it('may be of each frame of an image', async () => {
    const frames = [
      { pixels: TOP, of: ['1.1'], imageFrame: '2' },
      { pixels: LEFT, of: ['1.1'], imageFrame: '3' },
    ];
    const image = imageFile('1.1', { '0028,0008 IS': '3', '7fe0,0010 OW': new Uint8Array(96).fill(1) });
    const { of } = await open({ 'a.dcm': image }, { 's.dcm': seg({ frames }) }, { frames: 'all' });
    expect(await of('a.dcm')).toEqual([LEFT.map(() => 0), TOP, LEFT]);
    const vague = await open({ 'a.dcm': image }, { 's.dcm': seg() }, { frames: '2' });
    expect(await vague.of('a.dcm')).toEqual(['its label map s.dcm: it does not say of which frame it is']);
  });

  it('have the form and size of their image', async () => {
    const half = seg({ rows: 2, columns: 2, frames: [{ pixels: [1, 0, 0, 1], of: ['1.1'] }] });
    const { maps } = await open({ 'a.dcm': imageFile('1.1') }, { 's.dcm': half });
    const labels = Uint16Array.of(1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1);
    expect(await maps.of('a.dcm')).toEqual([{ labels, resized: true }]);
    const wide = await open({ 'a.dcm': imageFile('1.1') }, { 's.dcm': seg({ rows: 2, columns: 8 }) });
    expect(await wide.of('a.dcm')).toEqual(['its label map s.dcm: it is 8 x 2 pixels, and its image 4 x 4']);
    const both = await open({ 'a.dcm': imageFile('1.1') }, { 's.dcm': half, 't.dcm': seg() });
    expect(await both.of('a.dcm')).toEqual(['its label map t.dcm: it has another size than others of this image']);
  });

  it('must lie where their image does', async () => {
    const space = { spacing: '1\\1', orientation: '1\\0\\0\\0\\1\\0' };
    const image = imageFile('1.1', {
      '0020,0032 DS': '0\\0\\5',
      '0020,0037 DS': space.orientation,
      '0028,0030 DS': '1\\1',
    });
    const at = (position: string) => seg({ space, frames: [{ pixels: LEFT, of: ['1.1'], position }] });
    expect(await (await open({ 'a.dcm': image }, { 's.dcm': at('0\\0.1\\5') })).of('a.dcm')).toEqual([LEFT]);
    expect(await (await open({ 'a.dcm': image }, { 's.dcm': at('0\\2\\5') })).of('a.dcm')).toEqual([
      'its label map s.dcm: it lies elsewhere in space than its image, by up to 2 mm at a corner: resample it onto the image',
    ]);
    const moved = seg({ frames: [{ pixels: LEFT, of: ['1.1'], preserved: 'NO' }] });
    expect(await (await open({ 'a.dcm': image }, { 's.dcm': moved })).of('a.dcm')).toEqual([
      'its label map s.dcm: it says that its pixels do not lie as those of the image: resample it onto the image',
    ]);
  });

  it('are refused beside a picture of the same image', async () => {
    const masks = { 'a.png': grayPicture(4, 4, () => 1), 's.dcm': seg() };
    const said = 'Cannot read label maps: label maps must be one for each image, received a.png and s.dcm for a.dcm.';
    const { maps } = await open({ 'a.dcm': imageFile('1.1') }, masks);
    await expect(maps.match(['a.dcm'])).rejects.toThrow(said);
    await expect(maps.of('a.dcm')).rejects.toThrow(said);
  });

  it('that cannot be read are named', async () => {
    const { maps } = await open({ 'a.dcm': imageFile('1.1') }, { 's.dcm': seg().subarray(0, 300), 't.dcm': seg() });
    expect(maps.skipped).toEqual([{ file: 's.dcm', reason: expect.stringContaining('truncated or damaged') }]);
    expect(await maps.match(['a.dcm'])).toEqual({ images: [], masks: ['s.dcm'] });
  });
});
