/**
 * Checks that a PNG file has its end. libpng gives no warning if only the tail of the last row is lost, so the chunk
 * list shows the truncation. Source: PNG Specification (Third Edition), section 5.3: length [4], type [4], data
 * [length], CRC [4].
 */
import { open } from 'node:fs/promises';

const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;

/** True when the chunks of the PNG file at `path` run up to a complete IEND; bytes after it are allowed. */
export async function hasPngEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(8);
    let position = SIGNATURE_BYTES;
    while (position + CHUNK_OVERHEAD <= size) {
      await file.read(header, 0, 8, position);
      position += header.readUInt32BE(0) + CHUNK_OVERHEAD;
      if (header.toString('latin1', 4) === 'IEND') return position <= size;
    }
    return false;
  } finally {
    await file.close();
  }
}
