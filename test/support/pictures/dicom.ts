/** DICOM files for tests: explicit VR, little endian, with as many elements as a picture needs. */

/** A text, whole numbers of 16 bits, bytes, the items of a sequence, or compressed streams. */
export type Value = string | number[] | Uint8Array | Elements[] | Fragments;

interface Fragments {
  /** Items of the element, the table of offsets first. */
  items: Uint8Array[];
}

/**
 * Compressed pixels, a fragment for each stream.
 * @param offsets whether the table has the offset of each frame
 * @param each fragments of a frame
 */
export function fragments(streams: readonly Uint8Array[], offsets = false, each = 1): Fragments {
  const even = streams.map((stream) => (stream.length % 2 === 0 ? stream : Buffer.concat([stream, Buffer.alloc(1)])));
  const table: number[] = [];
  let at = 0;
  for (const [i, { length }] of even.entries()) {
    if (i % each === 0) table.push(at);
    at += 8 + length;
  }
  return { items: [Buffer.from(Uint32Array.from(offsets ? table : []).buffer), ...even] };
}

/** By tag and kind: `'0028,0010 US': [2]`. */
export type Elements = Readonly<Record<string, Value>>;

export interface DicomPicture {
  rows?: number;
  columns?: number;
  /** [frames, rows, columns] stored words of 16 bits. */
  words?: ArrayLike<number>;
  /** Further elements, or others than the usual ones; undefined leaves one out. */
  elements?: Readonly<Record<string, Value | undefined>>;
  /** Default: explicit VR, little endian. */
  syntax?: string;
}

/** 12 of 16 bits, MONOCHROME2, of a patient whose name is planted. */
export const PLANTED = { name: 'Quengelsberg^Ottokar', id: 'ZX-77031-Q', birth: '19380217' } as const;

const LONG = new Set('OB OW OF SQ UT UN'.split(' '));

function valueBytes(value: Exclude<Value, Fragments>): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value.every((item) => typeof item === 'number')) return Buffer.from(Uint16Array.from(value as number[]).buffer);
  return Buffer.concat((value as Elements[]).map((item) => withLength('fffe,e000', encodeAll(item))));
}

const tagBytes = (tag: string) =>
  Buffer.from(Uint16Array.from(tag.split(',').map((part) => Number.parseInt(part, 16))).buffer);

function withLength(tag: string, bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([tagBytes(tag), length, bytes]);
}

function encode(key: string, value: Value): Buffer {
  const [tag, kind] = key.split(' ') as [string, string];
  if (typeof value === 'object' && 'items' in value) {
    const head = Buffer.concat([tagBytes(tag), Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1')]);
    const items = value.items.map((item) => withLength('fffe,e000', Buffer.from(item)));
    return Buffer.concat([head, ...items, withLength('fffe,e0dd', Buffer.alloc(0))]);
  }
  const plain = valueBytes(value);
  const padding = Buffer.from(kind === 'UI' || kind.startsWith('O') ? '\0' : ' ');
  const bytes = plain.length % 2 === 0 ? plain : Buffer.concat([plain, padding]);
  const head = Buffer.concat([tagBytes(tag), Buffer.from(kind, 'latin1')]);
  const length = Buffer.alloc(LONG.has(kind) ? 6 : 2);
  if (LONG.has(kind)) length.writeUInt32LE(bytes.length, 2);
  else length.writeUInt16LE(bytes.length);
  return Buffer.concat([head, length, bytes]);
}

const encodeAll = (elements: Readonly<Record<string, Value | undefined>>): Buffer =>
  Buffer.concat(
    Object.entries(elements)
      .filter((entry): entry is [string, Value] => entry[1] !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => encode(key, value)),
  );

/** @param meta of group 0002 @param elements all others */
export function dicomFile(meta: Elements, elements: Readonly<Record<string, Value | undefined>>): Buffer {
  const group = encodeAll({ '0002,0001 OB': Uint8Array.of(0, 1), ...meta });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(group.length);
  const head = Buffer.concat([tagBytes('0002,0000'), Buffer.from('UL\x04\0', 'latin1'), length]);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), head, group, encodeAll(elements)]);
}

/** What pixels of three bytes, side by side, need in place of the usual elements. */
export const RGB: Elements = {
  '0028,0002 US': [3],
  '0028,0004 CS': 'RGB',
  '0028,0006 US': [0],
  '0028,0100 US': [8],
  '0028,0101 US': [8],
  '0028,0102 US': [7],
};

/** A region of ultrasound whose pixels have this size. */
export const region = (x: number, y: number, [format, unitsX, unitsY] = [1, 3, 3]): Elements => ({
  '0018,6012 US': [format!],
  '0018,6024 US': [unitsX!],
  '0018,6026 US': [unitsY!],
  '0018,602c FD': Buffer.from(Float64Array.of(x).buffer),
  '0018,602e FD': Buffer.from(Float64Array.of(y).buffer),
});

/** A file of an image. The words default to 0, 1, 2 and so on. */
export function dicomPicture(picture: DicomPicture = {}): Buffer {
  const { rows = 4, columns = 4, elements = {}, syntax = '1.2.840.10008.1.2.1' } = picture;
  const words = picture.words ?? Array.from({ length: rows * columns }, (_, i) => i);
  return dicomFile(
    { '0002,0002 UI': '1.2.840.10008.5.1.4.1.1.1', '0002,0003 UI': '1.2.3.4', '0002,0010 UI': syntax },
    {
      '0008,0060 CS': 'CR',
      '0010,0010 PN': PLANTED.name,
      '0010,0020 LO': PLANTED.id,
      '0010,0030 DA': PLANTED.birth,
      '0010,4000 LT': `Comment on ${PLANTED.name}`,
      '0028,0002 US': [1],
      '0028,0004 CS': 'MONOCHROME2',
      '0028,0010 US': [rows],
      '0028,0011 US': [columns],
      '0028,0100 US': [16],
      '0028,0101 US': [12],
      '0028,0102 US': [11],
      '0028,0103 US': [0],
      '7fe0,0010 OW': Buffer.from(Uint16Array.from(words).buffer),
      ...elements,
    },
  );
}
