/**
 * Reads an ONNX file into plain data. The counterpart of `encodeModel`. Limits: initializers must be in the file itself, of
 * a dtype that a graph can hold, and attributes of the kinds that `encodeModel` writes, without graphs.
 */
import onnxProto from 'onnx-proto';
import {
  ARRAY_TYPE,
  type Attribute,
  type Constant,
  type Domain,
  type DType,
  type FileGraph,
  type Port,
  sizeOf,
} from './graph.ts';
import { DATA_TYPE } from './protobuf.ts';

const { onnx } = onnxProto;

/** A file does not hold what is asked of it; the message says why, as the end of a sentence. */
export class NotRecovered extends Error {
  override readonly name = 'NotRecovered';
}

/** A graph out of a file, with the file's key-value pairs. Its types of values between nodes are not in the file. */
export interface DecodedGraph extends FileGraph {
  metadata: Record<string, string>;
  /** Of ONNX's own operators. */
  opset: number;
}

const DTYPE: Readonly<Record<number, DType>> = Object.fromEntries(
  Object.entries(DATA_TYPE).map(([dtype, code]) => [code, dtype as DType]),
);

/** Where a tensor's values are that are not raw bytes: by its number of a type. */
const TYPED: Readonly<Record<number, 'floatData' | 'int32Data' | 'int64Data' | 'doubleData'>> = {
  ...Object.fromEntries([2, 3, 6, 9, 10].map((code) => [code, 'int32Data' as const])),
  1: 'floatData',
  7: 'int64Data',
  11: 'doubleData',
};

const ARRAYS = {
  ...ARRAY_TYPE,
  int64: BigInt64Array,
  float64: Float64Array,
  float16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
} as const;

/**
 * @param bytes a `.onnx` file
 * @throws NotRecovered when they are not one, or hold an input, an initializer or an attribute of another kind.
 */
export function decodeModel(bytes: Uint8Array): DecodedGraph {
  const { graph, metadataProps, opsetImport } = parse(bytes);
  if (!graph) throw new NotRecovered('it holds no graph');
  return {
    name: graph.name ?? '',
    ...(graph.docString && { doc: graph.docString }),
    inputs: (graph.input ?? []).map(portOf),
    outputs: (graph.output ?? []).map(portOf),
    nodes: (graph.node ?? []).map(({ name, opType, domain, input, output, attribute }) => {
      const attributes = Object.fromEntries((attribute ?? []).map((each) => [each.name!, attributeOf(each)]));
      return {
        name: name ?? '',
        op: opType ?? '',
        domain: (domain ?? '') as Domain,
        inputs: input ?? [],
        outputs: output ?? [],
        attributes,
      };
    }),
    constants: new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, constantOf(tensor)])),
    metadata: Object.fromEntries((metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
    opset: Number((opsetImport ?? []).find(({ domain }) => !domain)?.version ?? 0),
  };
}

function portOf({ name, type, docString }: onnxProto.onnx.IValueInfoProto): Port {
  const dtype = DTYPE[type?.tensorType?.elemType ?? 0];
  if (!dtype) throw new NotRecovered(`its input or output ${name} must be a tensor of a known type`);
  const dims = (type?.tensorType?.shape?.dim ?? []).map(({ dimParam, dimValue }) => dimParam || Number(dimValue ?? 0));
  return { name: name ?? '', dtype, dims, ...(docString && { doc: docString }) };
}

function parse(bytes: Uint8Array): onnxProto.onnx.IModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new NotRecovered(`it is not an ONNX file (${(error as Error).message})`, { cause: error });
  }
}

function attributeOf({ name, type, i, ints, f, floats, s, t }: onnxProto.onnx.IAttributeProto): Attribute {
  const { AttributeType } = onnx.AttributeProto;
  if (type === AttributeType.INT) return { int: Number(i) };
  if (type === AttributeType.INTS) return { ints: (ints ?? []).map(Number) };
  if (type === AttributeType.FLOAT) return { float: f ?? 0 };
  if (type === AttributeType.FLOATS) return { floats: floats ?? [] };
  if (type === AttributeType.TENSOR && t) return { tensor: constantOf({ ...t, name: name ?? '' }) };
  if (type === AttributeType.STRING) return { string: new TextDecoder().decode(s ?? undefined) };
  throw new NotRecovered(`its attribute ${name} must be a number, numbers, text or a tensor`);
}

function constantOf({ name, dims, dataType, rawData, dataLocation, ...typed }: onnxProto.onnx.ITensorProto): Constant {
  const code = dataType ?? 0;
  const dtype = DTYPE[code];
  if (!dtype || dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) {
    throw new NotRecovered(`its initializer ${name} must hold values of a known type, in the file itself`);
  }
  const type = ARRAYS[dtype];
  const sides = (dims ?? []).map(Number);
  const size = sizeOf(sides);
  if (!rawData?.length && size > 0) {
    const values: readonly unknown[] = typed[TYPED[code]!] ?? [];
    if (values.length !== size) {
      throw new NotRecovered(`its initializer ${name} must hold ${size} values, received ${values.length}`);
    }
    const data =
      dtype === 'int64'
        ? BigInt64Array.from(values, (value) => BigInt(String(value)))
        : (type as Uint8ArrayConstructor).from(values as number[]);
    return { dtype, dims: sides, data };
  }
  const bytes = rawData ?? new Uint8Array(0);
  if (bytes.length !== size * type.BYTES_PER_ELEMENT) {
    const wanted = size * type.BYTES_PER_ELEMENT;
    throw new NotRecovered(`its initializer ${name} must hold ${wanted} bytes, received ${bytes.length}`);
  }
  // A copy: the bytes in the file need not be aligned.
  const data = new type(Uint8Array.from(bytes).buffer);
  return { dtype, dims: sides, data };
}
