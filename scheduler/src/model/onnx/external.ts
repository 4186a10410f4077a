/**
 * The files beside an ONNX file in which it keeps weights: `location` of every tensor's `external_data`.
 *
 * Source: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { readEntry } from './file.ts';
import { type Bytes, openWire, Truncated, WireError, type WireField } from './wire.ts';

type Message = 'model' | 'graph' | 'function' | 'node' | 'attribute' | 'sparse';

/** Where a message holds others that may hold tensors, by their field. */
const PARTS: Readonly<Record<Message, Readonly<Record<number, Message | 'tensor'>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
};

/** Paths relative to the ONNX file's folder, each once. None where the file is no ONNX file. */
export async function externalFiles(file: Bytes): Promise<string[]> {
  const wire = openWire(file);
  const found = new Set<string>();

  async function walk(message: Message, start: number, end: number): Promise<void> {
    for await (const field of wire.fields(start, end)) {
      const part = field.kind === 'bytes' ? PARTS[message][field.number] : undefined;
      if (part === 'tensor') await readTensor(field);
      else if (part !== undefined) await walk(part, field.start, field.end);
    }
  }

  /** TensorProto: 13 external_data, 14 data_location, of which 1 is EXTERNAL. */
  async function readTensor(tensor: WireField): Promise<void> {
    let external = false;
    let location: string | undefined;
    for await (const field of wire.fields(tensor.start, tensor.end)) {
      if (field.number === 13) location = (await readEntry(wire, field)).location ?? location;
      if (field.number === 14) external = field.value === 1;
    }
    if (external && location !== undefined) found.add(location);
  }

  try {
    await walk('model', 0, file.size);
  } catch (error) {
    if (!(error instanceof WireError || error instanceof Truncated)) throw error;
    return [];
  }
  return [...found];
}
