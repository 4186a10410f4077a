/** Reads the values of one input tensor from JSON or from bytes, and checks each. */
import { showNumber } from '@onnoise/scheduler/rules';
import { Refusal } from '../errors/refusal.ts';

export interface TensorInput {
  name: string;
  shape: number[];
  datatype: string;
  data?: unknown;
  parameters?: Record<string, unknown>;
}

export interface TensorRule {
  /** `FP32` or `INT64`. */
  datatype: string;
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
  const whole = datatype === 'INT64';
  if (datatype !== rule.datatype) refuseTensor(name, `have the datatype ${rule.datatype}`, datatype);
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
    if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
    return refuseTensor(`${name}[${index}]`, `be a ${whole ? 'whole ' : ''}number from ${min} to ${max}`, value);
  };
  const size = parameters.binary_data_size;
  if (size !== undefined && data !== undefined) {
    refuseTensor(name, 'have data or a binary_data_size', 'both');
  }
  if (size === undefined) return { values: readJson(name, data, dims, total, check), bytes: 0 };

  const bytes = total * (datatype === 'INT64' ? 8 : 4);
  if (size !== bytes) refuseTensor(name, `have a binary_data_size of ${bytes}`, size);
  if (binary.length < bytes) refuseTensor(name, `have ${bytes} bytes after the JSON`, binary.length);
  const values = Float32Array.from({ length: total }, (_, i) =>
    check(datatype === 'INT64' ? binary.readBigInt64LE(8 * i) : binary.readFloatLE(4 * i), i),
  );
  return { values, bytes };
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
