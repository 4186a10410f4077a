/**
 * Checks that a PNG file has its end. libpng gives no warning if only the tail of the last row is lost, so the chunk
 * list shows the truncation. Source: PNG Specification (Third Edition), section 5.3: length [4], type [4], data
 * [length], CRC [4].
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;
/** The whole IEND: no data, and its CRC. */
const END = Buffer.from('0000000049454e44ae426082', 'hex');

/**
 * True when the PNG file at `path` has a complete IEND; bytes after it are allowed. Nearly every file ends with it, which
 * one read tells. Only for others are the chunks followed: a large picture has a hundred, and each is a read.
 *
 * It reads on this thread: libuv's four threads decode, and a few bytes that wait behind pictures would take longer.
 */
export function hasPngEnd(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(END.length);
    readSync(file, tail, 0, tail.length, Math.max(0, size - tail.length));
    if (tail.equals(END)) return true;
    const header = Buffer.alloc(8);
    let position = SIGNATURE_BYTES;
    while (position + CHUNK_OVERHEAD <= size) {
      readSync(file, header, 0, 8, position);
      position += header.readUInt32BE(0) + CHUNK_OVERHEAD;
      if (header.toString('latin1', 4) === 'IEND') return position <= size;
    }
    return false;
  } finally {
    closeSync(file);
  }
}
