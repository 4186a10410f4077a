/** Texts in PNG files. Source: PNG Specification (Third Edition), section 11.3.3. */
import { pngChunk, PNG_SIGNATURE as SIGNATURE } from '@onnoise/scheduler/model';

export const PNG_SIGNATURE = Buffer.from(SIGNATURE);
/** Of the first chunk, IHDR. */
const HEADER_BYTES = 25;

export const chunk = (type: string, data: Uint8Array): Buffer => Buffer.from(pngChunk(type, data).buffer);

/** @param text in ASCII: readers disagree about other letters */
export const textChunk = (keyword: string, text: string): Buffer =>
  chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'));

/** A PNG file with a text behind its header; bytes that are no PNG stay as they are. */
export function withText(file: Uint8Array, keyword: string, text: string): Uint8Array {
  const start = PNG_SIGNATURE.length + HEADER_BYTES;
  if (!PNG_SIGNATURE.equals(file.subarray(0, PNG_SIGNATURE.length))) return file;
  return Buffer.concat([file.subarray(0, start), textChunk(keyword, text), file.subarray(start)]);
}
