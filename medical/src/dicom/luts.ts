/** Lookup tables: for values (PS3.3 C.11.1.1), for their display (C.11.2.1.1), and for palettes (C.7.6.3.1.5). */
import type { DataSet } from 'dicom-parser';
import { TAG } from './tags.ts';
import { copyOf } from './words.ts';

export interface Lut {
  /** The value that the first entry is for. Smaller ones take the first entry, larger ones the last. */
  first: number;
  /** Of an entry, at most 16. */
  bits: number;
  entries: Uint8Array | Uint16Array;
}

/** @param signed whether the values that are looked up have a sign */
export function lutOf(data: DataSet, descriptor: string, table: string, signed: boolean): Lut | undefined {
  const element = data.elements[table];
  const count = data.uint16(descriptor, 0);
  const first = (signed ? data.int16(descriptor, 1) : data.uint16(descriptor, 1)) ?? 0;
  if (element === undefined || count === undefined) return undefined;
  const wanted = count === 0 ? 65_536 : count;
  const bits = Math.min(16, data.uint16(descriptor, 2) ?? 16);
  const packed = bits <= 8 && element.length < 2 * wanted;
  const there = packed ? element.length : Math.floor(element.length / 2);
  if (there < wanted || element.dataOffset + element.length > data.byteArray.length) {
    throw new Error('damaged: one of its lookup tables is cut short');
  }
  const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const entries = packed
    ? copyOf(bytes.subarray(0, wanted))
    : Uint16Array.from({ length: wanted }, (_, i) => data.uint16(table, i) ?? 0);
  return { first, bits, entries };
}

/** The first table of a sequence of them. */
export const firstLutOf = (data: DataSet, sequence: string, signed: boolean): Lut | undefined => {
  const item = data.elements[sequence]?.items?.[0]?.dataSet;
  return item && lutOf(item, TAG.lutDescriptor, TAG.lutData, signed);
};

export const lookUp = ({ first, entries }: Lut, value: number): number =>
  entries[Math.min(Math.max(Math.round(value) - first, 0), entries.length - 1)]!;
