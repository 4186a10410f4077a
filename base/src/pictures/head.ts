import { open } from 'node:fs/promises';

/** Enough for the elements of a DICOM file before the pixels, but for private ones of unusual size. */
const HEAD_BYTES = 65_536;

/** The first bytes of a file. */
export async function headOf(path: string, bytes = HEAD_BYTES): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
