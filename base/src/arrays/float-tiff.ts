/**
 * TIFF of 32-bit floats: gray pictures of one size, a page each, without compression. libvips by sharp writes bytes alone.
 *
 * Source: TIFF 6.0, sections 2 to 4, 8 and 19. Limits: little endian, and at most 4 GiB, which 32-bit offsets reach.
 */
import { InputError } from '@onnoise/scheduler/rules';

/** Kinds of values. */
const [ASCII, SHORT, LONG, RATIONAL] = [2, 3, 4, 5] as const;

/** Where the pixels lie. */
const OFFSETS = 273;

interface Field {
  tag: number;
  kind: number;
  count: number;
  /** Bytes, which lie behind the fields unless four hold them. */
  value: Buffer;
}

const HEAD = 8;
const MOST_BYTES = 2 ** 32 - 1;

/** Bytes of a page beside its pixels, at most. */
export const AROUND_PAGE = 512;

/**
 * @param values [pages, height, width]
 * @param software of the first page, ASCII, which lies in the first bytes
 * @throws InputError for more than 4 GiB
 */
export function writeFloatTiff(
  values: Float32Array,
  [pages, height, width]: readonly [pages: number, height: number, width: number],
  software: string,
): Buffer {
  const plane = 4 * height * width;
  const bytes = HEAD + pages * (plane + AROUND_PAGE);
  if (bytes > MOST_BYTES) {
    throw new InputError(
      `Cannot write a TIFF: its pages must take at most 4 GiB, received ${(bytes / 2 ** 30).toFixed(1)} GiB.`,
    );
  }
  const head = Buffer.from('II*\0\b\0\0\0', 'latin1');
  const parts: Buffer[] = [head];
  let at = HEAD;
  for (let page = 0; page < pages; page++) {
    const fields = fieldsOf({ height, width, plane, pages, software });
    const before = pageHead(fields, at, page === pages - 1 ? undefined : plane);
    parts.push(before, Buffer.from(values.buffer, values.byteOffset + page * plane, plane));
    at += before.length + plane;
  }
  return Buffer.concat(parts);
}

interface Page {
  height: number;
  width: number;
  /** Bytes of its pixels. */
  plane: number;
  pages: number;
  software: string;
}

/** Ascending by their tags, as the format demands. */
function fieldsOf({ height, width, plane, pages, software }: Page): Field[] {
  const one = Buffer.from(Uint32Array.of(1, 1).buffer);
  const name = Buffer.from(`${software}\0`, 'latin1');
  const number = (tag: number, value: number, kind: number = SHORT): Field => {
    return { tag, kind, count: 1, value: Buffer.from(Uint32Array.of(value).buffer) };
  };
  return [
    number(254, pages > 1 ? 2 : 0, LONG), // a page of several
    number(256, width, LONG),
    number(257, height, LONG),
    number(258, 32), // bits of a value
    number(259, 1), // not compressed
    number(262, 1), // the least value is black
    number(OFFSETS, 0, LONG), // where the pixels begin, which is told when that is known
    number(277, 1), // values of a pixel
    number(278, height, LONG), // rows of the only strip
    number(279, plane, LONG),
    { tag: 282, kind: RATIONAL, count: 1, value: one }, // no size in print
    { tag: 283, kind: RATIONAL, count: 1, value: one },
    number(296, 1),
    { tag: 305, kind: ASCII, count: name.length, value: name },
    number(339, 3), // floats
  ];
}

/** The fields of a page that begins at `at`, and what lies behind them. @param next bytes of its pixels, where a page follows */
function pageHead(fields: readonly Field[], at: number, next: number | undefined): Buffer {
  const table = 2 + 12 * fields.length + 4;
  const behind = fields.reduce((sum, { value }) => sum + (isLong(value) ? even(value.length) : 0), table);
  const length = Math.ceil(behind / 4) * 4;
  const bytes = Buffer.alloc(length);
  bytes.writeUInt16LE(fields.length, 0);
  let free = table;
  for (const [i, { tag, kind, count, value }] of fields.entries()) {
    const from = 2 + 12 * i;
    bytes.writeUInt16LE(tag, from);
    bytes.writeUInt16LE(kind, from + 2);
    bytes.writeUInt32LE(count, from + 4);
    if (tag === OFFSETS) bytes.writeUInt32LE(at + length, from + 8);
    else if (!isLong(value)) value.copy(bytes, from + 8);
    else {
      bytes.writeUInt32LE(at + free, from + 8);
      value.copy(bytes, free);
      free += even(value.length);
    }
  }
  if (next !== undefined) bytes.writeUInt32LE(at + length + next, table - 4);
  return bytes;
}

const isLong = (value: Buffer): boolean => value.length > 4;
const even = (length: number): number => length + (length % 2);
