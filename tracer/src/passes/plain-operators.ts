/**
 * Rewrites operators that onnxruntime has for CPUs alone, so that a graph runs as a whole on any provider, as WebGPU, whose
 * commands are captured only then:
 *
 * | operator                 | becomes                                                                     |
 * |--------------------------|-----------------------------------------------------------------------------|
 * | Sum                      | Add, one after the other                                                    |
 * | FusedMatMul              | Transpose and MatMul, which providers fuse again where they can             |
 * | Split into many          | a Slice for each: a GPU kernel binds ten buffers or so                      |
 *
 * Matrix products of few pixels (Col2Im, and depthwise convolutions of nine taps) must not be there: trace without them,
 * `products: false`.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { createInserter, type Inserter } from '../rewrite/insert.ts';

/** A Split of so many outputs is left as it is. */
const MOST_OUTPUTS = 7;

/** @param graph edited in place; values stay the same up to float32's rounding */
export function usePlainOperators(graph: Graph): void {
  const insert = createInserter(graph);
  for (const node of graph.nodes) {
    if (node.op === 'Sum' && node.inputs.length > 1) addInTurn(graph, insert, node);
    else if (node.op === 'FusedMatMul') multiply(graph, insert, node);
    else if (node.op === 'Split' && node.outputs.length > MOST_OUTPUTS) slice(graph, insert, node);
    else insert.nodes.push(node);
  }
  graph.nodes = insert.nodes;
}

function addInTurn(graph: Graph, insert: Inserter, { name, inputs, outputs }: Node): void {
  const { dims } = graph.types.get(outputs[0]!)!;
  const last = inputs.length - 1;
  const partial = inputs.slice(1, last).reduce((sum, input) => insert.add('Add', [sum, input], dims), inputs[0]!);
  insert.nodes.push({ name, op: 'Add', domain: '', inputs: [partial, inputs[last]!], outputs, attributes: {} });
}

function multiply(graph: Graph, insert: Inserter, { name, inputs, outputs, attributes }: Node): void {
  const operands = (['transA', 'transB'] as const).map((key, i) => {
    const flag = attributes[key];
    return flag && 'int' in flag && flag.int === 1 ? transposed(graph, insert, inputs[i]!) : inputs[i]!;
  });
  insert.nodes.push({ name, op: 'MatMul', domain: '', inputs: operands, outputs, attributes: {} });
}

/** With its last two axes exchanged. */
function transposed(graph: Graph, insert: Inserter, name: string): string {
  const { dims } = graph.types.get(name)!;
  const perm = [...dims.keys()];
  perm.push(...perm.splice(-2).reverse());
  const attributes = { perm: { ints: perm } };
  return insert.add(
    'Transpose',
    [name],
    perm.map((axis) => dims[axis]!),
    { attributes },
  );
}

function slice(graph: Graph, insert: Inserter, { name, inputs, outputs, attributes }: Node): void {
  const axis = (attributes.axis as { int: number }).int;
  let at = 0;
  for (const [i, output] of outputs.entries()) {
    const end = at + graph.types.get(output)!.dims[axis]!;
    const bounds = [at, end, axis].map((value) => insert.vector([value]));
    insert.nodes.push({
      name: `${name}/${i}`,
      op: 'Slice',
      domain: '',
      inputs: [inputs[0]!, ...bounds],
      outputs: [output],
      attributes: {},
    });
    at = end;
  }
}
