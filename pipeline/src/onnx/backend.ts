/**
 * A tfjs backend that computes nothing: each kernel appends ONNX nodes to a graph and returns a tensor that has a shape and no data.
 *
 * Only values that were written from JavaScript (constants) can be read. Kernels whose inputs are all constants are computed on
 * tfjs' cpu backend at once, so constants fold with tfjs' own arithmetic.
 */
import * as tf from '@tensorflow/tfjs';
import { ARRAY_TYPE, type ConstantData, type DType, type GraphBuilder, sizeOf } from './graph.ts';
import { kernels } from './kernels/index.ts';
import type { KernelAttributes } from './kernels/row.ts';
import { expandData, identityOrder, inOrder, plain, type Value } from './layout.ts';

export const BACKEND = 'onnx-trace';

type TypedArray = Float32Array | Int32Array | Uint8Array;

export class TraceBackend extends tf.KernelBackend {
  private values = new WeakMap<object, Value>();
  private live = 0;
  private builder: GraphBuilder | undefined;

  /** Records into `builder` from now on; undefined ends the trace. */
  record(builder: GraphBuilder | undefined): void {
    if (builder && this.builder) throw new Error('Cannot trace: another trace is running.');
    this.builder = builder;
    this.values = new WeakMap();
  }

  get b(): GraphBuilder {
    if (!this.builder) throw new Error('The trace is over: its tensors can no longer be used.');
    return this.builder;
  }

  /** A tensor for a value of the graph. */
  tensorOf(value: Value): tf.TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    this.live++;
    return { dataId, shape: [...value.shape], dtype: value.dtype as 'float32' };
  }

  lookup(info: tf.TensorInfo): Value {
    const value = this.values.get(info.dataId);
    if (value) return value;
    // A tensor of another backend that the function closes over: a constant, copied once a trace.
    const source = tf.engine().state.tensorInfo.get(info.dataId)?.backend;
    if (!source || source === this) throw new Error('Cannot trace: a tensor of an earlier trace was used.');
    const constant = constantValue(this.b, source.readSync(info.dataId) as TypedArray, info.shape, info.dtype as DType);
    this.values.set(info.dataId, constant);
    return constant;
  }

  override write(data: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new Error(`Cannot trace a ${dtype} tensor: its dtype must be float32, int32 or bool.`);
    }
    return this.tensorOf(constantValue(this.b, data as TypedArray, shape, dtype)).dataId;
  }

  /** The data of a constant in logical order, or undefined for a value that is computed. */
  constantOf(value: Value): ConstantData | undefined {
    if (!this.b.graph.constants.has(value.name)) return undefined;
    const { name, dims } = inOrder(this.b, value, identityOrder(value.shape.length));
    return expandData(this.b.graph.constants.get(name)!.data, dims, value.shape);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const value = this.values.get(dataId);
    if (!value) throw new Error('Cannot read a traced tensor: its trace is over.');
    const data = this.constantOf(value);
    if (!data) {
      throw new Error(
        'Cannot read a traced tensor: tracing records what would be computed, so there is no value yet. ' +
          'Keep dataSync, array and print out of the traced function, and branch on shapes or on constants only.',
      );
    }
    return data as TypedArray;
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(): boolean {
    this.live--;
    return true;
  }

  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override numDataIds(): number {
    return this.live;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override dispose(): void {}
}

/** A constant, stored as one element where all its elements are equal. */
function constantValue(b: GraphBuilder, data: TypedArray | number[], shape: readonly number[], dtype: DType): Value {
  const Type = ARRAY_TYPE[dtype as keyof typeof ARRAY_TYPE];
  const typed: ConstantData = data instanceof Type ? data : Type.from(data as ArrayLike<number>);
  const value = plain('', dtype, shape);
  const equal = typed.length > 1 && typed.every((element) => Object.is(element, typed[0]));
  const dims = equal ? shape.map(() => 1) : shape;
  return { ...value, dims, name: b.constant(equal ? typed.slice(0, 1) : typed, dims, dtype) };
}

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
  for (const kernelName of Object.keys(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => runRow(backend, kernelName, inputs, (attrs ?? {}) as KernelAttributes),
    });
  }
  const fill = (kernelName: string, run: (inputs: tf.NamedTensorInfoMap, attrs: KernelAttributes) => tf.TensorInfo) =>
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => run(inputs, (attrs ?? {}) as KernelAttributes),
    });
  // Kernels without inputs give constants.
  fill('Range', (_, attrs) => fold(backend, 'Range', {}, attrs) as tf.TensorInfo);
  fill('LinSpace', (_, attrs) => fold(backend, 'LinSpace', {}, attrs) as tf.TensorInfo);
  fill('Fill', (_, { shape, value, dtype }) => runFill(backend, shape, dtype ?? 'float32', value));
  fill('ZerosLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 0));
  fill('OnesLike', ({ x }) => runFill(backend, x!.shape, x!.dtype as DType, 1));
  registered = backend;
  return backend;
}
