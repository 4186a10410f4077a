/**
 * How a network's weights are stored. Its file says so under `format` in its metadata, where runtimes and pages read it; a file
 * that does not say is float32.
 *
 * - `float32`: as trained.
 * - `float16`: stored in half the bytes, computed with as float32.
 * - `int8-weights`: weights stored in 8 bits with a scale for each output channel, the others as in float16; computed with as float32.
 * - `int8`: most layers stored and computed in 8 bits, the others as in float16.
 */
export const NETWORK_FORMATS = ['float32', 'float16', 'int8-weights', 'int8'] as const;
export type NetworkFormat = (typeof NETWORK_FORMATS)[number];

export const FORMAT_KEY = 'format';

/** @param metadata of the ONNX file */
export function formatOf(metadata: Readonly<Record<string, string>>): NetworkFormat {
  return NETWORK_FORMATS.find((format) => format === metadata[FORMAT_KEY]) ?? 'float32';
}
