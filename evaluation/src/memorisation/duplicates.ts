/** Images that are there more than once, byte for byte. */
import { createHash } from 'node:crypto';
import type { ImageSet } from '../sets/types.ts';

interface Duplicates {
  /** Number of held-out images that are training images too. */
  heldOut: number;
  /** Number of held-out images that repeat an earlier one of them. */
  repeated: number;
  /** Number of training images that repeat an earlier one. */
  training: number;
  /** Training images that do not, ascending. */
  different: number[];
}

export function findDuplicates(training: ImageSet, heldOut: ImageSet): Duplicates {
  const known = new Set<string>();
  const different: number[] = [];
  for (const [image, hash] of hashes(training).entries()) {
    if (known.has(hash)) continue;
    known.add(hash);
    different.push(image);
  }
  const held = hashes(heldOut);
  return {
    heldOut: held.filter((hash) => known.has(hash)).length,
    repeated: held.length - new Set(held).size,
    training: training.count - different.length,
    different,
  };
}

function hashes({ count, pixels }: ImageSet): string[] {
  const size = pixels.length / count;
  return Array.from({ length: count }, (_, i) =>
    createHash('sha256')
      .update(pixels.subarray(i * size, (i + 1) * size))
      .digest('base64'),
  );
}
