/**
 * Weights stored as float16, with a Cast to float32 in the graph: half the size, and all arithmetic stays float32, so the network
 * runs wherever the original does. onnxruntime folds the Casts when it loads the file.
 *
 * Kept in float32: tensors of fewer than 64 values, which save nothing; tables that are looked up by a number, such as the time
 * embedding's sines, which the network depends on sharply; scales of 8-bit values, which may be too small for float16; and tensors with
 * values that float16 cannot hold.
 */

import { narrowHalf, widenHalf } from '@onnoise/scheduler/model';
import type { Constant, FileGraph, Node } from '@onnoise/tracer';

/** ONNX's number of the type. */
const FLOAT = 1;
/** Smaller tensors would save nothing. */
export const FEWEST = 64;
/** The largest float16. */
const LARGEST = 65504;

/**
 * Stores the graph's weights as float16. Edits it in place.
 * @param others names of weights that are left as they are
 * @returns how many bytes that saves.
 */
export function narrowWeights(graph: FileGraph, others: ReadonlyMap<string, unknown> = new Map()): number {
  const sharp = new Set(graph.nodes.flatMap(sharpInputs));
  const casts: Node[] = [];
  let saved = 0;
  for (const [name, constant] of [...graph.constants]) {
    const { data, dtype, dims } = constant;
    if (dtype !== 'float32' || data.length < FEWEST || sharp.has(name) || others.has(name)) continue;
    const values = data as Float32Array;
    if (!values.every((value) => Math.abs(value) <= LARGEST)) continue;
    const stored = `${name}.float16`;
    graph.constants.delete(name);
    graph.constants.set(stored, { dtype: 'float16', dims, data: narrowHalf(values) });
    casts.push(castToFloat(name, stored, name));
    saved += values.byteLength / 2;
  }
  graph.nodes.unshift(...casts);
  return saved;
}

/** The node that makes stored values of a weight float32. @param weight its name */
export const castToFloat = (weight: string, stored: string, output: string): Node => ({
  name: `${weight}/Cast`,
  op: 'Cast',
  domain: '',
  inputs: [stored],
  outputs: [output],
  attributes: { to: { int: FLOAT } },
});

/** Tables and scales. */
function sharpInputs({ op, inputs }: Node): string[] {
  if (op === 'Gather') return inputs.slice(0, 1);
  return op === 'DequantizeLinear' ? inputs.slice(1, 2) : [];
}

/** The other way: the graph as it was, with weights rounded. Edits it in place. @returns whether any were float16. */
export function widenWeights(graph: FileGraph): boolean {
  const half = (node: Node): Constant | undefined => {
    const constant = node.op === 'Cast' ? graph.constants.get(node.inputs[0]!) : undefined;
    return constant?.dtype === 'float16' ? constant : undefined;
  };
  const before = graph.nodes.length;
  graph.nodes = graph.nodes.filter((node) => {
    const constant = half(node);
    if (!constant) return true;
    const { dims, data } = constant;
    graph.constants.set(node.outputs[0]!, { dtype: 'float32', dims, data: widenHalf(data as Uint16Array) });
    return false;
  });
  for (const [name, { dtype }] of [...graph.constants]) if (dtype === 'float16') graph.constants.delete(name);
  return graph.nodes.length < before;
}
