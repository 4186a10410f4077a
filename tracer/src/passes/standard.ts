/**
 * FusedMatMul, an operator of onnxruntime alone, as Transpose and MatMul, which every runtime and ONNX's checker know.
 * onnxruntime fuses the two again when it loads a graph.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { createInserter, type Inserter } from '../rewrite/insert.ts';

/** @param graph edited in place; values stay the same */
export function useStandardOperators(graph: Graph): void {
  const insert = createInserter(graph);
  for (const node of graph.nodes) {
    insert.nodes.push(
      node.domain === 'com.microsoft' && node.op === 'FusedMatMul' ? product(graph, insert, node) : node,
    );
  }
  graph.nodes = insert.nodes;
}

function product(graph: Graph, insert: Inserter, { name, inputs, outputs, attributes }: Node): Node {
  const factors = inputs.map((input, i) => {
    const flips = attributes[i === 0 ? 'transA' : 'transB'];
    return flips && 'int' in flips && flips.int === 1 ? flipped(graph, insert, input) : input;
  });
  return { name, op: 'MatMul', domain: '', inputs: factors, outputs, attributes: {} };
}

/** With the last two axes changed round. */
function flipped(graph: Graph, insert: Inserter, input: string): string {
  const { dims, dtype } = graph.types.get(input)!;
  const perm = dims
    .map((_, axis) => axis)
    .with(-1, dims.length - 2)
    .with(-2, dims.length - 1);
  const turned = perm.map((axis) => dims[axis]!);
  return insert.add('Transpose', [input], turned, { dtype, attributes: { perm: { ints: perm } } });
}
