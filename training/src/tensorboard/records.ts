/**
 * The frames of TensorFlow's record files: length [u64], its masked CRC-32C [u32], the bytes, their masked CRC-32C
 * [u32], little-endian. Source: https://www.tensorflow.org/tutorials/load_data/tfrecord.
 * Limit: records of less than 4 GiB, so that the upper half of the length is 0.
 */
import { createReadStream } from 'node:fs';
import { maskedCrc32c } from './crc32c.ts';

const HEAD = 12;
const TAIL = 4;

export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + data.length + TAIL);
  const view = new DataView(record.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc32c(data), true);
  return record;
}

export interface Record {
  data: Uint8Array;
  /** Where it begins and ends in the file. */
  start: number;
  end: number;
}

/** The whole records of a file in order, up to the first that is damaged, or was cut short by a kill. */
export async function* readRecords(path: string): AsyncGenerator<Record> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= HEAD) {
      const length = rest.readUInt32LE(0);
      if (rest.readUInt32LE(8) !== maskedCrc32c(rest.subarray(0, 8)) || rest.readUInt32LE(4) !== 0) return;
      const size = HEAD + length + TAIL;
      if (rest.length < size) break;
      const data = rest.subarray(HEAD, HEAD + length);
      if (rest.readUInt32LE(HEAD + length) !== maskedCrc32c(data)) return;
      yield { data, start, end: start + size };
      rest = rest.subarray(size);
      start += size;
    }
  }
}
