/**
 * Operators that move values: of tensors in tfjs operators, and of constants at once, since exporters write pads and shapes as chains of
 * these.
 *
 * Source: https://onnx.ai/onnx/operators
 */
import type { Constant } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import {
  asTensor,
  type Call,
  constantAt,
  given,
  integer,
  integers,
  integersOf,
  isTensor,
  Refused,
  type Value,
} from './values.ts';

const INT64 = 7;
const FLOAT = 1;

const dimsOf = (value: Value): readonly number[] => (isTensor(value) ? value.shape : value.dims);

const int64 = (values: readonly number[], dims: readonly number[] = [values.length]): Constant => ({
  dtype: 'int64',
  dims,
  data: BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
});

/** Of two lists of whole numbers, or of one and a number; undefined for other values. Quotients are cut. */
export function combined(call: Call, compute: (a: number, b: number) => number): Constant | undefined {
  const constants = [given(call, 0), given(call, 1)].flatMap((value) =>
    isTensor(value) || value.dtype !== 'int64' ? [] : [value],
  );
  const [a, b] = constants.map(integersOf);
  if (!a || !b) return undefined;
  const long = a.length >= b.length ? 0 : 1;
  const values = Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    compute(a[i % a.length]!, b[i % b.length]!),
  );
  return int64(values, constants[long]!.dims);
}

/** The elements at these places, as they lie one after another. */
const picked = ({ dtype, data }: Constant, places: readonly number[], dims: readonly number[]): Constant => {
  const all = data as Float32Array; // of any kind: `from` copies numbers of the same
  const type = all.constructor as Float32ArrayConstructor;
  return { dtype, dims, data: type.from(places, (place) => all[place]!) };
};

/** The same values with other sides. */
const shaped = (value: Value, dims: readonly number[]): Value =>
  isTensor(value) ? tf.reshape(value, [...dims]) : { ...value, dims };

export const shape = (call: Call): Value => int64(dimsOf(given(call, 0)));

export function constantOfShape(call: Call): Value {
  const dims = integersOf(constantAt(call, 0));
  const count = dims.reduce((product, side) => product * side, 1);
  const { value } = call.attributes;
  const one: Constant =
    value && 'tensor' in value ? value.tensor : { dtype: 'float32', dims: [1], data: Float32Array.of(0) };
  return picked(one, new Array<number>(count).fill(0), dims);
}

export function cast(call: Call): Value {
  const value = given(call, 0);
  const to = integer(call, 'to', 0);
  if (isTensor(value) && to === FLOAT) return value;
  if (!isTensor(value) && to === INT64) return int64(integersOf(value), value.dims);
  if (!isTensor(value) && to === FLOAT) {
    return { dtype: 'float32', dims: value.dims, data: Float32Array.from(integersOf(value)) };
  }
  throw new Refused(`Cast to the type ${to}`);
}

export function concat(call: Call): Value {
  const values = call.inputs.map((_, index) => given(call, index));
  const constants = values.filter((value) => !isTensor(value)) as Constant[];
  if (
    constants.length === values.length &&
    constants.every(({ dtype, dims }) => dtype === 'int64' && dims.length === 1)
  ) {
    return int64(constants.flatMap(integersOf));
  }
  return tf.concat(values.map(asTensor), integer(call, 'axis', 1));
}

/** 0 keeps a side. A file that was written for some images has their number in its shapes. */
export function reshape(call: Call): Value {
  const value = given(call, 0);
  const from = dimsOf(value);
  const kept = integer(call, 'allowzero', 0) === 0;
  const { now, written } = call.batch;
  const sides = (integers(call, 'shape', 1) ?? []).map((side, axis) => {
    if (axis === 0 && side === written && isTensor(value)) return now;
    return side === 0 && kept ? from[axis]! : side;
  });
  const all = from.reduce((product, side) => product * side, 1);
  const known = sides.reduce((product, side) => (side === -1 ? product : product * side), 1);
  return shaped(
    value,
    sides.map((side) => (side === -1 ? all / known : side)),
  );
}

export function flatten(call: Call): Value {
  const value = given(call, 0);
  const dims = dimsOf(value);
  const axis = (integer(call, 'axis', 1) + dims.length) % dims.length;
  const product = (sides: readonly number[]) => sides.reduce((a, b) => a * b, 1);
  return shaped(value, [product(dims.slice(0, axis)), product(dims.slice(axis))]);
}

export function squeeze(call: Call): Value {
  const value = given(call, 0);
  const dims = dimsOf(value);
  const axes = integers(call, 'axes', 1)?.map((axis) => (axis + dims.length) % dims.length);
  return shaped(
    value,
    dims.filter((side, axis) => (axes ? !axes.includes(axis) : side !== 1)),
  );
}

export function unsqueeze(call: Call): Value {
  const value = given(call, 0);
  const axes = integers(call, 'axes', 1) ?? [];
  const rank = dimsOf(value).length + axes.length;
  const dims = [...dimsOf(value)];
  for (const axis of axes.map((each) => (each + rank) % rank).sort((a, b) => a - b)) dims.splice(axis, 0, 1);
  return shaped(value, dims);
}

export function transpose(call: Call): Value {
  const value = given(call, 0);
  const order = integers(call, 'perm') ?? dimsOf(value).map((_, axis) => dimsOf(value).length - 1 - axis);
  if (isTensor(value)) return tf.transpose(value, order);
  const [rows, columns, ...more] = value.dims;
  if (columns === undefined || more.length > 0) throw new Refused(`Transpose of weights of ${value.dims.length} axes`);
  if (order[0] === 0) return value;
  const places = Array.from({ length: rows! * columns }, (_, i) => (i % rows!) * columns + Math.floor(i / rows!));
  return picked(value, places, [columns, rows!]);
}

export function gather(call: Call): Value {
  const from = constantAt(call, 0);
  const at = constantAt(call, 1);
  if (from.dims.length !== 1) throw new Refused('Gather of more than a list');
  const places = integersOf(at).map((place) => (place + from.dims[0]!) % from.dims[0]!);
  return picked(from, places, at.dims);
}

/** Of a tensor without steps; of a constant along its first axis. The limits are attributes until opset 9, then inputs. */
export function slice(call: Call): Value {
  const value = given(call, 0);
  const dims = dimsOf(value);
  const starts = integers(call, 'starts', 1) ?? [];
  const ends = integers(call, 'ends', 2) ?? [];
  const axes = (integers(call, 'axes', 3) ?? starts.map((_, axis) => axis)).map(
    (axis) => (axis + dims.length) % dims.length,
  );
  const steps = integers(call, 'steps', 4) ?? starts.map(() => 1);
  const ranges = axes.map((axis, i) => rangeOf(dims[axis]!, starts[i]!, ends[i]!, steps[i]!));
  if (!isTensor(value)) {
    if (axes.some((axis) => axis !== 0)) throw new Refused('Slice of weights along another axis than the first');
    const row = dims.slice(1).reduce((product, side) => product * side, 1);
    const rows = ranges[0] ?? [];
    const places = rows.flatMap((place) => Array.from({ length: row }, (_, i) => place * row + i));
    return picked(value, places, [rows.length, ...dims.slice(1)]);
  }
  if (steps.some((step) => step !== 1)) throw new Refused('Slice in steps');
  const begin = dims.map((_, axis) => ranges[axes.indexOf(axis)]?.[0] ?? 0);
  const size = dims.map((side, axis) => (axes.includes(axis) ? ranges[axes.indexOf(axis)]!.length : side));
  return tf.slice(value, begin, size);
}

/** The places of an axis between two limits, which count from its end where they are below 0. */
function rangeOf(side: number, start: number, end: number, step: number): number[] {
  const limit = (value: number, least: number, most: number) =>
    Math.min(most, Math.max(least, value < 0 ? value + side : value));
  const [first, last] =
    step > 0 ? [limit(start, 0, side), limit(end, 0, side)] : [limit(start, 0, side - 1), limit(end, -1, side - 1)];
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}
