/**
 * The tracer's backend and its kernels as tfjs knows them: a kernel whose inputs are all constants is computed on tfjs' cpu backend
 * at once, the others are lowered by their rows.
 */
import * as tf from '@tensorflow/tfjs';
import { TraceBackend } from './backend.ts';
import { ARRAY_TYPE, type DType, sizeOf } from './graph.ts';
import { kernels } from './kernels/index.ts';
import type { KernelAttributes } from './kernels/row.ts';
import { identityOrder } from './layout.ts';

export const BACKEND = 'onnx-trace';

/** Kernels that only relabel or name a constant are not worth computing. */
const RELABELS = new Set(['Transpose', 'Reshape', 'Identity', 'ExpandDims', 'Tile']);
const LARGEST_FOLD = 1 << 24;

/** A kernel's inputs, without the optional ones that were left out. */
const given = (inputs: tf.NamedTensorInfoMap): [string, tf.TensorInfo][] =>
  Object.entries(inputs as Record<string, tf.TensorInfo | undefined>).filter(
    (entry): entry is [string, tf.TensorInfo] => entry[1] !== undefined && entry[1] !== null,
  );

function foldable(backend: TraceBackend, name: string, inputs: tf.TensorInfo[]): boolean {
  if (RELABELS.has(name) || inputs.length === 0) return false;
  return inputs.every(
    (info) => sizeOf(info.shape) <= LARGEST_FOLD && backend.constantOf(backend.lookup(info)) !== undefined,
  );
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
    return [key, cpu.makeTensorInfo(info.shape, info.dtype, backend.constantOf(backend.lookup(info)))] as const;
  });
  const named = Array.isArray(inputs) ? entries.map(([, info]) => info) : Object.fromEntries(entries);
  const outputs = tf.getKernel(name, 'cpu').kernelFunc({ inputs: named as tf.NamedTensorInfoMap, attrs, backend: cpu });
  const convert = (info: tf.TensorInfo) => {
    const data = cpu.readSync(info.dataId);
    cpu.disposeData(info.dataId);
    return { dataId: backend.write(data, info.shape, info.dtype), shape: info.shape, dtype: info.dtype };
  };
  const converted = Array.isArray(outputs) ? outputs.map(convert) : convert(outputs);
  for (const [, info] of entries) cpu.disposeData(info.dataId);
  return converted;
}

function runRow(backend: TraceBackend, name: string, inputs: tf.NamedTensorInfoMap, attrs: KernelAttributes) {
  const infos = given(inputs);
  if (
    foldable(
      backend,
      name,
      infos.map(([, info]) => info),
    )
  )
    return fold(backend, name, inputs, attrs);
  const values = Object.fromEntries(infos.map(([key, info]) => [key, backend.lookup(info)]));
  const outputs = kernels[name]!(backend.b, values, attrs);
  return Array.isArray(outputs) ? outputs.map((output) => backend.tensorOf(output)) : backend.tensorOf(outputs);
}

/** Fills: constants by nature. */
function runFill(backend: TraceBackend, shape: number[], dtype: DType, value: number): tf.TensorInfo {
  const dims = shape.map(() => 1);
  const name = backend.b.constant(ARRAY_TYPE[dtype as keyof typeof ARRAY_TYPE].of(value), dims, dtype);
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
      kernelFunc: ({ inputs, attrs }) => run(inputs, (attrs ?? {}) as KernelAttributes),
    });
  for (const name of Object.keys(kernels)) register(name, (inputs, attrs) => runRow(backend, name, inputs, attrs));
  // Kernels without inputs give constants.
  register('Range', (_, attrs) => fold(backend, 'Range', {}, attrs));
  register('LinSpace', (_, attrs) => fold(backend, 'LinSpace', {}, attrs));
  register('Fill', (_, { shape, value, dtype }) => runFill(backend, shape, dtype ?? 'float32', value));
  register('ZerosLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 0));
  register('OnesLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 1));
}
