/**
 * Reads a plain POSIX tar (ustar), uncompressed: the shards of `pipeline generate`, and any other of short names. Source: IEEE
 * Std 1003.1-2017, pax, "ustar Interchange Format". Limits: regular files alone; others are passed over.
 */
import { InputError } from '@onnoise/scheduler/rules';

const BLOCK = 512;

interface TarFile {
  name: string;
  bytes: Buffer;
}

/**
 * @param name of the archive, for sentences
 * @throws InputError for one that is cut or damaged
 */
export function* tarFiles(archive: Buffer, name: string): Generator<TarFile> {
  const broken = (what: string): never => {
    throw new InputError(`Cannot read ${name}: it must be a whole tar, received one that ${what}.`);
  };
  let offset = 0;
  for (;;) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.length < BLOCK) broken('ends before its last block');
    if (header.every((byte) => byte === 0)) return;
    if (checksumOf(header) !== octal(header, 148, 8)) broken(`has a damaged header at byte ${offset}`);
    const size = octal(header, 124, 12);
    const start = offset + BLOCK;
    if (start + size > archive.length) broken('ends within a file');
    const [kind] = header.subarray(156, 157).toString('latin1');
    const file = [textAt(header, 345, 155), textAt(header, 0, 100)].filter((part) => part !== '').join('/');
    if (kind === '0' || kind === '\0') yield { name: file, bytes: archive.subarray(start, start + size) };
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function textAt(header: Buffer, offset: number, length: number): string {
  const text = header.subarray(offset, offset + length);
  const end = text.indexOf(0);
  return text.subarray(0, end < 0 ? length : end).toString('utf8');
}

const octal = (header: Buffer, offset: number, length: number): number =>
  Number.parseInt(textAt(header, offset, length).trim() || '0', 8);

/** Its own field counts as blanks. */
const checksumOf = (header: Buffer): number =>
  header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
