/** Label maps that the page reads and writes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openLabelFile } from '#base/labels/index.ts';
import { labelPng, png } from '#runtime-node/index.ts';
import { labelMapPng } from '#site/views/sample/files/png.ts';
import { drawingOfFile, examplesOf, fitLabels, type MaskSpec } from '#site/views/sample/masks/label-masks.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();
const LABELS = { classes: ['none', 'bone', 'flesh'], values: [0, 7, 200] };
const SPEC: MaskSpec = { shape: [3, 2, 4], mask: LABELS };
const SIZE = { width: 4, height: 2 };
const MASK = Uint8Array.of(0, 1, 2, 0, 2, 2, 1, 0);
const blob = (bytes: Uint8Array) => new Blob([Uint8Array.from(bytes)]);
const red = () => sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });

/** As another program reads it. */
async function read(bytes: Uint8Array): Promise<number[]> {
  const path = join(folder, 'map.png');
  writeFileSync(path, bytes);
  return [...(await (await openLabelFile(path)).read(0)).labels];
}

describe('a drawing out of a label map', () => {
  it('is its middle part in the model’s size, each pixel that of the nearest', () => {
    const labels = Uint16Array.from({ length: 36 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
    expect([...fitLabels({ width: 6, height: 6, labels }, { width: 3, height: 1 })]).toEqual([31, 33, 35]);
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    [
      'a picture in colour',
      () => red().png().toBuffer(),
      /^Cannot use a\.png: it is in colour, and a label is one number/,
    ],
    [
      'a JPEG',
      () => red().jpeg().toBuffer(),
      /^Cannot use a\.png: it must be a label map in PNG, received a JPEG picture\.$/,
    ],
    [
      'other numbers',
      () => png(new Float32Array(8).fill(-0.5), [1, 2, 4]),
      /^Cannot use a\.png: it has the value 64, and the model knows 0 none, 7 bone, 200 flesh\.$/,
    ],
    [
      'one that was cut short',
      async () => (await png(new Float32Array(8), [1, 2, 4])).subarray(0, 50),
      /^Cannot use a\.png: (truncated|damaged)/,
    ],
  ])('is refused if it is %s', async (_, make, sentence) => {
    await expect(drawingOfFile(blob(await make()), 'a.png', SPEC)).rejects.toThrow(sentence);
  });

  it('is one of several below each other, of a model folder, whose sheet has their width', async () => {
    const sheet = (width: number, height: number) =>
      labelPng(Uint8Array.from([...MASK, ...MASK.toReversed()].slice(0, width * height)), { width, height }, LABELS);
    expect(await examplesOf(blob(await sheet(4, 4)), SPEC)).toEqual([MASK, MASK.toReversed()]);
    await expect(examplesOf(blob(await sheet(4, 3)), SPEC)).rejects.toThrow(
      'Cannot use masks.png: it must hold masks of 4 × 2 pixels below each other, received 4 × 3 pixels.',
    );
  });
});

it.each([LABELS.values, [0, 1, 40_300]])(
  'a label map of the page has the numbers %j of the model’s files',
  async (...values) => {
    const labels = { ...LABELS, values };
    const written = await labelMapPng(MASK, SIZE, labels);
    expect(await read(written)).toEqual([...MASK].map((k) => values[k]));
    expect(await drawingOfFile(blob(written), 'a.png', { ...SPEC, mask: labels })).toEqual(MASK);
    const { data } = await sharp(written).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    if (values[2]! < 256) expect([...data.subarray(0, 6)], 'their colours for eyes').toEqual([0, 0, 0, 255, 26, 26]);
  },
);
