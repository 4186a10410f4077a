/**
 * numpy's format of one array: a header of text, and the values.
 *
 * Source: numpy.lib.format, versions 1.0 to 3.0. Limits: numbers and booleans of one type; no records, and no Python objects,
 * whose pickles can run code.
 */
import { widenHalf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/** Bytes to read of a file before its header can be told; longer headers say so in their first bytes. */
export const NPY_HEAD = 4096;

interface NumberType {
  bytes: number;
  read: (view: DataView, at: number, littleEndian: boolean) => number;
}

/** By numpy's kind and bytes. Whole numbers of 64 bits are exact up to 2^53. */
const TYPES = {
  b1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { bytes: 2, read: (view, at, little) => halfOf(view.getUint16(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
} as const satisfies Record<string, NumberType>;

/** Every half by its bits, once one is read. */
let halves: Float32Array | undefined;

function halfOf(bits: number): number {
  halves ??= widenHalf(Uint16Array.from({ length: 2 ** 16 }, (_, value) => value));
  return halves[bits]!;
}

export type NpyType = keyof typeof TYPES;

export interface NpyHeader {
  type: NpyType;
  littleEndian: boolean;
  /** Whether the first axis is the innermost. */
  fortran: boolean;
  shape: readonly number[];
  /** Where the values begin. */
  offset: number;
}

export const bytesOf = (type: NpyType): number => TYPES[type].bytes;

/**
 * @param head the first {@link NPY_HEAD} bytes, or all of a shorter file
 * @param name of the array, for sentences
 * @throws InputError when it is no array of numbers
 */
export function readNpyHeader(head: Buffer, name: string): NpyHeader {
  const refuse = (rule: string, received: string): never => {
    throw new InputError(`Cannot read the array: ${name} must be ${rule}, received ${received}.`);
  };
  if (head.length < 12 || !head.subarray(0, 6).equals(MAGIC)) refuse("numpy's .npy", 'something else');
  const long = head[6]! >= 2;
  const start = long ? 12 : 10;
  const offset = start + (long ? head.readUInt32LE(8) : head.readUInt16LE(8));
  if (offset > head.length) {
    if (head.length < NPY_HEAD) refuse('a whole file', 'one that ends in its header');
    refuse('an array of one type', `a header of ${offset} bytes`);
  }
  const text = head.toString('latin1', start, offset);
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  if (descr === undefined)
    refuse('an array of one type of numbers', /'descr':\s*\[/.test(text) ? 'records' : 'no type');
  if (shape === undefined || order === undefined) refuse("numpy's .npy", 'a header without shape or order');
  const [, mark, kind] = /^([<>|=])?(\w+)$/.exec(descr!) ?? [];
  if (kind === 'O') refuse('an array of numbers', 'Python objects, whose pickles can run code and are never read');
  if (kind === undefined || !Object.hasOwn(TYPES, kind)) {
    refuse(`of one of the types ${Object.keys(TYPES).join(', ')}`, `"${descr}"`);
  }
  const sides = shape!.split(',').flatMap((side) => (side.trim() === '' ? [] : [Number(side)]));
  if (sides.some((side) => !Number.isSafeInteger(side) || side < 0)) refuse('an array with a shape', `(${shape})`);
  return { type: kind as NpyType, littleEndian: mark !== '>', fortran: order === 'True', shape: sides, offset };
}

/** A reader of the value at each place of some of an array's bytes. */
export function npyValues(bytes: Uint8Array, { type, littleEndian }: NpyHeader): (place: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { bytes: each, read } = TYPES[type] as NumberType;
  return (place) => read(view, place * each, littleEndian);
}

/** The file of an array: `|u1` or little-endian, the last axis innermost. */
export function writeNpy(values: Uint8Array | Uint16Array | Float32Array, shape: readonly number[]): Buffer {
  const descr = values instanceof Uint8Array ? '|u1' : values instanceof Uint16Array ? '<u2' : '<f4';
  const sides = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${sides}, }`;
  const padding = 64 - ((MAGIC.length + 4 + dictionary.length + 1) % 64); // the values begin at a multiple of 64
  const text = `${dictionary}${' '.repeat(padding)}\n`;
  const head = Buffer.alloc(MAGIC.length + 4);
  MAGIC.copy(head);
  head[6] = 1;
  head.writeUInt16LE(text.length, 8);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([head, Buffer.from(text, 'latin1'), bytes]);
}
