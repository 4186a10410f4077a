/**
 * Drops nodes that do nothing: x * 1, x + 0, x - 0, x / 1, a Reshape of a Reshape, and the Identity that names an output where
 * its producer can bear the name instead.
 */
import type { Graph, Node } from '../graph.ts';
import { sameList } from '../layout.ts';
import { producers, redirect } from './uses.ts';

export function dropIdentities(graph: Graph): void {
  mergeReshapes(graph);
  redirect(graph, neutral(graph));
  nameOutputs(graph);
}

const NEUTRAL: Record<string, { value: number; sides: readonly number[] }> = {
  Add: { value: 0, sides: [0, 1] },
  Sub: { value: 0, sides: [1] },
  Mul: { value: 1, sides: [0, 1] },
  Div: { value: 1, sides: [1] },
};

/** Values that equal one of their operands, by name. */
function neutral(graph: Graph): Map<string, string> {
  const same = new Map<string, string>();
  for (const node of graph.nodes) {
    const rule = NEUTRAL[node.op];
    for (const side of rule?.sides ?? []) {
      const constant = graph.constants.get(node.inputs[side]!);
      const other = node.inputs[1 - side]!;
      const isNeutral = constant?.data.length === 1 && Number(constant.data[0]) === rule!.value;
      const sameDims = sameList(graph.types.get(other)!.dims, graph.types.get(node.outputs[0]!)!.dims);
      if (isNeutral && sameDims) same.set(node.outputs[0]!, other);
    }
  }
  return same;
}

function mergeReshapes(graph: Graph): void {
  const producer = producers(graph);
  const origin = (name: string): string => {
    const node = producer.get(name);
    return node?.op === 'Reshape' ? origin(node.inputs[0]!) : name;
  };
  const noop = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.op !== 'Reshape') continue;
    node.inputs[0] = origin(node.inputs[0]!);
    if (sameList(graph.types.get(node.inputs[0]!)!.dims, graph.types.get(node.outputs[0]!)!.dims)) {
      noop.set(node.outputs[0]!, node.inputs[0]!);
    }
  }
  redirect(graph, noop);
}

/** Gives a node the name of the output that it feeds, where it feeds one and is neither an input nor a constant. */
function nameOutputs(graph: Graph): void {
  const producer = producers(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const renamed = new Map<string, string>();
  const dropped = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'Identity' || !outputs.has(node.outputs[0]!)) continue;
    const source = node.inputs[0]!;
    const from = producer.get(source);
    if (!from || outputs.has(source) || renamed.has(source)) continue;
    renamed.set(source, node.outputs[0]!);
    from.outputs = from.outputs.map((output) => (output === source ? node.outputs[0]! : output));
    dropped.add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !dropped.has(node));
  redirect(graph, renamed);
  for (const name of renamed.keys()) graph.types.delete(name);
}
