/** numpy's files, `.npy` and `.npz`: the arrays that they hold, read an item at a time. */
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { bytesOf, NPY_HEAD, type NpyHeader, readNpyHeader } from '@onnoise/base/arrays';
import { InputError } from '@onnoise/scheduler/rules';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** An array of a file. */
export interface ArrayFile {
  /** `x.npy`, or `train_images of x.npz`. */
  name: string;
  /** Its name in an .npz; that of the file without its ending for an .npy. */
  key: string;
  header: NpyHeader;
  /** Its bytes in order, the header among them. @throws InputError for a broken archive */
  bytes(): AsyncIterable<Buffer>;
}

/** Most bytes of an array whose first axis is innermost: it must be held whole. */
const MOST_TURNED = 2 ** 30;

/** @throws InputError for a file that holds no arrays of numbers */
export async function openArrays(path: string): Promise<ArrayFile[]> {
  return /\.npz$/i.test(path) ? openNpz(path) : [openNpy(path)];
}

function openNpy(path: string): ArrayFile {
  const head = Buffer.alloc(NPY_HEAD);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, head, 0, head.length, 0);
    const header = readNpyHeader(head.subarray(0, length), path);
    const expected = header.offset + bytesOf(header.type) * product(header.shape);
    checkLength(path, statSync(path).size, expected);
    const key = basename(path).replace(/\.npy$/i, '');
    return { name: basename(path), key, header, bytes: () => createReadStream(path) };
  } finally {
    closeSync(file);
  }
}

async function openNpz(path: string): Promise<ArrayFile[]> {
  const arrays: ArrayFile[] = [];
  const zip = await zipOf(path);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith('.npy')) continue;
      const key = entry.fileName.slice(0, -'.npy'.length);
      const name = `${key} of ${basename(path)}`;
      const header = readNpyHeader(await headOf(zip, entry, path), name);
      checkLength(name, entry.uncompressedSize, header.offset + bytesOf(header.type) * product(header.shape));
      arrays.push({ name, key, header, bytes: () => bytesOfEntry(path, entry.fileName) });
    }
  } catch (error) {
    throw error instanceof InputError ? error : broken(path, error);
  } finally {
    zip.close();
  }
  return arrays;
}

async function zipOf(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    throw broken(path, error);
  }
}

async function headOf(zip: ZipFile, entry: Entry, path: string): Promise<Buffer> {
  const stream = await zip.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= NPY_HEAD) break;
  }
  if (length === 0) throw broken(path, new Error(`${entry.fileName} is empty`));
  return Buffer.concat(chunks).subarray(0, NPY_HEAD);
}

async function* bytesOfEntry(path: string, fileName: string): AsyncGenerator<Buffer> {
  const zip = await zipOf(path);
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== fileName) continue;
      yield* (await zip.openReadStreamPromise(entry)) as Readable & AsyncIterable<Buffer>;
      return;
    }
  } catch (error) {
    throw broken(path, error);
  } finally {
    zip.close();
  }
}

const broken = (path: string, error: unknown): InputError =>
  new InputError(
    `Cannot read the array: ${path} must be a whole .npz, received a broken one (${(error as Error).message}).`,
  );

function checkLength(name: string, received: number, expected: number): void {
  if (received === expected) return;
  const cut = received < expected ? ': it is truncated' : '';
  throw new InputError(`Cannot read the array: ${name} must have ${expected} bytes, received ${received}${cut}.`);
}

/** The bytes of one item after the other, along the first axis and in C's order. */
export async function* itemsOf(array: ArrayFile): AsyncGenerator<Buffer> {
  const { header } = array;
  const [count, ...sides] = header.shape as [number, ...number[]];
  const size = bytesOf(header.type) * product(sides);
  if (header.fortran && header.shape.length > 1) yield* turned(await whole(array), header);
  else yield* cut(array.bytes(), header.offset, size, count);
}

async function* cut(bytes: AsyncIterable<Buffer>, offset: number, size: number, count: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let skip = offset;
  let given = 0;
  for await (const chunk of bytes) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const drop = Math.min(skip, rest.length);
    rest = rest.subarray(drop);
    skip -= drop;
    let at = 0;
    for (; given < count && at + size <= rest.length; at += size, given++) yield rest.subarray(at, at + size);
    rest = rest.subarray(at);
    if (given === count) return;
  }
}

async function whole({ name, header, bytes }: ArrayFile): Promise<Buffer> {
  const size = bytesOf(header.type) * product(header.shape);
  if (size > MOST_TURNED) {
    throw new InputError(
      `Cannot read the array: ${name} must be at most 1 GiB in Fortran's order, received ${(size / 2 ** 30).toFixed(1)} GiB. Save it with numpy.ascontiguousarray.`,
    );
  }
  const parts: Buffer[] = [];
  for await (const chunk of bytes()) parts.push(chunk);
  return Buffer.concat(parts).subarray(header.offset);
}

function* turned(bytes: Buffer, { type, shape }: NpyHeader): Generator<Buffer> {
  const each = bytesOf(type);
  const [count, ...sides] = shape as [number, ...number[]];
  const size = product(sides);
  for (let item = 0; item < count; item++) {
    const out = Buffer.alloc(each * size);
    for (let place = 0; place < size; place++) {
      let [left, from, stride] = [place, item, count];
      const along: number[] = [];
      for (let axis = sides.length - 1; axis >= 0; axis--) {
        along[axis] = left % sides[axis]!;
        left = Math.floor(left / sides[axis]!);
      }
      for (const [axis, at] of along.entries()) {
        from += at * stride;
        stride *= sides[axis]!;
      }
      bytes.copy(out, place * each, from * each, (from + 1) * each);
    }
    yield out;
  }
}

const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);
