/** Chunks of PNG files. Source: PNG Specification (Third Edition), sections 5.3 and 11.3.3. */
import { crc32 } from 'node:zlib';

export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Of the first chunk, IHDR. */
const HEADER_BYTES = 25;

export function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

/** @param text in ASCII: readers disagree about other letters */
export const textChunk = (keyword: string, text: string): Buffer =>
  chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'));

/** A PNG file with a text behind its header; bytes that are no PNG stay as they are. */
export function withText(file: Uint8Array, keyword: string, text: string): Uint8Array {
  const start = PNG_SIGNATURE.length + HEADER_BYTES;
  if (!PNG_SIGNATURE.equals(file.subarray(0, PNG_SIGNATURE.length))) return file;
  return Buffer.concat([file.subarray(0, start), textChunk(keyword, text), file.subarray(start)]);
}
