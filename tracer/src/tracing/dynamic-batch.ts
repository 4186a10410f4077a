/**
 * A graph for any batch size, from two traces at fixed ones.
 *
 * tfjs shapes are static, so the function is traced at two sizes and the graphs are compared node by node: where a
 * shape differs it must be linear in the batch size, base + slope * N, and is then computed from the batch that comes
 * in (in a Reshape, as -1). Any other difference means that the function depends on the batch size in a way that a
 * graph cannot, and is an error.
 */

import type { Constant, ConstantData, Graph, Node, Port } from '../graph/graph.ts';
import { TraceError } from '../graph/trace-error.ts';
import { createInserter, type Inserter } from '../rewrite/insert.ts';

/** Primes, which no axis of a network is likely to have by chance. */
const SIZES = [1009, 1013] as const;

/**
 * Traces a function for any batch size.
 *
 * @param traceAt traces the function at a batch size, by `trace`; the first axis of one input or more must be the batch.
 *   It is called with 1009 and 1013: sizes that the function must accept, and that none of its other axes should have.
 * @param axis the name of the dynamic axis in the graph's inputs and outputs
 * @returns a graph whose inputs and outputs have `axis` where the batch size was
 * @throws TraceError where something but shapes depends on the batch size, or a shape that is not linear in it; and
 *   what `trace` throws
 */
export function traceAnyBatch(traceAt: (batch: number) => Graph, axis = 'batch'): Graph {
  const [graph, other] = SIZES.map(traceAt) as [Graph, Graph];
  if (graph.nodes.length !== other.nodes.length) throw varies(`${graph.nodes.length} and ${other.nodes.length} nodes`);
  const insert = createInserter(graph);
  const batched = graph.inputs.find((port, i) => port.dims[0] !== other.inputs[i]!.dims[0]);
  const follow: Follow = { graph, insert, batched: batched?.name };
  for (const [i, node] of [...graph.nodes].entries()) {
    const twin = other.nodes[i]!;
    const same = node.op === twin.op && JSON.stringify(node.attributes) === JSON.stringify(twin.attributes);
    if (!same) throw varies(`the node ${node.name}`);
    for (const [j, input] of node.inputs.entries()) {
      const a = graph.constants.get(input);
      const c = other.constants.get(twin.inputs[j]!);
      if (a && c && !sameData(a, c)) node.inputs[j] = dynamic(follow, node, j, a, c);
    }
  }
  graph.nodes.unshift(...insert.nodes);
  for (const ports of [graph.inputs, graph.outputs]) {
    const others = ports === graph.inputs ? other.inputs : other.outputs;
    for (const [i, port] of ports.entries()) port.dims = dynamicDims(port, others[i]!, axis);
  }
  return graph;
}

const varies = (what: string): TraceError =>
  new TraceError(`Cannot trace for any batch size: ${what} must not depend on the batch size, except in shapes.`);

const sameData = (a: Constant, c: Constant): boolean =>
  a.data.length === c.data.length && a.data.every((value: number | bigint, i: number) => Object.is(value, c.data[i]));

function dynamicDims(port: Port, other: Port, axis: string): (number | string)[] {
  return port.dims.map((dim, i) => {
    if (dim === other.dims[i]) return dim;
    if (dim === SIZES[0] && other.dims[i] === SIZES[1]) return axis;
    throw varies(`axis ${i} of ${port.name}`);
  });
}

interface Linear {
  base: number[];
  slope: number[];
}

/** base + slope * N through both sizes, element by element. */
function linear(first: readonly number[], second: readonly number[], node: Node): Linear {
  const slope = first.map((value, i) => (second[i]! - value) / (SIZES[1] - SIZES[0]));
  if (!slope.every(Number.isInteger)) throw varies(`a shape of the node ${node.name}`);
  return { base: first.map((value, i) => value - slope[i]! * SIZES[0]), slope };
}

/** What a value that follows the batch size is made with. */
interface Follow {
  graph: Graph;
  insert: Inserter;
  /** The input whose first axis is the batch. */
  batched: string | undefined;
}

/** The name of a value that takes the place of a constant which is not the same at both sizes. */
function dynamic(follow: Follow, node: Node, input: number, a: Constant, c: Constant): string {
  const numbers = ({ data }: Constant) => Array.from(data as ArrayLike<number | bigint>, Number);
  if (a.dtype === 'int64' && a.data.length === c.data.length) {
    return shapeOf(follow, node, input, linear(numbers(a), numbers(c), node));
  }
  // A constant of equal elements, written out over the batch.
  const [value] = a.data;
  const filled = [a, c].every(({ data }) => data.every((element: number | bigint) => Object.is(element, value)));
  if (!filled || a.dims.length !== c.dims.length) throw varies(`a constant of the node ${node.name}`);
  const { insert } = follow;
  const one = insert.constant(`one_${a.dtype}_${value}`, a.dtype, [], () => a.data.slice(0, 1) as ConstantData);
  const shape = computed(follow, node, linear(a.dims, c.dims, node));
  return insert.add('Expand', [one, shape], a.dims, { dtype: a.dtype, after: 'batch' });
}

/** A shape, by -1 where that is enough. */
function shapeOf(follow: Follow, node: Node, input: number, { base, slope }: Linear): string {
  const moving = slope.filter((s) => s !== 0).length;
  if (node.op === 'Reshape' && input === 1 && moving === 1) {
    return follow.insert.vector(base.map((value, i) => (slope[i] === 0 ? value : -1)));
  }
  return computed(follow, node, { base, slope });
}

/** base + slope * N, N being read from an input. */
function computed({ graph, insert, batched }: Follow, node: Node, { base, slope }: Linear): string {
  if (batched === undefined) throw varies(`the node ${node.name}`);
  const options = { dtype: 'int64', after: 'batch' } as const;
  const whole = insert.add('Shape', [batched], [graph.types.get(batched)!.dims.length], options);
  const size = insert.add('Slice', [whole, insert.vector([0]), insert.vector([1])], [1], options);
  const scaled = insert.add('Mul', [size, insert.vector(slope)], [slope.length], options);
  return insert.add('Add', [scaled, insert.vector(base)], [base.length], options);
}
