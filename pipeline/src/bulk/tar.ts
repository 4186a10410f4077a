/**
 * Files as a plain POSIX tar (ustar), uncompressed. The same entries give the same bytes: owner, mode and time are
 * fixed. Source: IEEE Std 1003.1-2017, pax, "ustar Interchange Format".
 */

export interface TarEntry {
  /** At most 100 ASCII characters, no folders. */
  name: string;
  bytes: Uint8Array;
}

const BLOCK = 512;
/** Bytes of zeros that end an archive. */
export const TAR_END = 2 * BLOCK;
/** 2000-01-01, since tar warns of files from 1970. Seconds. */
const TIME = 946_684_800;

/** The whole archive: a header block and whole data blocks per entry, then two blocks of zeros. */
export function tarBytes(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.reduce((sum, { bytes }) => sum + 1 + Math.ceil(bytes.length / BLOCK), 2);
  const archive = Buffer.alloc(blocks * BLOCK);
  let offset = 0;
  for (const { name, bytes } of entries) {
    writeHeader(archive.subarray(offset, offset + BLOCK), name, bytes.length);
    archive.set(bytes, offset + BLOCK);
    offset += BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK;
  }
  return archive;
}

/** Fields have fixed offsets; numbers are octal digits and a NUL. */
function writeHeader(header: Buffer, name: string, size: number): void {
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 100, 'ascii');
  header.write(octal(0o644, 7), 100); // mode
  header.write(octal(0, 7), 108); // owner
  header.write(octal(0, 7), 116); // group
  header.write(octal(size, 11), 124);
  header.write(octal(TIME, 11), 136);
  header.fill(' ', 148, 156); // the checksum counts its own field as blanks
  header.write('0', 156); // a regular file
  header.write('ustar\x0000', 257);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 6)} `, 148);
}
