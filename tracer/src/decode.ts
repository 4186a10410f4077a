/**
 * Reads the part of an ONNX file that holds a network's weights: its nodes and initializers. The counterpart of
 * `encodeModel`. Limits: initializers must be in the file itself, as float32, int32, int64 or bool, and attributes of the
 * kinds that `encodeModel` writes.
 */
import onnxProto from 'onnx-proto';
import { ARRAY_TYPE, type Attribute, type Constant, type DType, type Node, sizeOf } from './graph.ts';

const { onnx } = onnxProto;

/** A file does not hold what is asked of it; the message says why, as the end of a sentence. */
export class NotRecovered extends Error {
  override readonly name = 'NotRecovered';
}

export interface DecodedGraph {
  nodes: Pick<Node, 'name' | 'op' | 'inputs' | 'outputs' | 'attributes'>[];
  constants: Map<string, Constant>;
  outputs: string[];
}

const DTYPE: Readonly<Record<number, DType>> = { 1: 'float32', 6: 'int32', 7: 'int64', 9: 'bool' };

/**
 * @param bytes a `.onnx` file
 * @throws NotRecovered when they are not one, or hold an initializer or an attribute of another kind.
 */
export function decodeModel(bytes: Uint8Array): DecodedGraph {
  const { graph } = parse(bytes);
  if (!graph) throw new NotRecovered('it holds no graph');
  return {
    nodes: (graph.node ?? []).map(({ name, opType, input, output, attribute }) => {
      const attributes = Object.fromEntries((attribute ?? []).map((each) => [each.name!, attributeOf(each)]));
      return { name: name ?? '', op: opType ?? '', inputs: input ?? [], outputs: output ?? [], attributes };
    }),
    constants: new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, constantOf(tensor)])),
    outputs: (graph.output ?? []).map(({ name }) => name!),
  };
}

function parse(bytes: Uint8Array): onnxProto.onnx.IModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (error) {
    throw new NotRecovered(`it is not an ONNX file (${(error as Error).message})`, { cause: error });
  }
}

function attributeOf({ name, type, i, ints, f, s }: onnxProto.onnx.IAttributeProto): Attribute {
  const { AttributeType } = onnx.AttributeProto;
  if (type === AttributeType.INT) return { int: Number(i) };
  if (type === AttributeType.INTS) return { ints: (ints ?? []).map(Number) };
  if (type === AttributeType.FLOAT) return { float: f ?? 0 };
  if (type === AttributeType.STRING) return { string: new TextDecoder().decode(s ?? undefined) };
  throw new NotRecovered(`its attribute ${name} must be a number, integers or text`);
}

function constantOf({ name, dims, dataType, rawData }: onnxProto.onnx.ITensorProto): Constant {
  const dtype = DTYPE[dataType ?? 0];
  if (!dtype || !rawData) throw new NotRecovered(`its initializer ${name} must hold raw values of a known type`);
  const type = dtype === 'int64' ? BigInt64Array : ARRAY_TYPE[dtype];
  const sides = (dims ?? []).map(Number);
  const size = sizeOf(sides) * type.BYTES_PER_ELEMENT;
  if (rawData.length !== size) {
    throw new NotRecovered(`its initializer ${name} must hold ${size} bytes, received ${rawData.length}`);
  }
  // A copy: the bytes in the file need not be aligned.
  const data = new type(Uint8Array.from(rawData).buffer);
  return { dtype, dims: sides, data };
}
