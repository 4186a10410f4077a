/**
 * Zip files, stored without compression: weights do not get smaller, and so a page needs no library for them. Reading takes
 * compressed files, too, since people zip a folder again; the browser inflates them.
 *
 * Limits: below 4 GiB, no encryption.
 * Source: APPNOTE.TXT of PKWARE, 4.3.
 */
import { sniff } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { joined } from './onnx-weights.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22];
/** Version 2.0; names in UTF-8. */
const VERSION = 20;
const UTF8 = 0x0800;
/** 1 January 1980: the same folder gives the same bytes. */
const DATE = 0x21;
const [STORED, DEFLATED] = [0, 8];
const CUT = 'one that was cut short: copy or download it again';
/** The end of a file may be followed by a comment of so many bytes. */
const LONGEST_COMMENT = 0xffff;

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}

/** @param files by their path, with `/` between the parts */
export function writeZip(files: Readonly<Record<string, Bytes | string>>): Bytes {
  const [parts, directory]: [Bytes[], Bytes[]] = [[], []];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const name = new TextEncoder().encode(path);
    // Flags, method, time, date, checksum, both sizes, length of the name: alike in both headers.
    const common = [
      UTF8,
      2,
      STORED,
      2,
      0,
      2,
      DATE,
      2,
      crc32(bytes),
      4,
      bytes.length,
      4,
      bytes.length,
      4,
      name.length,
      2,
    ];
    const local = record([LOCAL, 4, VERSION, 2, ...common, 0, 2]);
    directory.push(record([CENTRAL, 4, VERSION, 2, VERSION, 2, ...common, 0, 2, 0, 2, 0, 2, 0, 2, 0, 4, at, 4]), name);
    parts.push(local, name, bytes);
    at += local.length + name.length + bytes.length;
  }
  const list = joined(directory);
  const count = Object.keys(files).length;
  return joined([...parts, list, record([END, 4, 0, 2, 0, 2, count, 2, count, 2, list.length, 4, at, 4, 0, 2])]);
}

/** Pairs of a value and its size in bytes, little-endian. */
function record(pairs: readonly number[]): Bytes {
  const bytes: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    for (let k = 0; k < pairs[i + 1]!; k++) bytes.push(Math.floor(pairs[i]! / 256 ** k) % 256);
  }
  return Uint8Array.from(bytes);
}

/** Files by their path. @throws InputError for a file that is no zip file, or is damaged */
export async function readZip(zip: Blob): Promise<Record<string, Bytes>> {
  const refuse = (received: string): never => {
    throw new InputError(`Cannot read the model: the file must be a zip file of a model folder, received ${received}.`);
  };
  const tail = new DataView(await zip.slice(-END_SIZE - LONGEST_COMMENT).arrayBuffer());
  let end = tail.byteLength - END_SIZE;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) refuse((await sniff(zip)) === 'a zip archive' ? CUT : 'another file');
  const [count, length, start] = [
    tail.getUint16(end + 10, true),
    tail.getUint32(end + 12, true),
    tail.getUint32(end + 16, true),
  ];
  const list = new DataView(await zip.slice(start, start + length).arrayBuffer());
  if (list.byteLength < length) refuse(CUT);
  const files: Record<string, Bytes> = {};
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_SIZE > length || list.getUint32(at, true) !== CENTRAL) refuse('a damaged one');
    const method = list.getUint16(at + 10, true);
    const [checksum, packed] = [list.getUint32(at + 16, true), list.getUint32(at + 20, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => list.getUint16(at + place, true)) as [
      number,
      number,
      number,
    ];
    const offset = list.getUint32(at + 42, true);
    if (at + CENTRAL_SIZE + nameLength > length) refuse('a damaged one');
    const path = new TextDecoder().decode(new Uint8Array(list.buffer, at + CENTRAL_SIZE, nameLength));
    at += CENTRAL_SIZE + nameLength + extra + comment;
    if (path.endsWith('/')) continue;
    if (method !== STORED && method !== DEFLATED) refuse(`one with ${path} packed by method ${method}`);
    const local = new DataView(await zip.slice(offset, offset + LOCAL_SIZE).arrayBuffer());
    if (local.byteLength < LOCAL_SIZE) refuse(CUT);
    const from = offset + LOCAL_SIZE + local.getUint16(26, true) + local.getUint16(28, true);
    const content = await unpacked(zip.slice(from, from + packed), method).catch(() => refuse('a damaged one'));
    if (crc32(content) !== checksum) refuse('a damaged one');
    files[path] = content;
  }
  return files;
}

async function unpacked(part: Blob, method: number): Promise<Bytes> {
  const stream = method === STORED ? part : part.stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
