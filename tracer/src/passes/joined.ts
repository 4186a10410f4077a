/**
 * Tensors that are read end to end as one vector, and written again as pieces of one, become that vector: no Concat,
 * no Split, no Reshape for each, and one input and one output in place of many. Whoever runs the graph lays the
 * tensors end to end in memory, where the vector and the tensors are views of the same numbers. This is a function,
 * not a rule, since an input and the output that follows it need not be connected.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { producers, redirect } from '../rewrite/uses.ts';
import { removeDead } from './dead.ts';

/** A vector in place of tensors. */
export interface Joined {
  /** Of the vector, as an input; as an output it has the name that `follows` gives it. */
  name: string;
  /** Names of the inputs that lie end to end in it. Those that are still read on their own stay inputs, too. */
  members: string[];
}

/**
 * @param graph edited in place
 * @param follows the name of the output that takes the place of an input, as in a loop; it gives no name twice
 */
export function joinPorts(graph: Graph, follows: (input: string) => string): Joined[] {
  const producer = producers(graph);
  const joins = graph.nodes.flatMap((node) => {
    const members = joinedInputs(graph, producer, node);
    return members ? [{ node, members }] : [];
  });
  const taken = new Set<string>();
  const joined: Joined[] = [];
  for (const split of graph.nodes.filter(({ op }) => op === 'Split')) {
    const pieces = splitOutputs(graph, split);
    const join = pieces && joins.find(({ members }) => members.map(follows).join() === pieces.join());
    const source = producer.get(split.inputs[0]!);
    if (!join || !source || joins.some(({ node }) => node === source)) continue;
    if (join.members.some((name) => taken.has(name))) continue;
    for (const name of join.members) taken.add(name);
    const name = `joined.${joined.length}`;
    joined.push({ name, members: join.members });
    read(graph, join.node, name);
    write(graph, split, pieces, follows(name));
  }
  removeDead(graph);
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  graph.inputs = graph.inputs.filter(({ name }) => used.has(name) || !taken.has(name));
  return joined;
}

/** The inputs of the graph that a Concat lays end to end; undefined if it does anything else. */
function joinedInputs(graph: Graph, producer: Map<string, Node>, node: Node): string[] | undefined {
  if (node.op !== 'Concat' || graph.types.get(node.outputs[0]!)!.dims.length !== 1) return undefined;
  const names = node.inputs.map((part) => {
    const from = producer.get(part);
    return from?.op === 'Reshape' ? from.inputs[0]! : part;
  });
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  return names.every((name) => inputs.has(name)) && new Set(names).size === names.length ? names : undefined;
}

/** The outputs of the graph that a Split cuts a vector into; undefined if anything else reads the pieces. */
function splitOutputs(graph: Graph, split: Node): string[] | undefined {
  if (graph.types.get(split.inputs[0]!)!.dims.length !== 1) return undefined;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const names = split.outputs.map((piece) => {
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(piece));
    if (outputs.has(piece)) return readers.length === 0 ? piece : undefined;
    const [reader, ...others] = readers;
    const shaped = reader?.op === 'Reshape' && others.length === 0 ? reader.outputs[0]! : undefined;
    const read = shaped !== undefined && graph.nodes.some(({ inputs }) => inputs.includes(shaped));
    return shaped !== undefined && outputs.has(shaped) && !read ? shaped : undefined;
  });
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** The vector as an input in place of the Concat. */
function read(graph: Graph, concat: Node, name: string): void {
  const type = graph.types.get(concat.outputs[0]!)!;
  graph.inputs.push({ name, ...type });
  graph.types.set(name, type);
  graph.nodes = graph.nodes.filter((node) => node !== concat);
  redirect(graph, new Map([[concat.outputs[0]!, name]]));
}

/** The vector as an output in place of its pieces. */
function write(graph: Graph, split: Node, pieces: readonly string[], name: string): void {
  const [source] = split.inputs as [string];
  const type = graph.types.get(source)!;
  const isPiece = new Set(pieces);
  graph.outputs = [...graph.outputs.filter((port) => !isPiece.has(port.name)), { name, ...type }];
  graph.types.set(name, type);
  const from = graph.nodes.find(({ outputs }) => outputs.includes(source))!;
  from.outputs = from.outputs.map((output) => (output === source ? name : output));
  redirect(graph, new Map([[source, name]]));
}
