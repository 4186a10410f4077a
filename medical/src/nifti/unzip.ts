/** The bytes of a gzipped NIfTI file. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const GIB = 2 ** 30;

/** @param most bytes that it may have when it is unzipped @throws Error with the reason why it cannot be used */
export async function unzip(bytes: Uint8Array, most = 2 * GIB): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: most });
  } catch (error) {
    throw new Error(reasonOf((error as NodeJS.ErrnoException).code, most));
  }
}

function reasonOf(code: string | undefined, most: number): string {
  if (code === 'Z_BUF_ERROR') return 'truncated: its zipped part has no end';
  if (code === 'ERR_BUFFER_TOO_LARGE') return `it has more than ${most / GIB} GiB when it is unzipped`;
  return 'damaged: it cannot be unzipped';
}
