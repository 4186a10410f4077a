/** The real pictures that look most like a picture: what there is to compare by eye where no measure tells. */
import { type ImageShape, sizeOf } from '../../../state/pixels.ts';
import type { Pool } from '../rules/pool.ts';

/** Pictures are compared at this side at most, each value the mean of what it covers. */
const SIDE = 28;
/** Shifts either way, in values of that side: hands and digits are seldom in the same place. */
const SHIFT = 2;

/**
 * Indices of the nearest real pictures, the nearest first. The distance is the mean square difference where both
 * pictures are, least over small shifts.
 * @param pixels bytes [C, H, W], in the pool's shape
 * @param own index of the picture if it is a real one, which is then left out
 */
export function nearestReals(pixels: ArrayLike<number>, pool: Pool, count: number, own?: number): number[] {
  const picture = shrink(pixels, pool.shape);
  return Array.from({ length: pool.count }, (_, index) => index)
    .filter((index) => index !== own)
    .map((index) => ({ index, ...nearest(picture, shrink(pool.read(index), pool.shape)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ index }) => index);
}

export interface Difference {
  /** [H, W], how far the pictures are apart at each pixel: 0 to 255, the mean over channels. 0 where only one is. */
  map: Uint8ClampedArray<ArrayBuffer>;
  /** Mean over the pixels where both are. */
  mean: number;
}

/** Where two pictures of one shape differ, one of them moved so that they differ least. */
export function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>, shape: ImageShape): Difference {
  const [channels, height, width] = shape;
  const factor = factorOf(shape);
  const shift = nearest(shrink(a, shape), shrink(b, shape));
  const [down, right] = [shift.down * factor, shift.right * factor];
  const map = new Uint8ClampedArray(height * width);
  let sum = 0;
  let shared = 0;
  for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
    for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
      let off = 0;
      for (let c = 0; c < channels; c++) {
        const at = (c * height + y) * width + x;
        off += Math.abs(a[at]! - b[at + down * width + right]!) / channels;
      }
      map[y * width + x] = off;
      sum += off;
      shared++;
    }
  }
  return { map, mean: shared === 0 ? 0 : sum / shared };
}

/** The pixels that differ most: a share of all, at most. */
export function farthestApart({ map }: Difference, share: number): number[] {
  const from = Math.max(1, map.toSorted()[Math.floor((1 - share) * map.length)]!);
  return [...map.keys()].filter((i) => map[i]! > from);
}

interface Small {
  shape: ImageShape;
  values: Float32Array;
}

const factorOf = ([, height, width]: ImageShape): number => Math.ceil(Math.max(height, width) / SIDE);

function shrink(pixels: ArrayLike<number>, [channels, height, width]: ImageShape): Small {
  const factor = factorOf([channels, height, width]);
  const shape: ImageShape = [channels, Math.ceil(height / factor), Math.ceil(width / factor)];
  const [, rows, columns] = shape;
  const values = new Float32Array(sizeOf(shape));
  const covered = new Float32Array(sizeOf(shape));
  for (let i = 0; i < channels * height * width; i++) {
    const x = Math.floor((i % width) / factor);
    const y = Math.floor((Math.floor(i / width) % height) / factor);
    const at = (Math.floor(i / (width * height)) * rows + y) * columns + x;
    values[at]! += pixels[i]!;
    covered[at]!++;
  }
  return { shape, values: values.map((sum, i) => sum / covered[i]!) };
}

/** The shift of `b` with the least distance. */
function nearest(a: Small, b: Small): { distance: number; down: number; right: number } {
  let best = { distance: Number.POSITIVE_INFINITY, down: 0, right: 0 };
  for (let down = -SHIFT; down <= SHIFT; down++) {
    for (let right = -SHIFT; right <= SHIFT; right++) {
      const distance = difference(a, b, down, right);
      if (distance < best.distance) best = { distance, down, right };
    }
  }
  return best;
}

function difference(
  { shape: [channels, height, width], values }: Small,
  b: Small,
  down: number,
  right: number,
): number {
  let sum = 0;
  let shared = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
      const row = (c * height + y) * width;
      for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
        sum += (values[row + x]! - b.values[row + down * width + x + right]!) ** 2;
        shared++;
      }
    }
  }
  return shared === 0 ? Number.POSITIVE_INFINITY : sum / shared;
}
