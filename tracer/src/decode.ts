/**
 * Reads the part of an ONNX file that holds a network's weights: its nodes and initializers. The counterpart of
 * `encodeModel`. Limits: initializers must be in the file itself, as float32, int32 or int64.
 */
import onnxProto from 'onnx-proto';
import { ARRAY_TYPE, type Constant, type DType, type Node } from './graph.ts';

const { onnx } = onnxProto;

export interface DecodedGraph {
  nodes: Pick<Node, 'name' | 'op' | 'inputs' | 'outputs'>[];
  constants: Map<string, Constant>;
  outputs: string[];
}

const DTYPE: Readonly<Record<number, DType>> = { 1: 'float32', 6: 'int32', 7: 'int64', 9: 'bool' };

/**
 * @param bytes a `.onnx` file
 * @throws Error when they are not one, or hold an initializer of another kind.
 */
export function decodeModel(bytes: Uint8Array): DecodedGraph {
  const { graph } = onnx.ModelProto.decode(bytes);
  if (!graph) throw new Error('it holds no graph');
  return {
    nodes: (graph.node ?? []).map(({ name, opType, input, output }) => {
      return { name: name ?? '', op: opType ?? '', inputs: input ?? [], outputs: output ?? [] };
    }),
    constants: new Map((graph.initializer ?? []).map((tensor) => [tensor.name!, constantOf(tensor)])),
    outputs: (graph.output ?? []).map(({ name }) => name!),
  };
}

function constantOf({ name, dims, dataType, rawData }: onnxProto.onnx.ITensorProto): Constant {
  const dtype = DTYPE[dataType ?? 0];
  if (!dtype || !rawData) throw new Error(`its initializer ${name} must hold raw values of a known type`);
  const type = dtype === 'int64' ? BigInt64Array : ARRAY_TYPE[dtype];
  // A copy: the bytes in the file need not be aligned.
  const data = new type(Uint8Array.from(rawData).buffer);
  return { dtype, dims: (dims ?? []).map(Number), data };
}
