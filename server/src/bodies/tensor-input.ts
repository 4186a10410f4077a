/** Reads the values of one input tensor from JSON or from bytes, and checks each. */
import { narrowHalf, widenHalf } from '@onnoise/scheduler/model';
import { showNumber } from '@onnoise/scheduler/rules';
import { Refusal } from '../errors/refusal.ts';

export interface TensorInput {
  name: string;
  shape: number[];
  datatype: string;
  data?: unknown;
  parameters?: Record<string, unknown>;
}

/** The types of values that are read and written, as the protocol names them, from little-endian bytes. */
const TYPES: Readonly<
  Record<string, { bytes: number; whole?: boolean; read(from: Buffer, count: number): ArrayLike<number | bigint> }>
> = {
  FP32: { bytes: 4, read: (from, count) => Float32Array.from({ length: count }, (_, i) => from.readFloatLE(4 * i)) },
  FP16: {
    bytes: 2,
    read: (from, count) => widenHalf(Uint16Array.from({ length: count }, (_, i) => from.readUInt16LE(2 * i))),
  },
  INT64: {
    bytes: 8,
    whole: true,
    read: (from, count) => BigInt64Array.from({ length: count }, (_, i) => from.readBigInt64LE(8 * i)),
  },
  INT32: {
    bytes: 4,
    whole: true,
    read: (from, count) => Int32Array.from({ length: count }, (_, i) => from.readInt32LE(4 * i)),
  },
};

export interface TensorRule {
  /** Types of `TYPES` that it may have. */
  datatypes: readonly string[];
  dims: readonly number[];
  /** The least and the largest value at an index of the flat data; undefined: any finite float32. */
  range?: ((index: number) => readonly [min: number, max: number] | undefined) | undefined;
}

/**
 * Reads the values, and refuses numbers outside the range of float32.
 * @param binary bytes that start with the input's data if it has a `binary_data_size`.
 * @returns the values, and how many bytes it used.
 * @throws Refusal (400) that names the input, the index, and the range.
 */
export function readTensor(input: TensorInput, rule: TensorRule, binary: Buffer) {
  const { name, datatype, shape, data, parameters = {} } = input;
  const { dims, range } = rule;
  if (!rule.datatypes.includes(datatype))
    refuseTensor(name, `have the datatype ${rule.datatypes.join(' or ')}`, datatype);
  const type = TYPES[datatype]!;
  if (shape.length !== dims.length || shape.some((side, i) => side !== dims[i])) {
    refuseTensor(name, `have the shape [${dims.join(', ')}]`, `[${shape.join(', ')}]`);
  }
  const total = dims.reduce((product, side) => product * side, 1);
  const check = (value: number | bigint, index: number): number => {
    const number = Number(value);
    const ends = range?.(index);
    if (ends === undefined) {
      if (Number.isFinite(Math.fround(number))) return number;
      return refuseTensor(`${name}[${index}]`, 'be a finite number from -3.4e38 to 3.4e38', value);
    }
    const [min, max] = ends;
    if (number >= min && number <= max && (!type.whole || Number.isInteger(number))) return number;
    return refuseTensor(`${name}[${index}]`, `be a ${type.whole ? 'whole ' : ''}number from ${min} to ${max}`, value);
  };
  const size = parameters.binary_data_size;
  if (size !== undefined && data !== undefined) {
    refuseTensor(name, 'have data or a binary_data_size', 'both');
  }
  if (size === undefined) return { values: readJson(name, data, dims, total, check), bytes: 0 };

  const bytes = total * type.bytes;
  if (size !== bytes) refuseTensor(name, `have a binary_data_size of ${bytes}`, size);
  if (binary.length < bytes) refuseTensor(name, `have ${bytes} bytes after the JSON`, binary.length);
  return { values: Float32Array.from(type.read(binary, total) as ArrayLike<number>, check), bytes };
}

/** Values as bytes of a type. @throws Refusal (400) for those that are too large for it */
export function tensorBytes(values: Float32Array, datatype: 'FP32' | 'FP16'): Buffer {
  const numbers = datatype === 'FP16' ? toHalf(values) : values;
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** From here on a number is infinite in half precision. */
const BEYOND_HALF = 65_520;

/** The nearest halves as bits. @throws Refusal (400) for values that are too large */
export function toHalf(values: Float32Array): Uint16Array {
  if (values.some((value) => Math.abs(value) >= BEYOND_HALF)) {
    const rule = 'its values are too large for FP16: send sample as FP32';
    throw new Refusal(400, 'invalid_value', `Cannot call the network: ${rule}.`, { param: 'outputs' });
  }
  return narrowHalf(values);
}

/** Reads values in a flat array or in arrays of arrays. */
function readJson(
  name: string,
  data: unknown,
  dims: readonly number[],
  total: number,
  check: (value: number, index: number) => number,
): Float32Array {
  const values = new Float32Array(total);
  let filled = 0;
  const take = (value: unknown, depth: number): void => {
    if (Array.isArray(value)) {
      if (depth > dims.length) refuseTensor(name, `be arrays of depth ${dims.length} or 1`, 'deeper ones');
      for (const one of value) take(one, depth + 1);
    } else if (filled === total) refuseTensor(name, `hold ${total} values`, 'more');
    else if (typeof value !== 'number') {
      refuseTensor(`${name}[${filled}]`, 'be a number', value === null ? 'null' : typeof value);
    } else {
      values[filled] = check(value, filled);
      filled++;
    }
  };
  if (!Array.isArray(data)) {
    refuseTensor(
      name,
      'hold its data in an array, or give its binary_data_size',
      data === undefined ? 'none' : typeof data,
    );
  }
  take(data, 1);
  if (filled < total) refuseTensor(name, `hold ${total} values`, filled);
  return values;
}

export function refuseTensor(name: string, rule: string, received: unknown): never {
  const told = typeof received === 'number' ? showNumber(received) : String(received).slice(0, 80);
  const message = `Cannot call the network: ${name} must ${rule}, received ${told}.`;
  throw new Refusal(400, 'invalid_value', message, { param: name.replace(/\[\d+\]$/, '') });
}
