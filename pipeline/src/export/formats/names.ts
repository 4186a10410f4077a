/** Names of the formats that a network can be converted to, and the choices among them. */
import type { NetworkFormat } from '@onnoise/scheduler/model';

export const SMALL_FORMATS = ['float16', 'int8-weights', 'int8'] as const satisfies readonly NetworkFormat[];
export type SmallFormat = (typeof SMALL_FORMATS)[number];

/**
 * Bits of a weight that a format has, its default first. Of `int8`, 7 leave room in the 16-bit sums of x86 processors without VNNI
 * (before 2019), where two products of 8 bits can be cut off without a word. `int8-weights` keeps a byte for each, and fewer
 * bits make the file smaller once it is compressed, as a page is on its way.
 */
export const WEIGHT_BITS: Readonly<Record<SmallFormat, readonly [number, ...number[]]>> = {
  float16: [16],
  'int8-weights': [8, 7, 6, 5],
  int8: [7, 8],
};
