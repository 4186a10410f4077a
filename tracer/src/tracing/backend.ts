/**
 * A tfjs backend that computes nothing: each kernel appends ONNX nodes to a graph and returns a tensor that has a shape
 * and no data.
 *
 * Only values that were written from JavaScript (constants) can be read. Kernels whose inputs are all constants are
 * computed on tfjs' cpu backend at once, so constants fold with tfjs' own arithmetic.
 */

import * as tf from '@tensorflow/tfjs';
import { ARRAY_TYPE, type ConstantData, type DType, type GraphBuilder, sizeOf } from '../graph/graph.ts';
import { expandData, identityOrder, inOrder, plain, type Value } from '../graph/layout.ts';
import { currentPart } from '../graph/part.ts';
import { TraceError } from '../graph/trace-error.ts';
import { COMPLEX, TEXT } from '../kernels/tensors/refused.ts';

type TensorDType = keyof typeof ARRAY_TYPE;
type TypedArray = Float32Array | Int32Array | Uint8Array;

/** Data that came from JavaScript, the tfjs operator that was called for it, and the part of the model. */
export interface Written {
  data: ConstantData;
  op: string | undefined;
  part: string | undefined;
}

export class TraceBackend extends tf.KernelBackend {
  private values = new WeakMap<object, Value>();
  /** How many tensors share a value, by its data id. */
  private readonly references = new Map<object, number>();
  private builder: GraphBuilder | undefined;
  private constants: Written[] = [];
  /** Names for tensors that the function closes over, by their data ids. */
  private names = new Map<object, string>();

  /** Records into `builder` from now on, and names what the function closes over; undefined ends the trace. */
  record(builder: GraphBuilder | undefined, weights: ReadonlyMap<string, tf.Tensor> = new Map()): void {
    if (builder && this.builder) throw new TraceError('Cannot trace: another trace is running.');
    this.builder = builder;
    this.values = new WeakMap();
    this.constants = [];
    this.names = new Map([...weights].map(([name, { dataId }]) => [dataId, name]));
  }

  /** What JavaScript gave since the recording began, in order. */
  get written(): readonly Written[] {
    return this.constants;
  }

  get b(): GraphBuilder {
    if (!this.builder) throw new TraceError('The trace is over: its tensors can no longer be used.');
    return this.builder;
  }

  /** Another tensor of the same data. */
  share({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    this.incRef(dataId);
    return { dataId, shape: [...shape], dtype };
  }

  /** A tensor for a value of the graph. One without elements is a constant, whatever it was made from. */
  tensorOf(made: Value): tf.TensorInfo {
    const value = sizeOf(made.shape) > 0 ? made : emptyValue(this.b, made);
    const dataId = {};
    this.values.set(dataId, value);
    this.references.set(dataId, 1);
    return { dataId, shape: [...value.shape], dtype: value.dtype as 'float32' };
  }

  lookup(info: tf.TensorInfo): Value {
    const value = this.values.get(info.dataId);
    if (value) return value;
    // A tensor of another backend that the function closes over: a constant, copied once per trace.
    const source = tf.engine().state.tensorInfo.get(info.dataId)?.backend;
    if (!source || source === this) throw new TraceError('Cannot trace: a tensor of an earlier trace was used.');
    const dtype = traceable(info.dtype);
    const data = dataOf(source.readSync(info.dataId) as TypedArray, dtype);
    const constant = constantValue(this.b, data, info.shape, dtype, this.names.get(info.dataId));
    this.values.set(info.dataId, constant);
    return constant;
  }

  override write(data: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    const written = dataOf(data as TypedArray, traceable(dtype));
    this.constants.push({ data: written, op: outermostOp(), part: currentPart() });
    return this.tensorOf(this.constant(written, shape, traceable(dtype))).dataId;
  }

  /** A value for data that came from JavaScript. */
  protected constant(data: ConstantData, shape: readonly number[], dtype: DType): Value {
    return constantValue(this.b, data, shape, dtype);
  }

  /** The data of a constant in logical order, or undefined for a value that is computed. */
  constantOf(value: Value): ConstantData | undefined {
    if (!this.b.graph.constants.has(value.name)) return undefined;
    const { name, dims } = inOrder(this.b, value, identityOrder(value.shape.length));
    return expandData(this.b.graph.constants.get(name)!.data, dims, value.shape);
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const value = this.values.get(dataId);
    if (!value) throw new TraceError('Cannot read a traced tensor: its trace is over.');
    const data = this.constantOf(value);
    if (!data) {
      throw new TraceError(
        'Cannot read a traced tensor: tracing records what would be computed, so there is no value yet. ' +
          'Keep dataSync, array and print out of the traced function, and branch on shapes or on constants only.',
      ).locate();
    }
    return data as TypedArray;
  }

  override async read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    const left = this.refCount(dataId) - 1;
    if (left > 0) this.references.set(dataId, left);
    if (left > 0 && !force) return false;
    this.references.delete(dataId);
    return true;
  }

  override incRef(dataId: object): void {
    this.references.set(dataId, this.refCount(dataId) + 1);
  }
  override refCount(dataId: object): number {
    return this.references.get(dataId) ?? 0;
  }
  override numDataIds(): number {
    return this.references.size;
  }
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }
  override dispose(): void {}
}

const OP_SCOPE = '__op';

/** The operator that the traced function called, of those that are running. */
const outermostOp = (): string | undefined =>
  tf
    .engine()
    .state.scopeStack.find(({ name }) => name.endsWith(OP_SCOPE))
    ?.name.slice(0, -OP_SCOPE.length);

/** `dtype`, if the tracer has it. */
export function traceable(dtype: string): TensorDType {
  if (dtype in ARRAY_TYPE) return dtype as TensorDType;
  const op = outermostOp();
  const where = op === undefined ? '' : ` in ${op}`;
  const { instead } = dtype === 'string' ? TEXT : COMPLEX;
  throw new TraceError(
    `Cannot trace a ${dtype} tensor${where}: its dtype must be float32, int32 or bool; ${instead}.`,
  ).locate();
}

function dataOf(data: TypedArray | number[], dtype: TensorDType): ConstantData {
  const Type = ARRAY_TYPE[dtype];
  return data instanceof Type ? data : Type.from(data as ArrayLike<number>);
}

/** A constant, stored as one element where all its elements are equal. */
function constantValue(
  b: GraphBuilder,
  data: ConstantData,
  shape: readonly number[],
  dtype: DType,
  name?: string,
): Value {
  const value = plain('', dtype, shape);
  const equal = data.length > 1 && data.every((element: number | bigint) => Object.is(element, data[0]));
  const dims = equal ? shape.map(() => 1) : shape;
  return { ...value, dims, name: b.constant(equal ? (data.slice(0, 1) as ConstantData) : data, dims, dtype, name) };
}

const emptyValue = (b: GraphBuilder, { shape, dtype }: Value): Value =>
  constantValue(b, new ARRAY_TYPE[traceable(dtype)](0), shape, dtype);
