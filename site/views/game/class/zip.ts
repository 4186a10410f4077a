/**
 * Reads the files of a ZIP archive. Source: PKWARE's APPNOTE 6.3.10.
 * Limits: stored and deflated entries of archives below 4 GB; no passwords, no ZIP64.
 */
import { InputError, show } from '@onnoise/scheduler/rules';

export interface ZipFile {
  path: string;
  file: Blob;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;
const OVERFLOW = 0xffff_ffff;

export const isZip = (name: string): boolean => /\.zip$/i.test(name);

/**
 * The files of an archive that a test takes, unpacked, in the order of the archive.
 * @throws InputError for a file that is no archive, cut off, or packed in a way that is not read here
 */
export async function readZip(archive: Blob, name: string, take: (path: string) => boolean): Promise<ZipFile[]> {
  const view = new DataView(await archive.arrayBuffer());
  const wrong = (why: string) => new InputError(`Cannot read ${show(name)}: ${why}.`);
  const end = findEnd(view);
  if (end === undefined) throw wrong('it is no ZIP archive, or it is cut off');
  const files: ZipFile[] = [];
  try {
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      if (view.getUint32(at, true) !== ENTRY) throw wrong('its list of files is broken');
      const entry = readEntry(view, at);
      at = entry.next;
      if (entry.path.endsWith('/') || !take(entry.path)) continue;
      if (entry.locked) throw wrong(`${entry.path} has a password`);
      if (entry.packed === OVERFLOW || entry.offset === OVERFLOW) throw wrong('archives beyond 4 GB are not read here');
      if (entry.method !== STORED && entry.method !== DEFLATED) {
        throw wrong(`${entry.path} is packed by method ${entry.method}, which is not read here`);
      }
      files.push({ path: entry.path, file: await unpack(view, entry) });
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw wrong('it is damaged or cut off');
  }
  return files;
}

interface Entry {
  path: string;
  method: number;
  locked: boolean;
  /** Bytes in the archive, and unpacked. */
  packed: number;
  size: number;
  offset: number;
  /** Where the next entry begins. */
  next: number;
}

function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - LONGEST_COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

function readEntry(view: DataView, at: number): Entry {
  const length = view.getUint16(at + 28, true);
  const name = new Uint8Array(view.buffer, at + ENTRY_BYTES, length);
  return {
    path: new TextDecoder().decode(name),
    method: view.getUint16(at + 10, true),
    locked: (view.getUint16(at + 8, true) & 1) === 1,
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    next: at + ENTRY_BYTES + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true),
  };
}

async function unpack(view: DataView, { offset, packed, size, method }: Entry): Promise<Blob> {
  if (view.getUint32(offset, true) !== LOCAL) throw new Error('no local header');
  const from = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const bytes = new Uint8Array(view.buffer as ArrayBuffer, from, packed);
  const blob = new Blob([bytes]);
  const file =
    method === STORED
      ? blob
      : await new Response(blob.stream().pipeThrough(new DecompressionStream('deflate-raw'))).blob();
  if (file.size !== size) throw new Error('another size');
  return file;
}
