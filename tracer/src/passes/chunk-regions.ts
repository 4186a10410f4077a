/**
 * Finds the parts of a graph that compute on long vectors element by element.
 *
 * A region is a connected set of such nodes, and of sums over all elements of their values. What depends on a sum of a
 * region cannot be in it: levels count how many regions a value has passed through, and a region has one level. So no
 * path leaves a region and comes back.
 */
import { type Graph, type Node, sizeOf } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';

export interface Region {
  /** In their order in the graph. */
  nodes: Node[];
  /** Number of elements of each vector. */
  size: number;
}

const ELEMENTWISE = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Sum'],
  ...['Abs', 'Exp', 'HardSigmoid', 'Log', 'Neg', 'Reciprocal', 'Relu', 'Sigmoid', 'Sign', 'Sqrt', 'Tanh'],
]);

/** Does a node add up all elements of its input? */
export const sumsAll = (graph: Graph, { op, domain, inputs, outputs }: Node): boolean =>
  op === 'ReduceSum' && domain === '' && graph.types.get(outputs[0]!)!.dims.length === 0 && isFloat(graph, inputs[0]!);

const isFloat = (graph: Graph, name: string): boolean => graph.types.get(name)!.dtype === 'float32';
/** A number, which fits a vector of any shape. */
const isSingle = (graph: Graph, name: string): boolean => {
  const { dims } = graph.types.get(name)!;
  return dims.length <= 1 && sizeOf(dims) === 1;
};

/** Inputs of a node that are vectors; the others are single numbers, or the axes of a sum. */
export const vectorInputs = (graph: Graph, node: Node): string[] =>
  (sumsAll(graph, node) ? node.inputs.slice(0, 1) : node.inputs).filter((name) => !isSingle(graph, name));

/** The number of elements that a node works on one by one; undefined if it does something else. */
function lengthOf(graph: Graph, node: Node): number | undefined {
  if (sumsAll(graph, node)) return sizeOf(graph.types.get(node.inputs[0]!)!.dims);
  if (!ELEMENTWISE.has(node.op) || node.domain !== '') return undefined;
  const { dims } = graph.types.get(node.outputs[0]!)!;
  const fits = (name: string) => isSingle(graph, name) || sameList(graph.types.get(name)!.dims, dims);
  return [...node.inputs, ...node.outputs].every((name) => isFloat(graph, name)) && node.inputs.every(fits)
    ? sizeOf(dims)
    : undefined;
}

/** @param isLong whether a vector of that many elements is worth it */
export function findRegions(graph: Graph, isLong: (size: number) => boolean): Region[] {
  const candidates = new Map<Node, number>();
  for (const node of graph.nodes) {
    const size = lengthOf(graph, node);
    if (size !== undefined && isLong(size)) candidates.set(node, size);
  }
  const producer = new Map<string, Node>();
  const level = new Map<string, number>();
  const regionOf = new Map<Node, Region>();
  const regions = new Set<Region>();
  for (const node of graph.nodes) {
    const size = candidates.get(node);
    const inner = size === undefined ? [] : vectorInputs(graph, node);
    const own = Math.max(0, ...node.inputs.map((name) => reach(name, inner.includes(name))));
    for (const output of node.outputs) {
      producer.set(output, node);
      level.set(output, own);
    }
    if (size === undefined) continue;
    const joined = new Set(inner.flatMap((name) => neighbour(name, own) ?? []));
    const nodes = [...[...joined].flatMap(({ nodes }) => nodes), node];
    const region = { nodes, size };
    for (const member of nodes) regionOf.set(member, region);
    for (const other of joined) regions.delete(other);
    regions.add(region);
  }
  const place = new Map(graph.nodes.map((node, i) => [node, i]));
  for (const { nodes } of regions) nodes.sort((a, b) => place.get(a)! - place.get(b)!);
  return [...regions];

  /** The level of a reader. One outside the region, or of a sum, is a level further than the region. */
  function reach(name: string, inside: boolean): number {
    const node = producer.get(name);
    if (!node) return 0;
    const leaves = candidates.has(node) && (!inside || sumsAll(graph, node));
    return level.get(name)! + (leaves ? 1 : 0);
  }

  function neighbour(name: string, at: number): Region | undefined {
    const node = producer.get(name);
    return node && level.get(name) === at && !sumsAll(graph, node) ? regionOf.get(node) : undefined;
  }
}
