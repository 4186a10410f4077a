/**
 * CRC-32C (Castagnoli), as records of event files have it; `zlib` has only the other CRC-32. Source: RFC 3720, B.4, and
 * for the mask TensorFlow's `core/lib/hash/crc32c.h`.
 */

const POLYNOMIAL = 0x82f6_3b78; // bits reversed
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});
const MASK_DELTA = 0xa282_ead8;

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Rotated and shifted, so that the sum of bytes that hold a sum is not a plain one. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
