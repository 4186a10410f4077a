/** Sets of images and features for tests of the measures. */
import { gaussian } from '@onnoise/scheduler';
import type { Candidate } from '#evaluation/measures/record.ts';

/** Independent unit normals, scaled and shifted along the first axis. @returns [rows, width] */
export function normals(rows: number, width: number, seed: number, scale = 1, shift = 0): Float32Array {
  const values = new Float32Array(rows * width);
  gaussian(seed, 0, values);
  return values.map((value, i) => value * scale + (i % width === 0 ? shift : 0));
}

/** Rows of normals as features, and as gray levels of one line: 30 levels a unit around 128. Classes 0 to 3 in turn. */
export function normalSet(rows: number, width: number, seed: number, scale = 1, shift = 0): Candidate {
  const values = normals(rows, width, seed, scale, shift);
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 4);
  const pixels = Uint8Array.from(values, (value) => Math.max(0, Math.min(255, Math.round(128 + 30 * value))));
  return {
    images: { shape: [1, 1, width], count: rows, pixels, labels },
    features: { count: rows, width, values, classes: labels.slice() },
  };
}
