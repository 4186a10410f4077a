/** A dataset of smooth random blobs held in memory, for tests of training. */
import { createHash } from 'node:crypto';
import type { Dataset } from '#training/data/index.ts';

export interface MemoryDatasetOptions {
  count?: number;
  size?: number;
  channels?: 1 | 3;
  classes?: number;
  /** Whether each image has an age: 10, 11.5, 13 and so on. */
  aged?: boolean;
  heldOut?: number;
}

export function memoryDataset(options: MemoryDatasetOptions = {}): Dataset {
  const { count = 22, size = 4, channels = 1, classes, aged = false, heldOut = 3 } = options;
  const imageBytes = channels * size * size;
  const pixels = Uint8Array.from({ length: count * imageBytes }, (_, i) => {
    const image = Math.floor(i / imageBytes);
    return 128 + 120 * Math.sin(image * 1.7 + (i % imageBytes) * (0.3 + 0.1 * (image % 3)));
  });
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    name: 'blobs',
    hash: createHash('sha256').update(`${count}x${imageBytes}x${classes}x${aged}`).digest('hex'),
    count,
    channels,
    height: size,
    width: size,
    ...(classes && {
      labels: Int32Array.from(numbers, (i) => i % classes),
      classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    }),
    ...(aged && { conditions: { names: ['age'], values: Float64Array.from(numbers, (i) => 10 + 1.5 * i) } }),
    train: numbers.slice(heldOut),
    validation: numbers.slice(0, heldOut),
    skipped: [],
    notes: [],
    cached: true,
    folder: '',
    read(indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const start = indices[i]! * imageBytes;
        out.set(pixels.subarray(start, start + imageBytes), i * imageBytes);
      }
    },
    close() {},
  };
}
