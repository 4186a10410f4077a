/** Images that are there more than once, byte for byte. */
import { createHash } from 'node:crypto';
import type { ImageSet } from '../types.ts';

/** Held-out images that are training images too, and training images that repeat an earlier one. */
export function duplicatesOf(training: ImageSet, heldOut: ImageSet): { heldOut: number; training: number } {
  const known = new Set(hashes(training));
  return {
    heldOut: hashes(heldOut).filter((hash) => known.has(hash)).length,
    training: training.count - known.size,
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
