/**
 * Reads and writes safetensors files: an 8-byte little-endian header length, a JSON header
 * `{name: {dtype, shape, data_offsets}}`, then the values, back to back, little-endian.
 *
 * Limits: F32, I32, I64 and U8, on little-endian machines; F16, BF16 and F64 are read as F32. The reader is strict: it
 * refuses a header with unknown fields, gaps, overlaps or a size that does not fit its shape.
 * Source: the format description in the README of huggingface/safetensors.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { sizeOf, widenBrain, widenHalf } from '@onnoise/scheduler/model';
import { InputError, integer, listOf, object } from '@onnoise/scheduler/rules';

export type SafetensorsData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

export interface SafetensorsEntry {
  shape: readonly number[];
  data: SafetensorsData;
}

export interface SafetensorsFile {
  tensors: Map<string, SafetensorsEntry>;
  metadata: Record<string, string>;
}

const TYPES = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, U8: Uint8Array } as const;
/** What it writes. */
type Dtype = keyof typeof TYPES;
/** What the reader knows, as it is stored. */
const STORED = { ...TYPES, F16: Uint16Array, BF16: Uint16Array, F64: Float64Array } as const;
type StoredDtype = keyof typeof STORED;

/** Longest header the reference implementation reads. */
const MAXIMUM_HEADER = 100_000_000;

/** Writes the file and flushes it to the disk. Returns its length in bytes and SHA-256. */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Record<string, string> = {},
): Promise<{ bytes: number; sha256: string }> {
  const parts = partsOf(tensors, metadata);
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    for (const part of parts) {
      hash.update(part);
      await file.writeFile(part);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes: parts.reduce((sum, { length }) => sum + length, 0), sha256: hash.digest('hex') };
}

/** The bytes of a file. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  metadata: Record<string, string> = {},
): Uint8Array {
  return Buffer.concat(partsOf(tensors, metadata));
}

/** The header, then the tensors in the order of the file. */
function partsOf(tensors: ReadonlyMap<string, SafetensorsEntry>, metadata: Record<string, string>): Uint8Array[] {
  // Wide types first keep every tensor aligned to its element, as the reference implementation does.
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  for (const [name, { shape, data }] of sorted) {
    if (sizeOf(shape) === data.length) continue;
    throw new Error(`tensor ${name} of shape [${shape}] cannot hold ${data.length} values`);
  }
  const specs = sorted.map(([name, { shape, data }]) => ({ name, shape, dtype: dtypeOf(data) }));
  return [encodeHeader(specs, metadata), ...sorted.map(([, { data }]) => tensorBytes(data))];
}

export interface TensorSpec {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
}

/** What a file begins with whose tensors follow in this order, wide types first. */
export function encodeHeader(specs: readonly TensorSpec[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = Object.create(null); // a tensor may be called __proto__
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const { name, dtype, shape } of specs) {
    if (name === '__metadata__') throw new Error(`a tensor cannot be called ${name}`);
    const end = offset + sizeOf(shape) * TYPES[dtype].BYTES_PER_ELEMENT;
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

/** @throws InputError when the file is truncated or is not a well-formed safetensors file of the types above. */
export async function readSafetensors(path: string): Promise<SafetensorsFile & { sha256: string }> {
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot read ${path}: ${rule}.`);
  };
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    const read = async (bytes: Uint8Array, position: number) => {
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
        if (bytesRead === 0) refuse('the file is truncated');
        done += bytesRead;
      }
      hash.update(bytes);
    };
    const prefix = Buffer.alloc(8);
    if (size < 8) refuse(`the file is truncated, it has ${size} bytes`);
    await read(prefix, 0);
    const length = Number(prefix.readBigUInt64LE());
    if (length > MAXIMUM_HEADER) refuse('the file is not a safetensors file, its header length is impossible');
    if (8 + length > size) refuse(`the file is truncated within its header, it has ${size} bytes`);
    const headerBytes = Buffer.alloc(length);
    await read(headerBytes, 8);
    const { entries, metadata, end } = parseHeader(headerBytes, refuse);
    if (8 + length + end !== size) {
      refuse(
        `the file ${8 + length + end > size ? 'is truncated' : 'is too long'}, it has ${size} of ${8 + length + end} bytes`,
      );
    }
    const tensors = new Map<string, SafetensorsEntry>();
    for (const { name, dtype, shape, begin } of entries) {
      const data = new STORED[dtype](sizeOf(shape));
      await read(tensorBytes(data), 8 + length + begin);
      tensors.set(name, { shape, data: asKept(dtype, data) });
    }
    return { tensors, metadata, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

type Stored = InstanceType<(typeof STORED)[StoredDtype]>;

/** All floats as F32. */
function asKept(dtype: StoredDtype, data: Stored): SafetensorsData {
  if (dtype === 'F16') return widenHalf(data as Uint16Array);
  if (dtype === 'BF16') return widenBrain(data as Uint16Array);
  return data instanceof Float64Array ? Float32Array.from(data) : (data as SafetensorsData);
}

interface HeaderEntry {
  name: string;
  dtype: StoredDtype;
  shape: number[];
  begin: number;
}

/** Checks every field; entries come back in the order of their bytes. */
function parseHeader(bytes: Buffer, refuse: (rule: string) => never) {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('the header is not JSON');
  }
  if (!object.holds(header) || bytes[0] !== 0x7b) return refuse('the header is not a JSON object');
  const { __metadata__: metadata = {}, ...rest } = header;
  if (!object.holds(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    return refuse('__metadata__ must map names to strings');
  }
  const entries = Object.entries(rest).map(([name, entry]) => {
    const about = `tensor ${JSON.stringify(name)}`;
    if (!object.holds(entry)) return refuse(`${about} must be an object`);
    const { dtype, shape, data_offsets: offsets, ...unknown } = entry;
    if (Object.keys(unknown).length > 0) return refuse(`${about} has the unknown field ${Object.keys(unknown)[0]}`);
    if (typeof dtype !== 'string' || !Object.hasOwn(STORED, dtype)) {
      return refuse(`dtype of ${about} must be one of ${Object.keys(STORED).join(', ')}, is ${JSON.stringify(dtype)}`);
    }
    if (!SIZES.holds(shape)) return refuse(`shape of ${about} must be a list of sizes`);
    if (!SIZES.holds(offsets) || offsets.length !== 2) return refuse(`data_offsets of ${about} must be two sizes`);
    const [begin, end] = offsets as [number, number];
    if (end - begin !== sizeOf(shape) * STORED[dtype as StoredDtype].BYTES_PER_ELEMENT) {
      return refuse(`data_offsets of ${about} do not fit its shape`);
    }
    return { name, dtype: dtype as StoredDtype, shape, begin, end };
  });
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) refuse(`tensor ${JSON.stringify(entry.name)} overlaps another or leaves a gap`);
    end = entry.end;
  }
  return { entries: entries satisfies HeaderEntry[], metadata: metadata as Record<string, string>, end };
}

const SIZES = listOf(integer(0));
/** A view, in the order of the machine. */
export const tensorBytes = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function dtypeOf(data: SafetensorsData): Dtype {
  const found = Object.entries(TYPES).find(([, type]) => data instanceof type);
  if (!found) throw new Error(`safetensors cannot hold a ${(data as object).constructor.name}`);
  return found[0] as Dtype;
}
