import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { LABELS } from '#phantom/draw/labels.ts';
import { phantomFile } from '#phantom/files.ts';
import { type PhantomSet, USUAL } from '#phantom/options.ts';
import { encodeIndexedPng, encodePng } from '#phantom/png.ts';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { filesOf } from '#test/pictures/phantoms.ts';
import { runCli } from '#test/run-cli.ts';

const SET = { count: 4, size: 48, seed: 3, duplicates: 2, broken: 3 };
/** Labels by the colours that a reader shows. [height, width] */
async function labelsOf(file: Uint8Array): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return Array.from({ length: info.width * info.height }, (_, at) => {
    const colour = [...data.subarray(3 * at, 3 * at + 3)];
    return LABELS.findIndex((label) => label.colour.join() === colour.join());
  });
}

it('sharp reads the pixels, the palette and the texts that are written as PNG, and every label is told apart', async () => {
  const labels = Uint8Array.from({ length: 33 * 33 }, (_, at) => (at * at + (at >> 4)) % LABELS.length);
  const file = encodeIndexedPng(
    labels,
    33,
    LABELS.map(({ colour }) => colour),
    { Warning: LABEL },
  );
  const comments = [{ keyword: 'Warning', text: LABEL }];
  expect(await sharp(file).metadata()).toMatchObject({
    width: 33,
    height: 33,
    isPalette: true,
    bitsPerSample: 8,
    comments,
  });
  expect(await labelsOf(file)).toEqual([...labels]);
  const pixels = Uint8Array.from({ length: 40 * 40 }, (_, i) => (i * i * 7 + (i >> 3)) & 255);
  const gray = sharp(encodePng(pixels, 40, { Warning: LABEL }), { failOn: 'warning' });
  expect(await gray.metadata()).toMatchObject({ width: 40, height: 40, channels: 1, depth: 'uchar', comments });
  expect(new Uint8Array(await gray.extractChannel(0).raw().toBuffer())).toEqual(pixels);
});

describe('--masks', () => {
  it('adds a folder of label maps, and leaves all other files but the README as they are', async () => {
    const folder = await temporaryFolder();
    await writeSet({ ...SET, out: join(folder, 'without') });
    await writeSet({ ...SET, masks: true, out: join(folder, 'with') });
    const [without, { 'README.md': readme, ...made }] = [
      filesOf(join(folder, 'without')),
      filesOf(join(folder, 'with')),
    ];
    const { 'README.md': before, ...old } = without;
    expect(made).toMatchObject(old);
    const added = Object.keys(made).filter((name) => !(name in old));
    // Those that cannot be read have none.
    expect(added.sort()).toEqual([...[1, 2, 3, 4, 5, 6].map((id) => `masks/${id}.png`), 'masks/labels.json']);
    const text = (base64: string) => Buffer.from(base64, 'base64').toString();
    expect(JSON.parse(text(made['masks/labels.json']!))).toEqual({
      0: 'background',
      1: 'soft tissue',
      2: 'radius',
      3: 'ulna',
      4: 'carpals',
      5: 'metacarpals',
      6: 'proximal phalanges',
      7: 'middle phalanges',
      8: 'distal phalanges',
    });
    expect(text(before!)).not.toContain('mask');
    expect(text(readme!)).toContain(' --broken 3 --masks --out hands\n');
    expect(text(readme!)).toContain('`masks/<id>.png`');
    const metadata = await sharp(join(folder, 'with', 'masks', '1.png')).metadata();
    expect(metadata).toMatchObject({ width: 48, height: 48, isPalette: true });
    expect(metadata.comments).toContainEqual({ keyword: 'Warning', text: LABEL });
  });

  it('moves the label map of a copy as its picture', async () => {
    const set: PhantomSet = { ...USUAL, count: 2, size: 96, seed: 1, duplicates: 8, masks: true };
    const maps = await Promise.all([0, 1].map((index) => labelsOf(phantomFile(set, index).mask!.bytes)));
    let moved = 0;
    for (let index = 2; index < 10; index++) {
      const { mask, truth } = phantomFile(set, index);
      const { of, shift = [0, 0] } = JSON.parse(truth).copy;
      const [original, copy] = [maps[of - 1]!, await labelsOf(mask!.bytes)];
      const [dx, dy] = shift;
      if (dx !== 0 || dy !== 0) moved++;
      for (let y = 5; y < 91; y++) {
        for (let x = 5; x < 91; x++) expect(copy[(y + dy) * 96 + x + dx]).toBe(original[y * 96 + x]);
      }
    }
    expect(moved).toBeGreaterThan(0);
  });

  it('writes PNG with the names of DICOM files, the same as of PNG files', async () => {
    const folder = await temporaryFolder();
    await writeSet({ ...SET, masks: true, format: 'dicom', out: join(folder, 'dicom') });
    await writeSet({ ...SET, masks: true, out: join(folder, 'png') });
    const names = readdirSync(join(folder, 'dicom', 'images')).map((name) => name.replace(/\.dcm$/, '.png'));
    const masks = readdirSync(join(folder, 'dicom', 'masks')).filter((name) => name !== 'labels.json');
    expect(masks).toHaveLength(SET.count + SET.duplicates);
    expect(names).toEqual(expect.arrayContaining(masks));
    const ids = readFileSync(join(folder, 'dicom', 'hands.csv'), 'utf8')
      .split('\n')
      .slice(1, 7);
    for (const [i, row] of ids.entries()) {
      const [dicom, png] = [`dicom/masks/${row.split(',')[0]}.png`, `png/masks/${i + 1}.png`];
      expect(readFileSync(join(folder, dicom)).equals(readFileSync(join(folder, png)))).toBe(true);
    }
  });

  it('is told on the command line', async () => {
    const out = join(await temporaryFolder(), 'hands');
    const draw = ['phantom', '--count', '2', '--size', '32', '--duplicates', '1', '--out', out, '--masks'];
    expect((await runCli(...draw)).stdout).toContain(`\nMasks: 3 in ${join(out, 'masks')}\n`);
  });
});
