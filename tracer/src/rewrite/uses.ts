/** Which nodes make and read a value. Kept up to date while a graph is rewritten. */
import { bodiesOf, type FileGraph, type Graph, type Node, valuesRead } from '../graph/graph.ts';

export interface Uses {
  /** The node that makes a value; undefined for inputs and constants. */
  producer(name: string): Node | undefined;
  /** How many times nodes read a value. */
  reads(name: string): number;
  /** Is it an output of the graph? */
  isOutput(name: string): boolean;
  add(node: Node): void;
  remove(node: Node): void;
  /** Counts the reads of one value as reads of another. */
  move(from: string, to: string): void;
}

export function usesOf(graph: Graph): Uses {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const producer = producers(graph);
  const reads = new Map<string, number>();
  const count = (name: string, by: number) => reads.set(name, (reads.get(name) ?? 0) + by);
  const uses: Uses = {
    producer: (name) => producer.get(name),
    reads: (name) => reads.get(name) ?? 0,
    isOutput: (name) => outputs.has(name),
    add(node) {
      for (const output of node.outputs) producer.set(output, node);
      for (const input of valuesRead(node)) count(input, 1);
    },
    remove(node) {
      for (const output of node.outputs) if (producer.get(output) === node) producer.delete(output);
      for (const input of valuesRead(node)) count(input, -1);
    },
    move(from, to) {
      count(to, uses.reads(from));
      reads.delete(from);
    },
  };
  for (const node of graph.nodes) for (const input of valuesRead(node)) count(input, 1);
  return uses;
}

/** Nodes by the name of each value that they make. */
export function producers(graph: Graph): Map<string, Node> {
  const map = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) map.set(output, node);
  return map;
}

/**
 * Makes every reader of a value read another instead, as `names` maps them. Outputs of the graph keep their names.
 */
export function redirect(graph: FileGraph, names: ReadonlyMap<string, string>): void {
  const last = (name: string): string => (names.has(name) ? last(names.get(name)!) : name);
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(last);
    for (const body of bodiesOf(node.attributes)) redirect(body, names);
  }
}
