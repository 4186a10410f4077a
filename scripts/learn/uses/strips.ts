/** Strips of pictures side by side, as files of the page. */
import { join } from 'node:path';
import sharp from 'sharp';
import { writeWhole } from '#base/files/output.ts';
import { LABEL } from '#base/pictures/phantom-label.ts';
import { LABELS } from '#phantom/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { SIDE, SIZE } from './phantoms.ts';

export const OUT = join(import.meta.dirname, '..', '..', '..', 'site', 'public', 'learn', 'uses');
const QUALITY = 90;

/** The rows of a hand, as few as a linear classifier tells apart, and the labels of phantoms that are in each. */
export const PARTS = [
  { name: 'background', of: ['background'], like: 'background' },
  { name: 'soft tissue', of: ['soft tissue'], like: 'soft tissue' },
  { name: 'wrist', of: ['radius', 'ulna', 'carpals'], like: 'carpals' },
  { name: 'metacarpals', of: ['metacarpals'], like: 'metacarpals' },
  { name: 'fingers', of: ['proximal phalanges', 'middle phalanges', 'distal phalanges'], like: 'distal phalanges' },
] as const;

/** Colours of the labels alike; soft tissue is darker, so that bones stand out. */
const COLOURS = PARTS.map(({ like }) => LABELS.find(({ name }) => name === like)!.colour);

/** By label of phantoms, the part. */
export const partOf = (label: number): number =>
  PARTS.findIndex(({ of }) => (of as readonly string[]).includes(LABELS[label]!.name));

export type Tile = { /** In [-1, 1]. */ picture: Float32Array } | { /** Parts by number. */ mask: Uint8Array };

/** One row of tiles. @returns bytes of the file */
export async function writeStrip(name: string, tiles: readonly Tile[]): Promise<number> {
  const width = tiles.length * SIDE;
  const rgb = new Uint8Array(SIZE * tiles.length * 3);
  for (const [n, tile] of tiles.entries()) {
    const gray = 'picture' in tile ? toBytes(tile.picture) : null;
    for (let i = 0; i < SIZE; i++) {
      const at = 3 * (Math.floor(i / SIDE) * width + n * SIDE + (i % SIDE));
      rgb.set('mask' in tile ? COLOURS[tile.mask[i]!]! : [gray![i]!, gray![i]!, gray![i]!], at);
    }
  }
  const lossless = tiles.some((tile) => 'mask' in tile);
  const webp = await sharp(rgb, { raw: { width, height: SIDE, channels: 3 } })
    .withExif({ IFD0: { ImageDescription: LABEL } })
    .webp({ lossless, quality: QUALITY, effort: 6 })
    .toBuffer();
  await writeWhole(join(OUT, `${name}.webp`), webp);
  return webp.length;
}
