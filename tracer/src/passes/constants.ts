/**
 * Computes arithmetic on constants: a graph for inference has some where a kernel becomes several nodes, as batch
 * normalisation does. Each step is rounded to float32, as it would be when the graph runs. This is a function, not a rule,
 * since a constant takes the place of a node.
 */
import { countFold } from '../graph/folds.ts';
import { type Constant, type Graph, type Node, sizeOf } from '../graph/graph.ts';
import { expandData } from '../graph/layout.ts';

const BINARY: Readonly<Record<string, (a: number, c: number) => number>> = {
  Add: (a, c) => a + c,
  Sub: (a, c) => a - c,
  Mul: (a, c) => a * c,
  Div: (a, c) => a / c,
};

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Neg: (a) => -a,
};

/** @param graph edited in place */
export function foldConstants(graph: Graph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const before = graph.nodes.length;
  graph.nodes = graph.nodes.filter((node) => {
    const output = node.outputs[0]!;
    const folded = node.outputs.length === 1 && !outputs.has(output) ? computed(graph, node) : undefined;
    if (!folded) return true;
    graph.constants.set(output, folded);
    graph.types.set(output, { dtype: folded.dtype, dims: folded.dims });
    return false;
  });
  countFold(graph, 'compute an operation on constants', before - graph.nodes.length);
}

function computed(graph: Graph, { op, domain, inputs }: Node): Constant | undefined {
  const [a, c] = inputs.map((name) => graph.constants.get(name));
  if (domain !== '' || a?.dtype !== 'float32') return undefined;
  if (op === 'Reshape' && c) return reshaped(a, Array.from(c.data, Number));
  const unary = UNARY[op];
  if (unary) return { ...a, data: (a.data as Float32Array).map(unary) };
  const binary = BINARY[op];
  if (!binary || c?.dtype !== 'float32') return undefined;
  const rank = Math.max(a.dims.length, c.dims.length);
  const sides = [a, c].map(({ dims }) => [...new Array<number>(rank - dims.length).fill(1), ...dims]);
  const dims = sides[0]!.map((side, axis) => (side === 1 ? sides[1]![axis]! : side));
  const [left, right] = [a, c].map(({ data }, i) => expandData(data as Float32Array, sides[i]!, dims));
  return { dtype: 'float32', dims, data: left!.map((value, i) => binary(value, right![i]!)) };
}

/** A 0 or -1 in a shape is left to whoever runs the graph. */
const reshaped = (constant: Constant, dims: number[]): Constant | undefined =>
  dims.every((side) => side > 0) && sizeOf(dims) === constant.data.length ? { ...constant, dims } : undefined;
