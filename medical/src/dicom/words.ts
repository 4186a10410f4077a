/** The values of a frame as words without a sign: the bits that the file stores, in the machine's order. */
import type { PixelFormat } from './format.ts';

export type Words = Uint8Array | Uint16Array | Uint32Array;

/** @param wordBytes bytes of a value; a decoder may need fewer than the file allocates */
export function wordsOf(bytes: Uint8Array, wordBytes: 1 | 2 | 4, bigEndian: boolean): Words {
  if (wordBytes === 1) return bytes;
  const own = copyOf(bytes.subarray(0, bytes.length - (bytes.length % wordBytes))); // aligned, and ours to change
  if (bigEndian) {
    const buffer = Buffer.from(own.buffer, own.byteOffset, own.length);
    if (wordBytes === 2) buffer.swap16();
    else buffer.swap32();
  }
  return wordBytes === 2 ? new Uint16Array(own.buffer) : new Uint32Array(own.buffer);
}

/** A copy; `slice` of a Buffer shares its bytes. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** A word's value: its stored bits, with their sign. */
export function valueReader({ bitsStored, shift, signed }: PixelFormat): (word: number) => number {
  const range = 2 ** bitsStored;
  const below = 2 ** shift;
  const half = range / 2;
  return (word) => {
    const bits = Math.floor(word / below) % range;
    return signed && bits >= half ? bits - range : bits;
  };
}
