/**
 * Pictures that a small network soon tells apart, as a dataset in memory: class 0 has horizontal bars, class 1 vertical
 * ones, class 2 a spot. Where they are, how bright and how broad differs from image to image.
 */
import { uniform } from '@onnoise/scheduler';
import type { ImageSet } from '#evaluation/sets/types.ts';
import type { Dataset } from '#training/data/index.ts';

export interface BarsOptions {
  count?: number;
  size?: number;
  channels?: 1 | 3;
  classes?: 1 | 2 | 3;
  /** Images held out, the last ones. */
  held?: number;
  labelled?: boolean;
}

const DRAWS = 4;

/** [C, size, size] */
function bar(kind: number, size: number, channels: number, draws: ArrayLike<number>): Uint8Array {
  const [place, other, light, breadth] = Array.from(draws) as [number, number, number, number];
  const half = size * (0.12 + 0.08 * breadth);
  const [y0, x0] = [size * (0.25 + 0.5 * place), size * (0.25 + 0.5 * other)];
  return Uint8Array.from({ length: channels * size * size }, (_, i) => {
    const y = Math.abs((Math.floor(i / size) % size) + 0.5 - y0);
    const x = Math.abs((i % size) + 0.5 - x0);
    const away = [y, x, Math.hypot(x, y) / 1.5][kind]!;
    const channel = Math.floor(i / (size * size));
    return Math.round(20 + (150 + 80 * light) * Math.max(0, Math.min(1, half - away + 0.5)) * (1 - 0.2 * channel));
  });
}

export function barImages({ count = 60, size = 8, channels = 1, classes = 3 }: BarsOptions = {}, seed = 0): ImageSet {
  const draws = new Float64Array(DRAWS * count);
  uniform(seed, 77, 0, draws);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const pixels = new Uint8Array(count * channels * size * size);
  for (const [i, label] of labels.entries()) {
    const image = bar(label, size, channels, draws.subarray(DRAWS * i, DRAWS * (i + 1)));
    pixels.set(image, i * image.length);
  }
  return { shape: [channels, size, size], count, pixels, labels };
}

export function barsDataset(options: BarsOptions = {}, parts: Partial<Dataset> = {}): Dataset {
  const { held = 12, labelled = true } = options;
  const { shape, count, pixels, labels } = barImages(options);
  const size = shape[0] * shape[1] * shape[2];
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    name: 'bars',
    hash: `bars of ${shape} ${count}`,
    count,
    channels: shape[0] as 1 | 3,
    height: shape[1],
    width: shape[2],
    ...(labelled && { labels: labels!, classNames: ['lying', 'standing', 'spot'].slice(0, options.classes ?? 3) }),
    train: numbers.slice(0, count - held),
    validation: numbers.slice(count - held),
    skipped: [],
    notes: [],
    cached: false,
    folder: 'nowhere',
    read(indices, out) {
      for (const [i, image] of Array.from(indices).entries()) {
        out.set(pixels.subarray(image * size, (image + 1) * size), i * size);
      }
    },
    close() {},
    ...parts,
  };
}
