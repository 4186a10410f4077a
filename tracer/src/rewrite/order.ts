/** Brings nodes into an order in which they can run. */
import { type Graph, valuesRead } from '../graph/graph.ts';

/** Nodes stay in their order, but what makes a value comes before all that read it. */
export function sortNodes(graph: Graph): void {
  const producer = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const sorted = new Set<Graph['nodes'][number]>();
  const waiting = [...graph.nodes].reverse();
  while (waiting.length > 0) {
    const node = waiting.at(-1)!;
    const missing = valuesRead(node)
      .flatMap((name) => producer.get(name) ?? [])
      .filter((other) => !sorted.has(other));
    if (missing.length > 0 && !sorted.has(node)) waiting.push(...missing.reverse());
    else sorted.add(waiting.pop()!);
  }
  graph.nodes = [...sorted];
}
