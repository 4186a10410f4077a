/**
 * EXIF orientation of images and of what belongs to them. libvips turns the images, so it judges: a companion that shows what its
 * image shows must have the same pixels after both were prepared.
 */
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { casePlaces, prepare, writeFiles } from '#test/pictures/images.ts';

const place = casePlaces('images');
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
const STEP = 40;

type Scene = { width: number; height: number; labels: Uint8Array };

/** Labels 0 to 5 that no turn leaves as they are. */
const sceneOf = (width: number, height: number): Scene => ({
  width,
  height,
  labels: Uint8Array.from({ length: width * height }, (_, i) => (i * i + Math.floor(i / width)) % 6),
});

/** How a camera stores what it sees (EXIF 2.3, tag 274): where the first row and the first column of the file belong in the scene. */
const STORED: Readonly<Record<number, readonly [row: string, column: string]>> = {
  1: ['top', 'left'],
  2: ['top', 'right'],
  3: ['bottom', 'right'],
  4: ['bottom', 'left'],
  5: ['left', 'top'],
  6: ['right', 'top'],
  7: ['right', 'bottom'],
  8: ['left', 'bottom'],
};

function stored({ width, height, labels }: Scene, orientation: number): Scene {
  const [row, column] = STORED[orientation]!;
  const lying = row === 'left' || row === 'right';
  const [across, down] = lying ? [height, width] : [width, height];
  const out = new Uint8Array(width * height);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const rows = { top: y, bottom: height - 1 - y, left: y, right: width - 1 - y }[row]!;
      const columns = { left: x, right: width - 1 - x, top: x, bottom: height - 1 - x }[column]!;
      out[y * across + x] = lying ? labels[columns * width + rows]! : labels[rows * width + columns]!;
    }
  }
  return { width: across, height: down, labels: out };
}

const file = ({ width, height, labels }: Scene, orientation: number, scale: number, format: 'png' | 'tiff') => {
  const raw = sharp(
    labels.map((label) => scale * label),
    { raw: { width, height, channels: 1 } },
  ).toColourspace('b-w');
  const tagged = orientation === 1 ? raw : raw.withMetadata({ orientation });
  return format === 'png' ? tagged.png() : tagged.tiff({ compression: 'lzw' });
};

/** Every pair of orientations, and for those that only one of both has, what was drawn on the image as it is stored. */
const PAIRS = ORIENTATIONS.flatMap((image) =>
  ORIENTATIONS.flatMap((own) => {
    const alone = (image === 1) !== (own === 1);
    return ['shown', ...(alone ? ['stored'] : [])].map((drawn) => ({ image, own, drawn, alone }));
  }),
);
type Pair = (typeof PAIRS)[number];
const nameOf = ({ image, own, drawn }: Pair) => `${image}-${own}-${drawn}`;

/** Where one alone has an orientation, a size can tell how it was drawn if the sides differ, and are turned. */
const isTold = ({ image, own, alone }: Pair, square: boolean) => !alone || (!square && Math.max(image, own) >= 5);

describe.each([
  ['wide', 5, 3, []],
  ['square', 4, 4, ['long']],
])('of pictures that are %s', (_, width, height, tags) => {
  const scene = sceneOf(width, height);

  it.each(['mask in png', 'mask in tiff', 'condition image in png', 'channel in png'])(
    'turns each %s with its image',
    { tags },
    async (kind) => {
      const { data, cacheDir } = place();
      const format = kind.endsWith('tiff') ? 'tiff' : 'png';
      const mask = kind.startsWith('mask');
      const channel = kind.startsWith('channel');
      const beside = channel ? data : join(dirname(data), 'beside');
      for (const pair of PAIRS) {
        const name = nameOf(pair);
        await writeFiles(data, {
          [`${name}${channel ? '_a' : ''}.png`]: file(stored(scene, pair.image), pair.image, STEP, 'png'),
        });
        const companion = file(
          stored(scene, pair.drawn === 'stored' ? pair.image : pair.own),
          pair.own,
          mask ? 1 : STEP,
          format,
        );
        await writeFiles(beside, { [`${name}${channel ? '_b' : ''}.${format}`]: companion });
      }
      const named = mask
        ? { masks: beside }
        : channel
          ? { channels: { a: '*_a.png', b: '*_b.png' } }
          : { conditionImages: beside };
      const images = await prepare({ data, cacheDir, size: `${width}x${height}`, fit: 'stretch', ...named });
      const [used, refused] = [true, false].map((fits) =>
        PAIRS.filter((pair) => isTold(pair, width === height) === fits)
          .map(nameOf)
          .sort(),
      );
      expect(images.skipped.map(({ file: path }) => path.replace(/(_a)?\.png$/, ''))).toEqual(refused);
      expect(images.count).toBe(used!.length);
      for (const { reason } of images.skipped) expect(reason).toMatch(/EXIF orientation/);
      const plane = width * height;
      const levels = scene.labels.map((label) => STEP * label);
      for (const number of Array(images.count).keys()) {
        const pixels = new Uint8Array(images.channels * plane);
        await images.read([number], pixels);
        const other = new Uint8Array(plane);
        if (channel) other.set(pixels.subarray(plane));
        else await images.beside!.read([number], other);
        expect(pixels.subarray(0, plane), used![number]).toEqual(levels);
        expect(mask ? other.map((k) => STEP * k) : other, used![number]).toEqual(levels);
      }
    },
  );
});
