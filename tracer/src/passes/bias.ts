/**
 * Conv followed by the addition of one number a channel becomes Conv with a bias. The addend may be a constant or a value
 * of the graph (a trained bias in a training step) with one element a channel.
 */
import { type Graph, type Node, sizeOf } from '../graph.ts';
import { sameList } from '../layout.ts';
import { producers, readers } from './uses.ts';

export function foldBias(graph: Graph): void {
  const reads = readers(graph);
  const producer = producers(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const vectors = new Map<string, string>();
  for (const add of [...graph.nodes]) {
    if (add.op !== 'Add') continue;
    for (const side of [0, 1]) {
      const conv = producer.get(add.inputs[side]!);
      const bias = add.inputs[1 - side]!;
      if (!conv || !isConv(conv) || conv.inputs.length !== 2) continue;
      if (reads.get(conv.outputs[0]!)!.length !== 1 || outputs.has(conv.outputs[0]!)) continue;
      const { dims } = graph.types.get(conv.outputs[0]!)!;
      if (!isPerChannel(graph.types.get(bias)!.dims, dims[1]!)) continue;
      if (!sameList(graph.types.get(add.outputs[0]!)!.dims, dims)) continue;
      // The convolution moves to the place of the addition, where the bias is known, and takes its name.
      const vector = asVector(graph, vectors, producer.get(bias), bias, dims[1]!);
      graph.nodes = graph.nodes.filter((node) => node !== conv);
      const at = graph.nodes.indexOf(add);
      const biased: Node = { ...conv, inputs: [...conv.inputs, vector.name], outputs: add.outputs };
      graph.nodes.splice(at, 1, ...(vector.node ? [vector.node] : []), biased);
      for (const output of add.outputs) producer.set(output, biased);
      break;
    }
  }
}

const isConv = ({ op, domain }: Node): boolean => domain === '' && (op === 'Conv' || op === 'ConvTranspose');

/** [C, 1, 1] or [1, C, 1, 1]. */
const isPerChannel = (dims: readonly number[], channels: number): boolean =>
  dims.length >= 3 && dims.at(-3) === channels && sizeOf(dims) === channels;

/** The bias as a vector: what it was reshaped from, or a value to be made once and kept in `vectors`. */
function asVector(
  graph: Graph,
  vectors: Map<string, string>,
  producer: Node | undefined,
  bias: string,
  channels: number,
): { name: string; node?: Node } {
  const origin = producer?.op === 'Reshape' ? producer.inputs[0]! : bias;
  if (graph.types.get(origin)!.dims.length === 1) return { name: origin };
  const known = vectors.get(origin);
  if (known !== undefined) return { name: known };
  const constant = graph.constants.get(origin);
  let name = `${origin}.vector`;
  while (graph.types.has(name) || graph.types.has(`${name}.shape`)) name += '_';
  vectors.set(origin, name);
  graph.types.set(name, { dtype: 'float32', dims: [channels] });
  if (constant) {
    graph.constants.set(name, { ...constant, dims: [channels] });
    return { name };
  }
  const shape = `${name}.shape`;
  graph.constants.set(shape, { data: BigInt64Array.of(BigInt(channels)), dims: [1], dtype: 'int64' });
  graph.types.set(shape, { dtype: 'int64', dims: [1] });
  return { name, node: { name, op: 'Reshape', domain: '', inputs: [origin, shape], outputs: [name], attributes: {} } };
}
