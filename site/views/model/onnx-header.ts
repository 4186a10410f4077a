/**
 * What an ONNX file says about itself: inputs, outputs, weights. It reads only those few kilobytes and skips the
 * weights, so that a file of any size takes a moment.
 *
 * Source: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; the encoding,
 * https://protobuf.dev/programming-guides/encoding. Limit: weights in `Constant` nodes are not counted.
 */
import { openWire, sniff, Truncated, WireError, type WireField } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { bytes } from './words.ts';

export interface OnnxPort {
  name: string;
  /** TensorProto.DataType: 1 is float32, 7 int64, 10 float16. */
  type: number;
  /** A name or -1 stands for a free dimension. */
  dims: (number | string)[];
}

export interface OnnxHeader {
  inputs: OnnxPort[];
  outputs: OnnxPort[];
  /** Count of numbers in the floating-point initializers, and in those of 8 bits. */
  weights: number;
  /** The weights lie in another file. */
  external: boolean;
}

/** float32, int8, float16, float64, bfloat16. */
const WEIGHT_TYPES = new Set([1, 3, 10, 11, 16]);

/** @param name of the file, for error messages. @throws InputError if it is cut short or not ONNX. */
export async function readOnnxHeader(file: Blob, name: string): Promise<OnnxHeader> {
  const refuse = (received: string): never => {
    throw new InputError(`Cannot load the model: ${name} must be an ONNX network, received ${received}.`);
  };
  const other = await sniff(file);
  if (other !== undefined) refuse(other);
  // Every writer begins with ir_version, field 1; otherwise the lengths found are meaningless.
  const begun = (await file.slice(0, 1).text()) === '\x08';
  try {
    const header = await read(file);
    return header ?? refuse('a file without a graph');
  } catch (error) {
    if (error instanceof Truncated && begun) {
      const there = `the first ${bytes(file.size)} of ${error.needs > file.size ? bytes(error.needs) : 'more'}`;
      return refuse(`${there}: it was cut short, copy or download it again`);
    }
    if (error instanceof WireError || error instanceof Truncated) return refuse('something else');
    throw error;
  }
}

async function read(file: Blob): Promise<OnnxHeader | undefined> {
  const wire = openWire(file);
  const header: OnnxHeader = { inputs: [], outputs: [], weights: 0, external: false };
  let graph: WireField | undefined;
  let opsets = 0;
  for await (const field of wire.fields(0, file.size)) {
    if (field.number === 7) graph = field;
    if (field.number === 8) opsets++;
  }
  if (graph && opsets === 0) throw new Truncated(file.size); // they follow the graph
  if (graph?.kind !== 'bytes') return undefined;
  // In old files, initialized graph inputs are weights too.
  const initialized = new Set<string>();
  for await (const field of wire.fields(graph.start, graph.end)) {
    if (field.number === 11) header.inputs.push(await readPort(field));
    if (field.number === 12) header.outputs.push(await readPort(field));
    if (field.number === 5) await readWeights(field);
  }
  header.inputs = header.inputs.filter((port) => !initialized.has(port.name));
  return header;

  /** TensorProto: 1 dims, 2 data_type, 8 name, 14 data_location. */
  async function readWeights(tensor: WireField): Promise<void> {
    let size = 1;
    let type = 0;
    for await (const field of wire.fields(tensor.start, tensor.end)) {
      if (field.number === 1) for (const dim of await wire.integers(field)) size *= dim;
      if (field.number === 2) type = field.value;
      if (field.number === 8) initialized.add(await wire.text(field));
      if (field.number === 14 && field.value === 1) header.external = true;
    }
    if (WEIGHT_TYPES.has(type)) header.weights += size;
  }

  /** ValueInfoProto: 1 name, 2 type, of which 1 tensor_type, of which 1 elem_type, 2 shape, of which 1 dim. */
  async function readPort(value: WireField): Promise<OnnxPort> {
    const port: OnnxPort = { name: '', type: 0, dims: [] };
    for await (const field of wire.fields(value.start, value.end)) {
      if (field.number === 1) port.name = await wire.text(field);
      if (field.number !== 2) continue;
      for await (const kind of wire.fields(field.start, field.end)) {
        if (kind.number !== 1) continue;
        for await (const part of wire.fields(kind.start, kind.end)) {
          if (part.number === 1) port.type = part.value;
          if (part.number === 2) port.dims = await readDims(part);
        }
      }
    }
    return port;
  }

  /** TensorShapeProto.Dimension: 1 dim_value, 2 dim_param. */
  async function readDims(shape: WireField): Promise<OnnxPort['dims']> {
    const dims: OnnxPort['dims'] = [];
    for await (const dim of wire.fields(shape.start, shape.end)) {
      let size: number | string = -1;
      for await (const field of wire.fields(dim.start, dim.end)) {
        if (field.number === 1) size = field.value;
        if (field.number === 2) size = await wire.text(field);
      }
      dims.push(size);
    }
    return dims;
  }
}
