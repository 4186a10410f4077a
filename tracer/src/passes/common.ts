/**
 * Common subexpressions: the earlier node replaces a later one with the same operator, attributes and inputs. This is a
 * function, not a rule, since the two nodes need not be connected.
 */
import { countFold } from '../graph/folds.ts';
import { bodiesOf, type Graph } from '../graph/graph.ts';
import { redirect } from '../rewrite/uses.ts';

export function shareCommon(graph: Graph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const first = new Map<string, readonly string[]>();
  const renamed = new Map<string, string>();
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((input) => renamed.get(input) ?? input);
    if (bodiesOf(node.attributes).length > 0) continue; // bodies are not compared
    const key = JSON.stringify([node.domain, node.op, node.attributes, node.inputs]);
    const earlier = first.get(key);
    if (!earlier) first.set(key, node.outputs);
    else if (!node.outputs.some((output) => outputs.has(output))) {
      for (const [i, output] of node.outputs.entries()) renamed.set(output, earlier[i]!);
    }
  }
  redirect(graph, renamed);
  const before = graph.nodes.length;
  graph.nodes = graph.nodes.filter((node) => !node.outputs.every((output) => renamed.has(output)));
  countFold(graph, 'share a repeated operation', before - graph.nodes.length);
}
