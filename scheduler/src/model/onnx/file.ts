/**
 * Reads a few kilobytes of an ONNX file without opening it: whether it is complete, and its metadata.
 *
 * Source: onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, message ModelProto. Limit: other files of
 * unknown formats are left for onnxruntime to refuse.
 */
import { sniff } from './sniff.ts';
import { type Bytes, openWire, Truncated, type Wire, WireError, type WireField } from './wire.ts';

export interface OnnxFacts {
  /** Why it cannot be a network: what it is instead, as the end of a sentence. */
  fault?: string;
  /** `metadata_props`. */
  metadata: Readonly<Record<string, string>>;
}

const GRAPH = 7;
const OPSET_IMPORT = 8;
const METADATA = 14;

export async function readOnnxFacts(file: Bytes): Promise<OnnxFacts> {
  const other = await sniff(file);
  if (other !== undefined) return { fault: other, metadata: {} };
  const wire = openWire(file);
  const metadata: Record<string, string> = {};
  let [graph, opset] = [false, false];
  try {
    for await (const field of wire.fields(0, file.size)) {
      if (field.number === GRAPH) graph = true;
      if (field.number === OPSET_IMPORT) opset = true;
      if (field.number === METADATA) Object.assign(metadata, await readEntry(wire, field));
    }
  } catch (error) {
    if (error instanceof WireError) return { metadata: {} };
    if (!(error instanceof Truncated)) throw error;
    const [first] = new Uint8Array(await file.slice(0, 1).arrayBuffer());
    if (first !== 8) return { metadata: {} }; // every writer begins with ir_version; otherwise the missing length means nothing
    const of = error.needs > file.size + 1 ? ` of ${error.needs}` : '';
    return { fault: `the first ${file.size} bytes${of}: it was cut short, copy or download it again`, metadata: {} };
  }
  if (!graph) return { fault: 'a file without a network', metadata };
  // Most writers put it after the graph.
  if (!opset) return { fault: `the first ${file.size} bytes: it was cut short, copy or download it again`, metadata };
  return { metadata };
}

/** StringStringEntryProto: 1 key, 2 value. */
export async function readEntry(wire: Wire, entry: WireField): Promise<Record<string, string>> {
  let [key, value] = ['', ''];
  for await (const field of wire.fields(entry.start, entry.end)) {
    if (field.number === 1) key = await wire.text(field);
    if (field.number === 2) value = await wire.text(field);
  }
  return { [key]: value };
}
