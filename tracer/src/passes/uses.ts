/** Who reads what: the questions that passes ask of a graph. */
import type { Graph, Node } from '../graph.ts';

/** Nodes by the name of each value that they read, once for each time they read it. */
export function readers(graph: Graph): Map<string, Node[]> {
  const map = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = map.get(input);
      if (list) list.push(node);
      else map.set(input, [node]);
    }
  }
  return map;
}

/** Nodes by the name of each value that they produce. */
export const producers = (graph: Graph): Map<string, Node> =>
  new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));

/** Makes every reader of a value read another in its place, as `names` maps them. Outputs of the graph keep their names. */
export function redirect(graph: Graph, names: ReadonlyMap<string, string>): void {
  const last = (name: string): string => (names.has(name) ? last(names.get(name)!) : name);
  for (const node of graph.nodes) node.inputs = node.inputs.map(last);
}
