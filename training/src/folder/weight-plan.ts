/**
 * Which layers of a network are computed in 8 bits: convolutions and matrix products with constant weights that look at the picture.
 * Not the first and the last of them, whose rounding shows in the picture, and nothing that depends on the timestep, the class or
 * conditions alone, which is small and sharp.
 */
import type { FileGraph, Node } from '@onnoise/tracer';

export interface Layer {
  node: Node;
  /** The value that it reads. */
  input: string;
  /** The value that is stored after it: its output, or that of the Relu that alone reads it. */
  output: string;
}

const WEIGHTED = new Set(['Conv', 'MatMul', 'Gemm']);

/** The layers in the order of the graph. */
export function planLayers(graph: FileGraph): Layer[] {
  return pictureLayers(graph).inner.map((node) => ({
    node,
    input: node.inputs[0]!,
    output: storedAfter(graph, node),
  }));
}

/** Convolutions and matrix products that look at the picture: the first and the last of them, and those between. */
export function pictureLayers(graph: FileGraph): Record<'outer' | 'inner', Node[]> {
  const pictured = reach(graph.nodes, ['sample']);
  const weighted = graph.nodes.filter((node) => isWeighted(graph, node) && pictured.has(node.inputs[0]!));
  const firsts = (names: 'inputs' | 'outputs') => weighted.map((node) => node[names][0]!);
  const backwards = graph.nodes.map(({ inputs, outputs }) => ({ inputs: outputs, outputs: inputs })).reverse();
  const [after, before] = [reach(graph.nodes, firsts('outputs')), reach(backwards, firsts('inputs'))];
  const isInner = ({ inputs: [input], outputs: [output] }: Node) => after.has(input!) && before.has(output!);
  return { outer: weighted.filter((node) => !isInner(node)), inner: weighted.filter(isInner) };
}

function isWeighted({ constants }: FileGraph, { op, inputs }: Node): boolean {
  const [input, weight, bias] = inputs;
  const isConstant = (name: string) => constants.get(name)?.dtype === 'float32';
  return WEIGHTED.has(op) && !constants.has(input!) && isConstant(weight!) && (bias === undefined || isConstant(bias));
}

/** The values that some values lead to, these included. @param nodes with what leads on as inputs, in order */
function reach(nodes: readonly Pick<Node, 'inputs' | 'outputs'>[], from: readonly string[]): Set<string> {
  const reached = new Set(from);
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((input) => reached.has(input))) for (const output of outputs) reached.add(output);
  }
  return reached;
}

function storedAfter(graph: FileGraph, { outputs: [output] }: Node): string {
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(output!));
  const [only] = readers;
  return readers.length === 1 && only!.op === 'Relu' ? only!.outputs[0]! : output!;
}
