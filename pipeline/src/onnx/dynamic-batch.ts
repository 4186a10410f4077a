/**
 * A graph for any batch size, from two traces at fixed ones.
 *
 * tfjs shapes are static, so the function is traced at two sizes and the graphs are compared node by node: where a shape differs it
 * must be linear in the batch size, base + slope * N, and is then computed from the batch that comes in (in a Reshape, as -1).
 * Any other difference means that the function depends on the batch size in a way that a graph cannot, and is an error.
 */
import type { Constant, Graph, Node, Port } from './graph.ts';

/** Sizes that no axis of a network is likely to have by chance. */
const SIZES = [1009, 1013] as const;

/**
 * @param traceAt traces the function at a batch size; the first axis of the first input is the batch
 * @param axis the name of the dynamic axis in the graph's inputs and outputs
 */
export function traceAnyBatch(traceAt: (batch: number) => Graph, axis = 'batch'): Graph {
  const [graph, other] = SIZES.map(traceAt) as [Graph, Graph];
  if (graph.nodes.length !== other.nodes.length) throw varies(`${graph.nodes.length} and ${other.nodes.length} nodes`);
  const batch = createBatchScalar(graph);
  for (const [i, node] of [...graph.nodes].entries()) {
    const twin = other.nodes[i]!;
    const same = node.op === twin.op && JSON.stringify(node.attributes) === JSON.stringify(twin.attributes);
    if (!same) throw varies(`the node ${node.name}`);
    for (const [j, input] of node.inputs.entries()) {
      const a = graph.constants.get(input);
      const c = other.constants.get(twin.inputs[j]!);
      if (a && c && !sameData(a, c)) node.inputs[j] = dynamic(graph, node, j, linear(a, c, node), batch);
    }
  }
  graph.nodes.unshift(...batch.nodes());
  for (const ports of [graph.inputs, graph.outputs]) {
    const others = ports === graph.inputs ? other.inputs : other.outputs;
    for (const [i, port] of ports.entries()) port.dims = dynamicDims(port, others[i]!, axis);
  }
  return graph;
}

const varies = (what: string): Error =>
  new Error(`Cannot trace for any batch size: ${what} must not depend on the batch size except in shapes, but do.`);

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
function linear(a: Constant, c: Constant, node: Node): Linear {
  if (a.dtype !== 'int64' || a.data.length !== c.data.length) throw varies(`a constant of the node ${node.name}`);
  const [first, second] = [Array.from(a.data, Number), Array.from(c.data, Number)];
  const slope = first.map((value, i) => (second[i]! - value) / (SIZES[1] - SIZES[0]));
  if (!slope.every(Number.isInteger)) throw varies(`a shape of the node ${node.name}`);
  return { base: first.map((value, i) => value - slope[i]! * SIZES[0]), slope };
}

/** The name of a shape that follows the batch size. */
function dynamic(graph: Graph, node: Node, input: number, { base, slope }: Linear, batch: BatchScalar): string {
  const moving = slope.filter((s) => s !== 0).length;
  if (node.op === 'Reshape' && input === 1 && moving === 1) {
    return constant(
      graph,
      base.map((value, i) => (slope[i] === 0 ? value : -1)),
    );
  }
  return batch.shape(base, slope);
}

function constant(graph: Graph, values: readonly number[]): string {
  const name = `shape_${values.join('_')}`;
  graph.constants.set(name, { dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  graph.types.set(name, { dtype: 'int64', dims: [values.length] });
  return name;
}

interface BatchScalar {
  /** Name of the vector base + slope * N. */
  shape(base: readonly number[], slope: readonly number[]): string;
  /** The nodes that compute what was asked for. */
  nodes(): Node[];
}

/** N, read from the first input when some shape needs it. */
function createBatchScalar(graph: Graph): BatchScalar {
  const nodes: Node[] = [];
  const add = (name: string, op: string, inputs: string[], dims: readonly number[]): string => {
    if (!graph.types.has(name)) {
      graph.types.set(name, { dtype: 'int64', dims });
      nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes: {} });
    }
    return name;
  };
  return {
    shape(base, slope) {
      const input = graph.inputs[0]!;
      const whole = add('batch/Shape', 'Shape', [input.name], [input.dims.length]);
      const one = constant(graph, [1]);
      const size = add('batch/Slice', 'Slice', [whole, constant(graph, [0]), one], [1]);
      const key = `${base.join('_')}+${slope.join('_')}`;
      const scaled = add(`batch/Mul ${key}`, 'Mul', [size, constant(graph, slope)], [slope.length]);
      return add(`batch/Add ${key}`, 'Add', [scaled, constant(graph, base)], [base.length]);
    },
    nodes: () => nodes,
  };
}
