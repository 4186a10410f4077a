/** Stored pixels as the values that a network sees: 0..255 -> [-1, 1]. */

const LEVELS = Float32Array.from({ length: 256 }, (_, level) => level / 127.5 - 1);

/** Where an image stands in an array of images, planes one after the other. */
export interface ImagePlace {
  channels: number;
  height: number;
  width: number;
  /** Values before it. */
  at: number;
}

/** Writes one image, at the same place in `out`. @param mirrored left to right */
export function copyLevels(
  bytes: Uint8Array,
  { channels, height, width, at }: ImagePlace,
  mirrored: boolean,
  out: Float32Array,
): void {
  const end = at + channels * height * width;
  if (mirrored) {
    for (let row = at; row < end; row += width) {
      for (let x = 0; x < width; x++) out[row + x] = LEVELS[bytes[row + width - 1 - x]!]!;
    }
  } else {
    for (let i = at; i < end; i++) out[i] = LEVELS[bytes[i]!]!;
  }
}

/** The same for levels of 16 bits: 0..65535 -> [-1, 1]. */
export function copyDeepLevels(
  levels: Uint16Array,
  { channels, height, width, at }: ImagePlace,
  mirrored: boolean,
  out: Float32Array,
): void {
  for (let row = at; row < at + channels * height * width; row += width) {
    for (let x = 0; x < width; x++) out[row + x] = levels[row + (mirrored ? width - 1 - x : x)]! / 32_767.5 - 1;
  }
}
