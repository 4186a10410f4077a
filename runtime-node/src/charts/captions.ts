/** A row of pictures with a caption above each, as PNG: for example steps of a denoising. */
import type { ImageShape } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { countImages, type TileOptions, tile } from '../pictures/pixels.ts';
import { strokes, textPath, textWidth } from './letters.ts';

/** Width that a picture is enlarged to, to the nearest whole factor, so that its caption has room. */
const WIDTH = 128;
const GAP = 4;
/** Height of the letters, and of their line. */
const LETTERS = 9;
const LINE = 22;

/**
 * A batch [N, C, H, W] in [-1, 1] in one row, small pictures enlarged by nearest neighbour. A caption that is wider than
 * its picture is drawn smaller.
 * @throws InputError unless there is one caption for each image.
 */
export async function captionedStrip(
  images: Float32Array,
  shape: ImageShape,
  captions: readonly string[],
  { show }: Pick<TileOptions, 'show'> = {},
): Promise<Buffer> {
  const count = countImages(images, shape);
  if (captions.length !== count) {
    throw new InputError(
      `Cannot draw images: captions must be one for each of ${count} images, received ${captions.length}.`,
    );
  }
  const [, , width] = shape;
  const scale = Math.max(1, Math.round(WIDTH / width));
  const row = tile(images, shape, { columns: count, scale, gap: GAP, show });
  const cell = width * scale;
  const paths = captions.map((caption, i) => {
    const size = Math.min(LETTERS, (LETTERS * cell) / Math.max(1, textWidth(caption, LETTERS)));
    const left = GAP + i * (cell + GAP) + (cell - textWidth(caption, size)) / 2;
    return textPath(caption, left, (LINE - size) / 2, size);
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${row.width}" height="${LINE}">${strokes(paths.join(''), 1.3).join('')}</svg>`;
  const { default: sharp } = await import('sharp');
  const picture = sharp(row.data, { raw: { width: row.width, height: row.height, channels: row.channels } })
    .extend({ top: LINE, background: '#ffffff' })
    .composite([{ input: Buffer.from(svg), left: 0, top: 0 }])
    .removeAlpha();
  return (row.channels === 1 ? picture.toColourspace('b-w') : picture)
    .png({ compressionLevel: 9, adaptiveFiltering: false })
    .toBuffer();
}
