/**
 * The tracer's backend and its kernels as tfjs knows them: a kernel whose inputs are all constants is computed on tfjs'
 * cpu backend at once, the others are lowered by their rows.
 */

import * as tf from '@tensorflow/tfjs';
import { countFold } from '../graph/folds.ts';
import { ARRAY_TYPE, type DType, sizeOf } from '../graph/graph.ts';
import { identityOrder } from '../graph/layout.ts';
import { TraceError } from '../graph/trace-error.ts';
import { kernels } from '../kernels/index.ts';
import { type Refusal, refused } from '../kernels/tensors/refused.ts';
import type { KernelAttributes } from '../kernels/tensors/row.ts';
import { TraceBackend, traceable } from './backend.ts';

export const BACKEND = 'onnx-trace';

/** Kernels that only relabel or name a constant are not worth computing. */
const RELABELS = new Set(['Transpose', 'Reshape', 'Identity', 'ExpandDims', 'Tile']);
const LARGEST_FOLD = 1 << 24;

/** A kernel's inputs, without the optional ones that were left out. */
const given = (inputs: tf.NamedTensorInfoMap): [string, tf.TensorInfo][] =>
  Object.entries(inputs as Record<string, tf.TensorInfo | undefined>).filter(
    (entry): entry is [string, tf.TensorInfo] => entry[1] !== undefined && entry[1] !== null,
  );

/** What tfjs' cpu backend computes wrongly, or never: not to be folded with it. */
const MISCOMPUTED: Record<string, (inputs: tf.NamedTensorInfoMap, attrs: KernelAttributes) => boolean> = {
  MaxPool3DGrad: (_, { filterSize }) => {
    const [depth, height = depth, width = depth] = [filterSize].flat() as number[];
    return height !== width;
  },
  ResizeBilinearGrad: ({ images }, { halfPixelCenters }) => halfPixelCenters || images!.shape[1] !== images!.shape[2],
  ResizeNearestNeighborGrad: ({ images }, { halfPixelCenters }) => {
    const [batch, height, width] = images!.shape as [number, number, number];
    return halfPixelCenters || batch > 1 || height === 1 || width === 1;
  },
  Transform: ({ image }) => image!.shape[0]! > 1,
};

function foldable(backend: TraceBackend, name: string, inputs: readonly tf.TensorInfo[]): boolean {
  const sizes = inputs.map(({ shape }) => sizeOf(shape));
  if (inputs.length === 0 || (RELABELS.has(name) && !sizes.includes(0))) return false;
  return inputs.every((info, i) => sizes[i]! <= LARGEST_FOLD && backend.constantOf(backend.lookup(info)) !== undefined);
}

/** Runs the cpu backend's kernel of the same name on constants. */
function fold(
  backend: TraceBackend,
  name: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: KernelAttributes,
): tf.TensorInfo | tf.TensorInfo[] {
  const cpu = tf.engine().findBackend('cpu') as tf.KernelBackend & {
    makeTensorInfo(shape: number[], dtype: string, values: unknown): tf.TensorInfo;
  };
  const entries = given(inputs).map(([key, info]) => {
    // A copy: tfjs' tensorScatterUpdate writes into the tensor that it is given.
    const data = backend.constantOf(backend.lookup(info))!.slice();
    const made = cpu.makeTensorInfo(info.shape, info.dtype, data);
    // Some kernels ask for the rank, too.
    return [key, Object.assign(made, { rank: info.shape.length })] as const;
  });
  const named = Array.isArray(inputs) ? entries.map(([, info]) => info) : Object.fromEntries(entries);
  const convert = (info: tf.TensorInfo) => {
    const data = cpu.readSync(info.dataId);
    cpu.disposeData(info.dataId);
    return { dataId: backend.write(data, info.shape, info.dtype), shape: info.shape, dtype: info.dtype };
  };
  try {
    const kernel = tf.getKernel(name, 'cpu');
    const outputs = kernel.kernelFunc({ inputs: named as tf.NamedTensorInfoMap, attrs, backend: cpu });
    countFold(backend.b.graph, 'compute an operation on constants');
    return Array.isArray(outputs) ? outputs.map(convert) : convert(outputs);
  } finally {
    for (const [, info] of entries) cpu.disposeData(info.dataId);
  }
}

function runKernel(backend: TraceBackend, name: string, inputs: tf.NamedTensorInfoMap, attrs: KernelAttributes) {
  const infos = given(inputs);
  const tensors = infos.map(([, info]) => info);
  // Ragged tensors come as lists.
  if (tensors.some(Array.isArray)) throw missing(name);
  const right = !MISCOMPUTED[name]?.(inputs, attrs);
  if (right && foldable(backend, name, tensors)) return fold(backend, name, inputs, attrs);
  if (name === 'Identity' && backend.refCount(tensors[0]!.dataId) > 0) return backend.share(tensors[0]!);
  const row = kernels[name];
  if (!row) throw missing(name);
  const outputs = row(backend.b, Object.fromEntries(infos.map(([key, info]) => [key, backend.lookup(info)])), attrs);
  return Array.isArray(outputs) ? outputs.map((output) => backend.tensorOf(output)) : backend.tensorOf(outputs);
}

const NO_ROW: Refusal = {
  why: 'it has no row in tracer/src/kernels',
  instead: 'add one (row.ts says how), or write the function with other operators',
};

function missing(kernel: string): TraceError {
  const { why, instead } = refused[kernel] ?? NO_ROW;
  return new TraceError(`Cannot trace the tfjs kernel ${kernel}: ${why}; ${instead}.`);
}

/** Has an error say which kernel it is of, and which line of the function asked for it. */
function named<T>(kernel: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TraceError) error.locate().kernel ??= kernel;
    throw error;
  }
}

/** Fills: constants by nature. */
function runFill(backend: TraceBackend, shape: number[], dtype: DType, value: number): tf.TensorInfo {
  const dims = shape.map(() => 1);
  const Type = ARRAY_TYPE[traceable(dtype)];
  const name = backend.b.constant(Type.of(value), dims, dtype);
  return backend.tensorOf({ name, dtype, shape, order: identityOrder(shape.length), dims });
}

let registered: TraceBackend | undefined;

/** The backend, registered with tfjs on first use. */
export function traceBackend(): TraceBackend {
  if (registered) return registered;
  // Without this the cpu backend, which folds constants, prints advice to install another one.
  tf.enableProdMode();
  const backend = new TraceBackend();
  tf.registerBackend(BACKEND, () => backend, 0);
  registerKernels(BACKEND, backend);
  registered = backend;
  return backend;
}

/** Registers all kernels for a backend that records. */
export function registerKernels(backendName: string, backend: TraceBackend): void {
  const register = (
    kernelName: string,
    run: (inputs: tf.NamedTensorInfoMap, attrs: KernelAttributes) => tf.TensorInfo | tf.TensorInfo[],
  ) =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => named(kernelName, () => run(inputs, (attrs ?? {}) as KernelAttributes)),
    });
  // Kernels without inputs give constants.
  register('Range', (_, attrs) => fold(backend, 'Range', {}, attrs));
  register('LinSpace', (_, attrs) => fold(backend, 'LinSpace', {}, attrs));
  register('Fill', (_, { shape, value, dtype }) => runFill(backend, shape, dtype ?? tf.util.inferDtype(value), value));
  register('ZerosLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 0));
  register('OnesLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 1));
  const known = new Set(['Range', 'LinSpace', 'Fill', 'ZerosLike', 'OnesLike']);
  const names = [...Object.keys(kernels), ...tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName)];
  for (const name of names) {
    if (!known.has(name)) register(name, (inputs, attrs) => runKernel(backend, name, inputs, attrs));
    known.add(name);
  }
}
