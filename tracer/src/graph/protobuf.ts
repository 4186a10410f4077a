/**
 * Writes a graph as an ONNX protobuf (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 * Limit: 2 GiB, protobuf's own.
 */
import onnxProto from 'onnx-proto';
import {
  type Attribute,
  bodiesOf,
  type Constant,
  type Domain,
  type DType,
  type FileGraph,
  type Port,
} from './graph.ts';

const { onnx } = onnxProto;

/** ONNX's numbers of types. */
export const DATA_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};
const IR_VERSION = 9;
/** The version of ONNX's operators that graphs are written for. */
export const OPSET = 18;

/**
 * Encodes a graph as an ONNX model: the bytes of a `.onnx` file, IR version 9, opset 18.
 *
 * @param graph its constants are copied into the bytes
 * @param metadata key-value pairs stored in the model (Netron shows them)
 */
export function encodeModel(graph: FileGraph, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const domains = new Set(domainsOf(graph));
  const opsetImport = [
    { domain: '', version: OPSET },
    ...[...domains].filter((domain) => domain !== '').map((domain) => ({ domain, version: 1 })),
  ];
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'onnoise',
    opsetImport,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: graphProto(graph),
  });
  return onnx.ModelProto.encode(model).finish();
}

function domainsOf({ nodes }: FileGraph): Domain[] {
  return nodes.flatMap(({ domain, attributes }) => [domain, ...bodiesOf(attributes).flatMap(domainsOf)]);
}

function graphProto(graph: FileGraph): onnxProto.onnx.IGraphProto {
  return {
    name: graph.name,
    ...(graph.doc !== undefined && { docString: graph.doc }),
    input: graph.inputs.map(valueInfo),
    output: graph.outputs.map(valueInfo),
    initializer: [...graph.constants].map(([name, constant]) => tensor(name, constant)),
    node: graph.nodes.map((node) => ({
      name: node.name,
      opType: node.op,
      domain: node.domain,
      input: node.inputs,
      output: node.outputs,
      attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
    })),
  };
}

function valueInfo({ name, dtype, dims, doc, sequence }: Port) {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  const one = { tensorType: { elemType: DATA_TYPE[dtype], shape: { dim } } };
  const type = sequence ? { sequenceType: { elemType: one } } : one;
  return { name, type, ...(doc !== undefined && { docString: doc }) };
}

function tensor(name: string, { dtype, dims, data }: Constant) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...dims], dataType: DATA_TYPE[dtype], rawData };
}

function attribute(name: string, value: Attribute): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if ('int' in value) return { name, type: AttributeType.INT, i: value.int };
  if ('ints' in value) return { name, type: AttributeType.INTS, ints: [...value.ints] };
  if ('graph' in value) return { name, type: AttributeType.GRAPH, g: graphProto(value.graph) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ('floats' in value) return { name, type: AttributeType.FLOATS, floats: [...value.floats] };
  if ('tensor' in value) return { name, type: AttributeType.TENSOR, t: tensor('', value.tensor) };
  return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value.string) };
}
