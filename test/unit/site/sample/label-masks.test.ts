/** Label maps that the page reads and writes. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openLabelFile } from '#base/labels/index.ts';
import { labelPng, png } from '#runtime-node/index.ts';
import { readZip } from '#runtime-web/index.ts';
import { labelMapPng } from '#site/views/sample/files/label-map.ts';
import { pairsZip } from '#site/views/sample/files/pairs.ts';
import { drawingOfFile, examplesOf, fitLabels, type MaskSpec } from '#site/views/sample/masks/label-masks.ts';
import { createFrameStore } from '#site/views/sample/state/frames.ts';
import { DEFAULTS, type Parameters } from '#site/views/sample/state/parameters.ts';
import { temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();
const LABELS = { classes: ['none', 'bone', 'flesh'], values: [0, 7, 200] };
const SPEC: MaskSpec = { shape: [3, 2, 4], mask: LABELS };
const MASK = Uint8Array.of(0, 1, 2, 0, 2, 2, 1, 0);
const blob = (bytes: Uint8Array) => new Blob([Uint8Array.from(bytes)]);

async function read(bytes: Uint8Array): Promise<number[]> {
  const path = join(folder, 'map.png');
  writeFileSync(path, bytes);
  return [...(await (await openLabelFile(path)).read(0)).labels];
}

describe('a drawing out of a label map', () => {
  it('has the classes of the numbers that the model’s files have', async () => {
    const written = await labelPng(MASK, { width: 4, height: 2 }, LABELS);
    expect(await drawingOfFile(blob(written), 'a.png', SPEC)).toEqual(MASK);
  });

  it('is its middle part in the model’s size, each pixel that of the nearest', async () => {
    const labels = Uint16Array.from({ length: 6 * 6 }, (_, i) => 10 * Math.floor(i / 6) + (i % 6));
    expect([...fitLabels({ width: 6, height: 6, labels }, { width: 3, height: 1 })]).toEqual([31, 33, 35]);
    expect([...fitLabels({ width: 6, height: 6, labels }, { width: 6, height: 6 })]).toEqual([...labels]);
    expect([...fitLabels({ width: 2, height: 1, labels: Uint16Array.of(1, 2) }, { width: 1, height: 1 })]).toEqual([2]);
  });

  it.each([
    [
      'a picture in colour',
      () =>
        sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
          .png()
          .toBuffer(),
      /^Cannot use a\.png: it is in colour, and a label is one number/,
    ],
    [
      'a JPEG',
      () =>
        sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
          .jpeg()
          .toBuffer(),
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

  it('is one of several below each other, of a model folder', async () => {
    const both = await labelPng(Uint8Array.from([...MASK, ...MASK.toReversed()]), { width: 4, height: 4 }, LABELS);
    expect(await examplesOf(blob(both), SPEC)).toEqual([MASK, MASK.toReversed()]);
  });
});

describe('a label map of the page', () => {
  it('has the numbers of the model’s files, for another reader, and their colours for eyes', async () => {
    const written = await labelMapPng(MASK, { width: 4, height: 2 }, LABELS);
    expect(await read(written)).toEqual([...MASK].map((k) => LABELS.values[k]));
    const { data } = await sharp(written).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 6)]).toEqual([0, 0, 0, 255, 26, 26]);
  });

  it('is gray of 16 bits where a palette cannot hold the numbers, as the model’s own', async () => {
    const labels = { ...LABELS, values: [0, 1, 40_300] };
    const written = await labelMapPng(MASK, { width: 4, height: 2 }, labels);
    expect(await read(written)).toEqual([...MASK].map((k) => labels.values[k]));
    expect(await drawingOfFile(blob(written), 'a.png', { ...SPEC, mask: labels })).toEqual(MASK);
    const { data } = await sharp(written)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const pixels = new Uint16Array(Uint8Array.from(data).buffer);
    expect(Array.from(MASK, (_, i) => pixels[(i * pixels.length) / MASK.length])).toEqual(
      [...MASK].map((k) => labels.values[k]),
    );
  });
});

it('pairs are pictures and label maps of the same names, with the names of the classes', async () => {
  const x = Uint8ClampedArray.from({ length: 16 }, (_, i) => 16 * i);
  const masks = Uint8Array.from([...MASK, ...MASK.toReversed()]);
  const frames = createFrameStore({ x, masks }, 1);
  frames.push({ step: 1, x, x0: x, masks, masks0: masks });
  const run = { frames, shape: [1, 2, 4] as const, maskOutput: LABELS };
  const parameters = { ...DEFAULTS, count: 2 } as unknown as Parameters;
  const files = await readZip(new Blob([await pairsZip({ ...run, parameters }, 'own', { Software: 'x' })]));
  expect(Object.keys(files).sort()).toEqual([
    'own/images/01.png',
    'own/images/02.png',
    'own/masks/01.png',
    'own/masks/02.png',
    'own/masks/labels.json',
  ]);
  const gray = await sharp(files['own/images/02.png']).toColourspace('b-w').raw().toBuffer();
  expect([...gray]).toEqual([...x.subarray(8)]);
  expect(await read(files['own/masks/02.png']!)).toEqual([...MASK.toReversed()].map((k) => LABELS.values[k]));
  expect(JSON.parse(new TextDecoder().decode(files['own/masks/labels.json']))).toEqual({
    0: 'none',
    7: 'bone',
    200: 'flesh',
  });
});

it('pairs have the channels that are shown', async () => {
  const x = Uint8ClampedArray.from({ length: 4 * 8 }, (_, i) => 7 * i);
  const frames = createFrameStore({ x, masks: MASK }, 1);
  frames.push({ step: 1, x, x0: x, masks: MASK, masks0: MASK });
  const run = { frames, shape: [4, 2, 4] as const, maskOutput: LABELS, shows: [3] };
  const parameters = { ...DEFAULTS, count: 1 } as unknown as Parameters;
  const files = await readZip(new Blob([await pairsZip({ ...run, parameters }, 'own', {})]));
  const gray = await sharp(files['own/images/01.png']).toColourspace('b-w').raw().toBuffer();
  expect([...gray]).toEqual([...x.subarray(24)]);
});
