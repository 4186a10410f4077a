/**
 * The samples of a PNG file as they are stored: indexes of a palette, and gray of 1, 2 and 4 bits that nothing has scaled, as
 * image decoders do. Source: PNG Specification (Third Edition), sections 5, 7.2, 8.1 (Adam7), 9 (filters) and 11.2.
 *
 * Limits: further pictures of an animated file are not read. Each chunk is checked by its CRC.
 */
import { crc32, PNG_SIGNATURE } from './chunks.ts';

export interface PngSamples {
  width: number;
  height: number;
  /** 1 gray or index, 2 gray and alpha, 3 RGB, 4 RGBA. */
  channels: 1 | 2 | 3 | 4;
  bits: number;
  /** [height, width, channels] */
  samples: Uint8Array | Uint16Array;
}

interface Head {
  width: number;
  height: number;
  bits: number;
  channels: PngSamples['channels'];
  interlaced: boolean;
}

/** Channels by colour type, and the depths that it may have. */
const COLOURS: Readonly<Record<number, { channels: PngSamples['channels']; bits: readonly number[] }>> = {
  0: { channels: 1, bits: [1, 2, 4, 8, 16] },
  2: { channels: 3, bits: [8, 16] },
  3: { channels: 1, bits: [1, 2, 4, 8] },
  4: { channels: 2, bits: [8, 16] },
  6: { channels: 4, bits: [8, 16] },
};

/** Where a pass of Adam7 begins, and its steps: x, y, across, down. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const ONE_PASS = [[0, 0, 1, 1]] as const;

/** @param most pixels of a picture @throws Error with the reason why the file cannot be used */
export async function readPngSamples(file: Uint8Array, most: number): Promise<PngSamples> {
  const { head, data } = chunksOf(file, most);
  const { width, height, bits, channels } = head;
  const bytes = await inflated(
    data,
    passesOf(head).reduce((sum, pass) => sum + bytesOf(pass, head), 0),
  );
  const samples = new (bits === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  let at = 0;
  for (const pass of passesOf(head)) {
    const length = bytesOf(pass, head);
    spread(unfilter(bytes.subarray(at, at + length), pass, head), pass, head, samples);
    at += length;
  }
  return { width, height, channels, bits, samples };
}

function chunksOf(file: Uint8Array, most: number): { head: Head; data: Uint8Array<ArrayBuffer>[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let head: Head | undefined;
  const data: Uint8Array<ArrayBuffer>[] = [];
  for (let at = PNG_SIGNATURE.length; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const [start, end] = [at + 8, at + 8 + length];
    if (end + 4 > file.length) break;
    const type = String.fromCharCode(...file.subarray(at + 4, start));
    if (crc32(file.subarray(at + 4, end)) !== view.getUint32(end)) throw new Error(DAMAGED);
    if (type === 'IHDR') head = headOf(file.subarray(start, end), most);
    if (type === 'IDAT') data.push(file.slice(start, end));
    if (type === 'IEND') {
      if (head === undefined) throw new Error(DAMAGED);
      return { head, data };
    }
    at = end + 4;
  }
  throw new Error('truncated: the PNG file has no end');
}

const DAMAGED = 'damaged: its chunks are not those of a PNG file, or their checksums are wrong';

function headOf(chunk: Uint8Array, most: number): Head {
  if (chunk.length !== 13) throw new Error(DAMAGED);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [bits, type, compression, filter, interlace] = chunk.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const colour = COLOURS[type];
  if (!colour?.bits.includes(bits) || compression !== 0 || filter !== 0 || interlace > 1 || width * height === 0) {
    throw new Error(`damaged: its head is not that of a PNG file`);
  }
  if (width * height > most) {
    throw new Error(`${width} x ${height} pixels are more than the limit of ${most / 1e6} million`);
  }
  return { width, height, bits, channels: colour.channels, interlaced: interlace === 1 };
}

/** A part of the picture's pixels, stored as a picture of its own. */
interface Pass {
  x: number;
  y: number;
  across: number;
  down: number;
  columns: number;
  rows: number;
}

function passesOf({ width, height, interlaced }: Head): Pass[] {
  const passes = (interlaced ? ADAM7 : ONE_PASS).map(([x, y, across, down]) => {
    const columns = Math.ceil(Math.max(0, width - x) / across);
    return { x, y, across, down, columns, rows: columns === 0 ? 0 : Math.ceil(Math.max(0, height - y) / down) };
  });
  return passes.filter(({ rows }) => rows > 0);
}

/** Without the byte that names the filter. */
const rowBytes = (columns: number, { bits, channels }: Head) => Math.ceil((columns * bits * channels) / 8);

const bytesOf = ({ columns, rows }: Pass, head: Head) => rows * (1 + rowBytes(columns, head));

/** The unpacked data, which must be `length` bytes. */
async function inflated(data: readonly Uint8Array<ArrayBuffer>[], length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    for await (const part of unpack(data)) {
      if (at + part.length > length) throw new Error('it is more');
      bytes.set(part, at);
      at += part.length;
    }
  } catch (error) {
    // Node tells a stream without an end from others, browsers do not.
    const { code } = error as { code?: string };
    throw new Error(
      code === 'Z_BUF_ERROR' ? 'truncated: its pixels have no end' : 'damaged: its pixels cannot be unpacked',
    );
  }
  if (at !== length) throw new Error('damaged: its pixels are not as many as its head says');
  return bytes;
}

/** Nothing is kept of what nobody reads any more: a small file may hold much. */
async function* unpack(data: readonly Uint8Array<ArrayBuffer>[]): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  const write = async () => {
    for (const part of data) await writer.write(part);
    await writer.close();
  };
  write().catch(() => {}); // the reader gets the error
  const reader = readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** @returns [rows, bytes of a row] */
function unfilter(bytes: Uint8Array, { columns, rows }: Pass, head: Head): Uint8Array {
  const length = rowBytes(columns, head);
  const back = Math.max(1, (head.bits * head.channels) >> 3);
  const out = new Uint8Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const from = row * (length + 1);
    const to = row * length;
    const filter = bytes[from]!;
    if (filter > 4) throw new Error('damaged: its pixels are filtered in an unknown way');
    for (let i = 0; i < length; i++) {
      const left = i < back ? 0 : out[to + i - back]!;
      const above = row === 0 ? 0 : out[to + i - length]!;
      const before = i < back || row === 0 ? 0 : out[to + i - length - back]!;
      out[to + i] = bytes[from + 1 + i]! + predicted(filter, left, above, before);
    }
  }
  return out;
}

function predicted(filter: number, left: number, above: number, before: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const [a, b, c] = [Math.abs(above - before), Math.abs(left - before), Math.abs(left + above - 2 * before)];
  return a <= b && a <= c ? left : b <= c ? above : before;
}

/** Writes the samples of a pass to their places. */
function spread(bytes: Uint8Array, pass: Pass, head: Head, samples: Uint8Array | Uint16Array): void {
  const { bits, channels, width } = head;
  const length = rowBytes(pass.columns, head);
  const mask = 2 ** bits - 1;
  for (let row = 0; row < pass.rows; row++) {
    const start = row * length;
    const line = (pass.y + row * pass.down) * width + pass.x;
    for (let i = 0; i < pass.columns * channels; i++) {
      const to = (line + Math.floor(i / channels) * pass.across) * channels + (i % channels);
      const bit = i * bits;
      const at = start + (bit >> 3);
      samples[to] = bits === 16 ? 256 * bytes[at]! + bytes[at + 1]! : (bytes[at]! >> (8 - bits - (bit & 7))) & mask;
    }
  }
}
