/** What is said of a function's inputs and constants before it is traced, and its checks: types do not hold in JavaScript. */
import { ARRAY_TYPE, sizeOf } from './graph.ts';
import { identityOrder, sameList } from './layout.ts';
import { TraceError } from './trace-error.ts';

/** An input of a traced function, and of its graph. */
export interface TensorSpec {
  /** The key under which the function finds the tensor. Dots make scopes: `down.0.weight` names nodes `down.0/...`. */
  name: string;
  /** As tfjs sees it, and as the graph's input has it. */
  shape: readonly number[];
  dtype: 'float32' | 'int32' | 'bool';
  /**
   * How the graph's input is stored: its axis i is axis order[i] of `shape`. When left out, the two agree. A function
   * that reads weights in another order than they come in moves them each time; with this they come in that order.
   */
  order?: readonly number[];
}

/** A named constant of a graph. */
export interface ConstantSpec extends Omit<TensorSpec, 'order'> {
  /** As many values as `shape` says, row by row: a Float32Array for float32, an Int32Array for int32, a Uint8Array for bool. */
  data: Float32Array | Int32Array | Uint8Array;
}

/** @throws TraceError in one sentence for what no graph can have */
export function requireSpecs(inputs: readonly TensorSpec[], constants: readonly ConstantSpec[]): void {
  const names = new Set<string>();
  for (const spec of [...inputs, ...constants]) {
    const { name, shape, dtype } = spec;
    if (typeof name !== 'string' || name === '') {
      refuse('the name of an input or a constant must be a text', received(name));
    }
    if (names.has(name)) throw new TraceError(`Cannot trace: two inputs or constants are named ${name}.`);
    names.add(name);
    if (!Object.hasOwn(ARRAY_TYPE, dtype)) {
      refuse(`the dtype of ${name} must be float32, int32 or bool`, received(dtype));
    }
    if (!Array.isArray(shape) || !shape.every(isSize)) requireClosed(name, shape);
  }
  for (const { name, shape, order } of inputs) if (order) requireOrder(name, shape, order);
  for (const { name, shape, dtype, data } of constants) {
    if (!(data instanceof ARRAY_TYPE[dtype])) {
      refuse(`the data of the constant ${name} must be of class ${ARRAY_TYPE[dtype].name}`, received(data));
    }
    if (data.length !== sizeOf(shape)) {
      refuse(`the constant ${name} must have ${sizeOf(shape)} values`, String(data.length));
    }
  }
}

const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;

function requireClosed(name: string, shape: unknown): never {
  const isOpen = Array.isArray(shape) && shape.some((size) => size === null || size === undefined || size === -1);
  const sizes = Array.isArray(shape) ? `[${shape.map(String).join(', ')}]` : received(shape);
  const rule = `the shape of ${name} must be a list of whole numbers from 0 on`;
  refuse(rule, isOpen ? `${sizes}; traceAnyBatch leaves the batch open` : sizes);
}

/** @throws TraceError unless `order` has each axis of `shape` once */
export function requireOrder(name: string, shape: readonly number[], order: readonly number[]): void {
  if (
    sameList(
      order.toSorted((a, b) => a - b),
      identityOrder(shape.length),
    )
  )
    return;
  refuse(`the order of ${name} must be the numbers from 0 to ${shape.length - 1}`, `[${order}]`);
}

/** What was given in place of tensors and their specs, in short. */
export function received(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object';
  if (value === '') return 'none';
  return typeof value === 'function' ? 'a function' : String(value);
}

function refuse(rule: string, received: string): never {
  throw new TraceError(`Cannot trace: ${rule}, received ${received}.`);
}
