/** Writes loops over pieces of vectors into a graph, as ONNX's `Scan`. */
import { type FileGraph, type Graph, type Node, sizeOf, type ValueType, valuesRead } from '../graph/graph.ts';
import { createInserter, type Inserter } from '../rewrite/insert.ts';
import { sortNodes } from '../rewrite/order.ts';
import { sumsAll } from './chunk-regions.ts';
import { removeDead } from './dead.ts';

export interface Loop {
  /** The nodes of the graph that the loop replaces. */
  replaced: readonly Node[];
  /** What it computes: those, and copies of other loops' nodes; in an order in which they can run. */
  body: readonly Node[];
  /** The vectors that it reads. */
  inputs: readonly string[];
  /** The vectors and sums that others read. */
  outputs: readonly string[];
  /** Number of pieces. */
  pieces: number;
}

export function writeLoops(graph: Graph, loops: readonly Loop[]): void {
  const insert = createInserter(graph);
  const gone = new Set(loops.flatMap(({ replaced }) => replaced));
  const readWhole = new Set(graph.nodes.filter((node) => !gone.has(node)).flatMap(valuesRead));
  /** Vectors as matrices, by their names. */
  const matrices = new Map<string, string>();

  for (const { outputs, pieces } of loops) {
    for (const name of outputs) {
      const { dtype, dims } = graph.types.get(name)!;
      if (dims.length === 0) continue;
      const cut = [pieces, sizeOf(dims) / pieces];
      // A Reshape into an output would copy it.
      const port = readWhole.has(name) ? undefined : graph.outputs.find((output) => output.name === name);
      if (port) port.dims = cut;
      else insert.nodes.push(reshaped(`${name}.pieces`, insert.vector(dims), name));
      const made = port ? name : `${name}.pieces`;
      graph.types.set(made, { dtype, dims: cut });
      matrices.set(name, made);
    }
  }
  for (const loop of loops) {
    for (const name of loop.inputs) {
      const cut = [loop.pieces, sizeOf(graph.types.get(name)!.dims) / loop.pieces];
      if (!matrices.has(name)) matrices.set(name, insert.add('Reshape', [name, insert.vector(cut)], cut));
    }
    insert.nodes.push(...scan(graph, insert, loop, matrices));
  }
  graph.nodes = [...graph.nodes.filter((node) => !gone.has(node)), ...insert.nodes];
  sortNodes(graph);
  removeDead(graph);
}

const reshaped = (from: string, shape: string, to: string): Node => ({
  name: to,
  op: 'Reshape',
  domain: '',
  inputs: [from, shape],
  outputs: [to],
  attributes: {},
});

/** The loop, and the sums of the sums of its pieces. */
function scan(graph: Graph, insert: Inserter, loop: Loop, matrices: ReadonlyMap<string, string>): Node[] {
  const { body, inputs, outputs, pieces } = loop;
  const name = `${outputs[0]}.Scan`;
  const inner = bodyOf(graph, loop, name);
  const sums = outputs.filter((output) => !matrices.has(output));
  for (const sum of sums) graph.types.set(`${sum}.pieces`, { dtype: 'float32', dims: [pieces] });
  const node: Node = {
    name,
    op: 'Scan',
    domain: '',
    inputs: inputs.map((input) => matrices.get(input)!),
    outputs: outputs.map((output) => matrices.get(output) ?? `${output}.pieces`),
    attributes: { body: { graph: inner }, num_scan_inputs: { int: inputs.length } },
  };
  const added = sums.map((sum): Node => {
    const maker = body.find((each) => each.outputs[0] === sum)!;
    return { ...maker, inputs: [`${sum}.pieces`, insert.vector([0])] };
  });
  return [node, ...added];
}

/** A piece of everything: vectors are replaced by pieces of them, numbers are read from around the loop. */
function bodyOf(graph: Graph, { body, inputs, outputs, pieces }: Loop, name: string): FileGraph {
  const local = (value: string) => `${name}/${value}`;
  const own = new Set([...inputs, ...body.flatMap((node) => node.outputs)]);
  const types = new Map<string, ValueType>();
  for (const value of own) {
    const { dtype, dims } = graph.types.get(value)!;
    types.set(local(value), { dtype, dims: dims.length === 0 ? [] : [sizeOf(dims) / pieces] });
  }
  const port = (value: string) => ({ name: local(value), ...types.get(local(value))! });
  const nodes = body.map((node): Node => {
    const read = sumsAll(graph, node) ? node.inputs.slice(0, 1) : node.inputs;
    return {
      ...node,
      name: local(node.name),
      inputs: read.map((value) => (own.has(value) ? local(value) : value)),
      outputs: node.outputs.map(local),
    };
  });
  const ports = { inputs: inputs.map(port), outputs: outputs.map(port) };
  return { name, ...ports, nodes, constants: new Map() };
}
