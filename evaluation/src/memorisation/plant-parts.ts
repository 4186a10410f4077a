/** Copies of parts as a model may make them: crops of training images, enlarged, and halves beside those of other images. */
import { shuffle, uniform } from '@onnoise/scheduler';
import { PARTS, type PartName, partOf } from '../parts/index.ts';
import type { ImageSet } from '../sets/types.ts';
import { worsened } from './plant.ts';
import type { PartSensitivity } from './types.ts';

const CHOICE_STREAM = 0x0c0d_0000;
const PLACE_STREAM = 0x0c0d_0001;
/** Of what is planted: sides of crops, as shares of the image's. */
const SIDES = [0.5, 0.625, 0.75];
const HALVES = PARTS.filter((name): name is Exclude<PartName, 'crop'> => name !== 'crop');

export interface PlantedParts extends Pick<PartSensitivity, 'part' | 'side'> {
  images: ImageSet;
}

/**
 * `count` of each kind, or as many as there are training images.
 * @param others what stands in the other half
 */
export async function plantParts(
  training: ImageSet,
  others: ImageSet,
  count: number,
  seed: number,
): Promise<PlantedParts[]> {
  const { shape } = training;
  const order = shuffle(
    Uint32Array.from({ length: training.count }, (_, i) => i),
    seed,
    CHOICE_STREAM,
  );
  const drawn = order.subarray(0, count);
  const size = shape[0] * shape[1] * shape[2];
  const kinds: Pick<PartSensitivity, 'part' | 'side'>[] = [
    ...SIDES.map((side) => ({ part: 'crop', side }) as const),
    { part: 'half' },
  ];
  const planted: PlantedParts[] = [];
  for (const [k, kind] of kinds.entries()) {
    const places = new Float64Array(2 * drawn.length);
    uniform(seed, PLACE_STREAM + k, 0, places);
    const pixels = new Uint8Array(drawn.length * size);
    for (const [n, image] of drawn.entries()) {
      const original = training.pixels.subarray(image * size, (image + 1) * size);
      const other = others.pixels.subarray((n % others.count) * size, ((n % others.count) + 1) * size);
      const changed =
        kind.side === undefined
          ? halfOf(original, other, HALVES[n % HALVES.length]!, shape)
          : enlarged(original, shape, kind.side, [places[2 * n]!, places[2 * n + 1]!]);
      pixels.set(await worsened(changed, shape, { seed, n: k * drawn.length + n }), n * size);
    }
    planted.push({ ...kind, images: { shape, count: drawn.length, pixels } });
  }
  return planted;
}

/** A crop in the size of the image, by bilinear interpolation. @param place of its corner among all that it may have, 0 to 1 */
function enlarged(
  image: Uint8Array,
  [, rows, columns]: ImageSet['shape'],
  side: number,
  [x, y]: readonly [number, number],
): Uint8Array {
  const [left, top] = [x * (1 - side) * columns, y * (1 - side) * rows];
  const out = new Uint8Array(image.length);
  const at = (i: number, from: number, most: number) => Math.min(Math.max(from + (i + 0.5) * side - 0.5, 0), most - 1);
  for (let i = 0; i < out.length; i++) {
    const plane = Math.floor(i / (rows * columns)) * rows * columns;
    const [across, down] = [at(i % columns, left, columns), at(Math.floor(i / columns) % rows, top, rows)];
    const [x0, y0] = [Math.floor(across), Math.floor(down)];
    const [x1, y1] = [Math.min(x0 + 1, columns - 1), Math.min(y0 + 1, rows - 1)];
    const line = (row: number) => {
      const [a, b] = [image[plane + row * columns + x0]!, image[plane + row * columns + x1]!];
      return a + (across - x0) * (b - a);
    };
    out[i] = Math.round(line(y0) + (down - y0) * (line(y1) - line(y0)));
  }
  return out;
}

function halfOf(image: Uint8Array, other: Uint8Array, name: PartName, shape: ImageSet['shape']): Uint8Array {
  const [, rows, columns] = shape;
  const { left, top, width, height } = partOf(name, shape);
  return Uint8Array.from(other, (level, i) => {
    const [x, y] = [i % columns, Math.floor(i / columns) % rows];
    const isInside = x >= left && x < left + width && y >= top && y < top + height;
    return isInside ? image[i]! : level;
  });
}
