/**
 * Runs a tfjs function twice, eagerly on tfjs' cpu backend and traced on onnxruntime, and compares: dtypes, shapes and
 * values. Inputs are seeded, so that failures are reproducible.
 */
import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '#tracer/graph/graph.ts';
import { encodeModel } from '#tracer/graph/protobuf.ts';
import type { TensorSpec } from '#tracer/graph/specs.ts';
import { type TraceOptions, trace } from '#tracer/tracing/trace.ts';
import { expectClose } from '../compare.ts';

export type Data = Float32Array | Int32Array | Uint8Array;
export type Tensors = Record<string, tf.Tensor>;
export type TracedFunction = (tensors: Tensors) => Tensors;

export interface Input extends TensorSpec {
  data: Data;
}

export interface Result {
  dtype: string;
  shape: readonly number[];
  data: ArrayLike<number>;
}

export interface Tolerance {
  absolute?: number;
  relative?: number;
}

/** Uniform numbers in [0, 1) from a seed (mulberry32): enough for test inputs. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Values in [low, high) for floats, in low..high for integers, and coin flips for bools. */
export function randomData(
  next: () => number,
  shape: readonly number[],
  dtype: TensorSpec['dtype'],
  [low, high]: readonly [number, number] = [-2, 2],
): Data {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (dtype === 'float32') return Float32Array.from({ length: size }, () => low + (high - low) * next());
  if (dtype === 'bool') return Uint8Array.from({ length: size }, () => (next() < 0.5 ? 0 : 1));
  return Int32Array.from({ length: size }, () => low + Math.floor((high - low + 1) * next()));
}

/** A float32 input of random values. */
export const randomInput = (
  next: () => number,
  name: string,
  shape: readonly number[],
  range?: readonly [number, number],
): Input => ({ name, shape, dtype: 'float32', data: randomData(next, shape, 'float32', range) });

/** What is added before and behind each axis. */
export const pads = (...axes: [before: number, behind: number][]) => axes;

export const asTensor = ({ data, shape, dtype }: Input): tf.Tensor => tf.tensor(data, [...shape], dtype);

/** `fn` on tfjs' cpu backend. */
export function runEager(fn: TracedFunction, inputs: readonly Input[]): Record<string, Result> {
  tf.setBackend('cpu');
  const results: Record<string, Result> = {};
  tf.tidy(() => {
    const outputs = fn(Object.fromEntries(inputs.map((input) => [input.name, asTensor(input)])));
    for (const [name, tensor] of Object.entries(outputs)) {
      results[name] = { dtype: tensor.dtype, shape: tensor.shape, data: tensor.dataSync() };
    }
  });
  return results;
}

/** Runs a graph on onnxruntime's CPU provider, which stays silent about `expected` errors. */
export async function runGraph(
  graph: Graph,
  inputs: readonly Input[],
  { expected = false } = {},
): Promise<Record<string, Result>> {
  const logSeverityLevel = expected ? 4 : 3;
  const session = await InferenceSession.create(encodeModel(graph), { logSeverityLevel, intraOpNumThreads: 1 });
  try {
    const wanted = inputs.filter(({ name }) => session.inputNames.includes(name));
    const feeds = wanted.map(({ name, dtype, data, shape }) => [name, new Tensor(dtype, data as never, [...shape])]);
    const outputs = await session.run(Object.fromEntries(feeds));
    const results = Object.entries(outputs).map(([name, { type, dims, data }]) => {
      return [name, { dtype: type, shape: dims, data: data as unknown as ArrayLike<number> }] as const;
    });
    return Object.fromEntries(results);
  } finally {
    await session.release();
  }
}

/** Traces `fn`, runs both and compares. Returns the graph, for further checks. */
export async function expectTraced(
  fn: TracedFunction,
  inputs: readonly Input[],
  { absolute = 1e-5, relative = 1e-5 }: Tolerance = {},
  options: TraceOptions = {},
): Promise<Graph> {
  const graph = trace(fn, inputs, options);
  const expected = runEager(fn, inputs);
  expectSame(await runGraph(graph, inputs), expected, { absolute, relative });
  return graph;
}

export function expectSame(
  actual: Record<string, Result>,
  expected: Record<string, Result>,
  { absolute = 1e-5, relative = 1e-5 }: Tolerance = {},
): void {
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    const found = actual[name];
    if (!found) throw new Error(`the graph has no output ${name}`);
    if (found.dtype !== dtype || String(found.shape) !== String(shape)) {
      throw new Error(`${name} is ${found.dtype}[${found.shape}], expected ${dtype}[${shape}]`);
    }
    const exact = dtype !== 'float32';
    expectClose(found.data, data, { absolute: exact ? 0 : absolute, relative: exact ? 0 : relative, what: name });
  }
}
