/**
 * Removes nodes, constants and types that no output needs. This is a function, not a rule, since it looks at the graph
 * as a whole.
 */
import { countFold } from '../graph/folds.ts';
import { type Graph, valuesRead } from '../graph/graph.ts';

export function removeDead(graph: Graph): void {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const kept = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of valuesRead(node)) needed.add(input);
    kept.push(node);
  }
  countFold(graph, 'drop an operation that no output needs', graph.nodes.length - kept.length);
  graph.nodes = kept.reverse();
  for (const { name } of graph.inputs) needed.add(name);
  for (const name of graph.constants.keys()) if (!needed.has(name)) graph.constants.delete(name);
  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const name of graph.types.keys()) if (!needed.has(name) && !produced.has(name)) graph.types.delete(name);
}
