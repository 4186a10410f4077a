/**
 * What a page of a TIFF says of its samples, which sharp does not tell: whether they are stored apart, and which of them are
 * how opaque a pixel is. Source: TIFF 6.0, and BigTIFF.
 */
import { closeSync, openSync, readSync } from 'node:fs';

export interface TiffSamples {
  /** Whether each channel is stored by itself. */
  planar: boolean;
  /** Whether the first sample after the colours is how opaque the pixel is, and there are no others. */
  alpha: boolean;
}

const PHOTOMETRIC = 262;
const SAMPLES = 277;
const PLANAR = 284;
const EXTRA = 338;
/** Most entries of a directory, and extra samples, that are looked at. */
const MOST = 4096;

/** @param page from 0 @returns undefined for a file that is no TIFF, or a broken one */
export function readTiffSamples(path: string, page = 0): TiffSamples | undefined {
  const file = openSync(path, 'r');
  try {
    return samplesOf((at, bytes) => {
      const buffer = Buffer.alloc(bytes);
      if (readSync(file, buffer, 0, bytes, at) < bytes) throw new RangeError('it ends before');
      return buffer;
    }, page);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

function samplesOf(read: (at: number, bytes: number) => Buffer, page: number): TiffSamples | undefined {
  const head = read(0, 16);
  const little = head.toString('latin1', 0, 2) === 'II';
  if (!little && head.toString('latin1', 0, 2) !== 'MM') return undefined;
  const short = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const huge = (bytes: Buffer, at: number) => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const big = short(head, 2) === 43;
  const place = big ? huge : long;
  const [counted, each, wide] = big ? [8, 20, 8] : [2, 12, 4];
  const entriesAt = (at: number) => Math.min(MOST, big ? huge(read(at, 8), 0) : short(read(at, 2), 0));
  let at = place(head, big ? 8 : 4);
  for (let passed = 0; passed < page; passed++) at = place(read(at + counted + each * entriesAt(at), wide), 0);
  const count = entriesAt(at);
  const entries = read(at + counted, each * count);
  /** Values of 16 bits, which lie in the entry if they fit. */
  const valuesOf = (tag: number): number[] => {
    const entry = Array.from({ length: count }, (_, i) => each * i).find((from) => short(entries, from) === tag);
    if (entry === undefined) return [];
    const length = Math.min(MOST, place(entries, entry + 4));
    const start = entry + 4 + wide;
    const values = 2 * length <= wide ? entries.subarray(start, start + wide) : read(place(entries, start), 2 * length);
    return Array.from({ length }, (_, i) => short(values, 2 * i));
  };
  const [photometric = 1] = valuesOf(PHOTOMETRIC);
  const [samples = 1] = valuesOf(SAMPLES);
  const [planar = 1] = valuesOf(PLANAR);
  const extra = valuesOf(EXTRA);
  const colours = photometric === 2 ? 3 : photometric <= 1 ? 1 : 0;
  const alpha = samples === colours + 1 && (extra[0] === 1 || extra[0] === 2);
  return { planar: planar === 2 && samples > 1, alpha };
}
