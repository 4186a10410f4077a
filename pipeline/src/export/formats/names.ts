/** Names of the formats that a network can be converted to, and the choices among them. */
import type { NetworkFormat } from '@onnoise/scheduler/model';

export const SMALL_FORMATS = ['float16', 'int8-weights', 'int8'] as const satisfies readonly NetworkFormat[];
export type SmallFormat = (typeof SMALL_FORMATS)[number];

/**
 * Bits of a weight. 7 leave room in the 16-bit sums of x86 processors without VNNI (before 2019), where two products of 8 bits can be
 * cut off without a word.
 */
export const WEIGHT_BITS = [7, 8] as const;
export type WeightBits = (typeof WEIGHT_BITS)[number];
