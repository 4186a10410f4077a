/**
 * Elements as a DICOM file: explicit VR, little endian, not compressed. What the elements say is the caller's. Sources: DICOM
 * PS3.5 7.1.2 (explicit VR) and 7.5 (sequences); PS3.10 7.1 (the head of a file).
 */

/**
 * By group, element and kind: text, a whole number of 16 bits, bytes, or the items of a sequence. In the order of the
 * standard, which is that of tags.
 */
export type Elements = readonly (readonly [
  tag: number,
  kind: string,
  value: string | number | Uint8Array | readonly Elements[],
])[];

export interface FileHead {
  /** SOP Class UID and SOP Instance UID. */
  kind: string;
  instance: string;
  /** Of the program that writes: a UID, and a name of at most 16 letters. */
  implementation: string;
  version?: string | undefined;
}

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
/** Kinds with a length of 32 bits. */
const LONG = new Set(['OB', 'OW', 'SQ']);

export function encodeFile({ kind, instance, implementation, version }: FileHead, elements: Elements): Buffer {
  const meta = encode([
    [0x0002_0001, 'OB', Uint8Array.of(0, 1)],
    [0x0002_0002, 'UI', kind],
    [0x0002_0003, 'UI', instance],
    [0x0002_0010, 'UI', EXPLICIT_LITTLE_ENDIAN],
    [0x0002_0012, 'UI', implementation],
    ...(version === undefined ? [] : ([[0x0002_0013, 'SH', version]] as const)),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    encode([[0x0002_0000, 'UL', length]]),
    meta,
    encode(elements),
  ]);
}

const encode = (elements: Elements): Buffer => Buffer.concat(elements.map((element) => Buffer.concat(pieces(element))));

function pieces([tag, kind, value]: Elements[number]): Buffer[] {
  const bytes = valueBytes(value);
  const padding = bytes.length % 2 === 0 ? '' : kind === 'UI' || kind === 'OB' ? '\0' : ' ';
  const length = bytes.length + padding.length;
  const head = headOf(tag, LONG.has(kind) ? 12 : 8);
  head.write(kind, 4, 'latin1');
  if (LONG.has(kind)) head.writeUInt32LE(length, 8);
  else head.writeUInt16LE(length, 6);
  return [head, bytes, Buffer.from(padding, 'latin1')];
}

function headOf(tag: number, bytes: number): Buffer {
  const head = Buffer.alloc(bytes);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  return head;
}

function valueBytes(value: Elements[number][2]): Buffer {
  if (typeof value === 'string') return Buffer.from(value); // in UTF-8, for which an image names ISO_IR 192
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return bytes;
  }
  return Buffer.concat(
    value.map((item) => {
      const bytes = encode(item);
      const head = headOf(0xfffe_e000, 8);
      head.writeUInt32LE(bytes.length, 4);
      return Buffer.concat([head, bytes]);
    }),
  );
}
