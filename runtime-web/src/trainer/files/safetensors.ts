/**
 * Reads and writes safetensors files of float32, in a browser: an 8-byte little-endian header length, a JSON header
 * `{name: {dtype, shape, data_offsets}}`, then the values, back to back, little-endian.
 * Source: the format description in the README of huggingface/safetensors.
 */
import { InputError, integer, listOf, object, show } from '@onnoise/scheduler/rules';

export interface Tensor {
  shape: readonly number[];
  values: Float32Array;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [begin: number, end: number];
}

const PREFIX = 8;

const OFFSETS = listOf(integer(0), 2);

export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const begin = end;
    end += values.byteLength;
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(json.length / PREFIX) * PREFIX;
  const bytes = new Uint8Array(PREFIX + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, PREFIX, PREFIX + length);
  bytes.set(json, PREFIX);
  let at = PREFIX + length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** @param file of the error messages @throws InputError for a file that is cut short, is none, or holds other types */
export function readSafetensors(bytes: Uint8Array<ArrayBuffer>, file: string): Map<string, Float32Array<ArrayBuffer>> {
  const refuse = (rule: string): never => {
    throw new InputError(`Cannot read the training step: ${file} must be ${rule}.`);
  };
  if (bytes.length < PREFIX) refuse(`a safetensors file, received ${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const start = PREFIX + length;
  if (start > bytes.length) refuse(`a whole safetensors file, received ${bytes.length} bytes`);
  const tensors = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, entry] of Object.entries(headerOf(bytes.subarray(PREFIX, start), refuse))) {
    if (name === '__metadata__') continue;
    const { dtype, data_offsets: offsets } = object.holds(entry) ? entry : {};
    if (dtype !== 'F32') refuse(`a file of F32, received ${name} of ${show(dtype)}`);
    if (!OFFSETS.holds(offsets)) return refuse(`a safetensors file, received one without the place of ${name}`);
    const [begin, end] = offsets as Entry['data_offsets'];
    const inside = begin <= end && (end - begin) % 4 === 0;
    if (!inside || start + end > bytes.length) refuse(`whole, received ${bytes.length} bytes`);
    tensors.set(name, new Float32Array(bytes.slice(start + begin, start + end).buffer));
  }
  return tensors;
}

function headerOf(json: Uint8Array, refuse: (rule: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(json));
  } catch {
    // no JSON: refused below
  }
  return object.holds(header) ? header : refuse('a safetensors file, received one with another header');
}
