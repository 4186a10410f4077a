/** What a traced function returns becomes the outputs of its graph. */
import * as tf from '@tensorflow/tfjs';
import { type DType, type Graph, type GraphBuilder, graphHas } from '../graph/graph.ts';
import { full, inOrder, logical } from '../graph/layout.ts';
import { received, requireOrder } from '../graph/specs.ts';
import { TraceError } from '../graph/trace-error.ts';
import { redirect } from '../rewrite/uses.ts';
import { traceBackend } from './register.ts';

/** @throws TraceError for what are no tensors by name, above all the promise of an async function. */
export function requireTensors(outputs: unknown): Record<string, tf.Tensor> {
  if (outputs instanceof Promise) {
    outputs.catch(() => undefined); // what it throws comes after this
    throw new TraceError(
      'Cannot trace: the function must return its tensors at once, received a promise; a traced tensor has no value to wait for.',
    );
  }
  if (outputs instanceof tf.Tensor) {
    throw new TraceError(
      'Cannot trace: the function must return an object with one tensor or more, received a tensor; return { y: tensor }.',
    );
  }
  const entries = typeof outputs === 'object' && outputs !== null ? Object.entries(outputs) : [];
  if (entries.length === 0) {
    throw new TraceError('Cannot trace: the function must return an object with one tensor or more, received none.');
  }
  const other = entries.find(([, tensor]) => !(tensor instanceof tf.Tensor));
  if (other) {
    const [name, value] = other;
    throw new TraceError(`Cannot trace: the output ${name} must be a tensor, received ${received(value)}.`);
  }
  return outputs as Record<string, tf.Tensor>;
}

/**
 * Makes tensors the outputs of the graph, in the order of `outputs`.
 *
 * @param given names of inputs and constants, which no output may have
 * @param orders as in `TraceOptions`
 */
export function addOutputs(
  b: GraphBuilder,
  outputs: Record<string, tf.Tensor>,
  given: ReadonlySet<string>,
  orders: ReadonlyMap<string, readonly number[]> = new Map(),
): void {
  const values = Object.entries(outputs).map(([name, tensor]) => {
    const found = traceBackend().lookup(tensor);
    const order = orders.get(name);
    if (order) requireOrder(name, found.shape, order);
    if (given.has(name)) {
      throw new TraceError(`Cannot trace: the output ${name} must not be named like an input or a constant.`);
    }
    return { name, value: order ? full(b, inOrder(b, found, order)) : logical(b, found) };
  });
  // What the graph happens to have named like an output gets another name.
  const moved = new Map<string, string>();
  for (const { name } of values) if (graphHas(b.graph, name)) moved.set(name, moveAside(b.graph, name));
  for (const { name, value } of values) {
    const { dtype, dims } = value;
    const source = moved.get(value.name) ?? value.name;
    // An Identity gives the output its own name; the passes drop it where the producer can be renamed.
    b.graph.nodes.push({ name, op: 'Identity', domain: '', inputs: [source], outputs: [name], attributes: {} });
    b.graph.types.set(name, { dtype, dims });
    b.graph.outputs.push({ name, dtype: dtype as DType, dims });
  }
}

/** Renames a value of the graph, and the node that makes it. @returns the new name */
function moveAside(graph: Graph, name: string): string {
  let other = `${name}_1`;
  for (let i = 2; graphHas(graph, other); i++) other = `${name}_${i}`;
  const [type, constant] = [graph.types.get(name), graph.constants.get(name)];
  graph.types.delete(name);
  if (type) graph.types.set(other, type);
  graph.constants.delete(name);
  if (constant) graph.constants.set(other, constant);
  for (const node of graph.nodes) {
    if (node.name === name) node.name = other;
    node.outputs = node.outputs.map((output) => (output === name ? other : output));
  }
  redirect(graph, new Map([[name, other]]));
  return other;
}
