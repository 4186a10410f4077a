/**
 * The IDX format of MNIST and Fashion-MNIST, gzipped or not: magic 0x00000803 (uint8, 3 dimensions: count, rows,
 * columns) for images, 0x00000801 (uint8, count) for labels, big-endian, then the bytes. Source: "FILE FORMATS FOR THE
 * MNIST DATABASE", yann.lecun.com/exdb/mnist. Limits: unsigned bytes only. Gzip is recognised by its magic 1f 8b, not
 * by the file's name.
 */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '@onnoise/scheduler/rules';

export const IMAGES_MAGIC = 0x803;
export const LABELS_MAGIC = 0x801;

export interface IdxHeader {
  /** [count, rows, columns] of images or [count] of labels. */
  dimensions: number[];
  /** Where the values begin. */
  offset: number;
}

/** The first `length` bytes of a file, unzipped if it is gzipped; fewer when it is shorter. */
async function readHead(path: string, length: number): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of readUnzipped(path)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= length) break;
  }
  return head.subarray(0, length);
}

function isGzipped(path: string): boolean {
  const magic = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    readSync(file, magic, 0, 2, 0);
  } finally {
    closeSync(file);
  }
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

/** The file's bytes in chunks. A broken gzip stream is an InputError. */
async function* readUnzipped(path: string): AsyncGenerator<Buffer> {
  // First, because a stream that nobody listens to yet ends the process where the file cannot be opened.
  const gzipped = isGzipped(path);
  const file = createReadStream(path);
  if (!gzipped) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = pipeline(file, createGunzip(), () => {}); // the loop below throws the errors
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    throw new InputError(
      `Cannot read the IDX file: ${path} must be a whole gzip file, received a broken one (${(error as Error).message}).`,
    );
  }
}

/** Whether a file begins like an IDX file of bytes, images or labels. */
export async function isIdx(path: string): Promise<boolean> {
  try {
    const head = await readHead(path, 4);
    return head.length === 4 && head.readUInt16BE(0) === 0 && head[2] === 8;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Reads and checks the header, and the length of a file that is not gzipped. Throws InputError. */
export async function readIdxHeader(path: string, magic: number): Promise<IdxHeader> {
  const rank = magic & 0xff;
  const offset = 4 + 4 * rank;
  const head = await readHead(path, offset);
  const received = head.length >= 4 ? head.readUInt32BE(0) : undefined;
  if (received !== magic) {
    const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;
    const what = received === undefined ? `${head.length} bytes` : hex(received);
    const hint = magic === IMAGES_MAGIC && received === LABELS_MAGIC ? ', a file of labels' : '';
    throw new InputError(`Cannot read the IDX file: magic of ${path} must be ${hex(magic)}, received ${what}${hint}.`);
  }
  if (head.length < offset) throw truncated(path, offset, head.length);
  const dimensions = Array.from({ length: rank }, (_, i) => head.readUInt32BE(4 + 4 * i));
  if (dimensions.some((side) => side === 0)) {
    throw new InputError(
      `Cannot read the IDX file: dimensions of ${path} must be positive, received ${dimensions.join(' x ')}.`,
    );
  }
  if (!isGzipped(path)) checkLength(path, dimensions, offset, statSync(path).size);
  return { dimensions, offset };
}

/**
 * Yields the file's items in order: images [rows · columns], or labels one byte each. Holds one chunk of the file at a
 * time. Throws InputError when the file is shorter or longer than its header says.
 */
export async function* readIdxItems(path: string, { dimensions, offset }: IdxHeader): AsyncGenerator<Uint8Array> {
  const [count, ...shape] = dimensions as [number, ...number[]];
  const size = shape.reduce((a, b) => a * b, 1);
  let rest: Buffer = Buffer.alloc(0);
  let skip = offset;
  let total = 0;
  let given = 0;
  for await (const chunk of readUnzipped(path)) {
    total += chunk.length;
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const drop = Math.min(skip, rest.length);
    rest = rest.subarray(drop);
    skip -= drop;
    let at = 0;
    for (; at + size <= rest.length && given < count; at += size, given++) {
      yield new Uint8Array(rest.subarray(at, at + size)); // a copy: the chunk is not kept alive by one image
    }
    rest = rest.subarray(at);
  }
  checkLength(path, dimensions, offset, total);
}

function checkLength(path: string, dimensions: number[], offset: number, received: number): void {
  const expected = offset + dimensions.reduce((a, b) => a * b, 1);
  if (received < expected) throw truncated(path, expected, received);
  if (received > expected) {
    throw new InputError(
      `Cannot read the IDX file: ${path} must have ${expected} bytes for ${dimensions.join(' x ')}, received ${received}.`,
    );
  }
}

function truncated(path: string, expected: number, received: number): InputError {
  return new InputError(
    `Cannot read the IDX file: ${path} must have ${expected} bytes, received ${received}: it is truncated.`,
  );
}
