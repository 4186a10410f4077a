/**
 * GroupNorm as it is traced (mean, difference, variance, root, scale, shift over [N, G, C / G, H, W]) becomes ONNX's
 * InstanceNormalization of [N, G, C / G * H * W] with one scale and one shift a channel after it: one operator in place of seven,
 * and one that every execution provider has.
 */
import type { Graph, Node } from '../graph.ts';
import { sizeOf } from '../graph.ts';
import { sameList } from '../layout.ts';
import { producers, readers } from './uses.ts';

export function fuseGroupNorm(graph: Graph): void {
  const producer = producers(graph);
  const reads = readers(graph);
  for (const back of [...graph.nodes]) {
    const found = back.op === 'Reshape' ? match(graph, producer, back) : undefined;
    if (!found) continue;
    // Everything between must serve this normalization alone.
    if (found.inner.some((node) => !reads.get(node.outputs[0]!)!.every((reader) => found.all.has(reader)))) continue;
    const at = graph.nodes.indexOf(back);
    graph.nodes.splice(at, 1, ...replacement(graph, back, found));
  }
}

interface Match {
  /** The image [N, C, H, W]. */
  source: string;
  groups: number;
  channels: number;
  epsilon: number;
  scale: string;
  shift: string;
  inner: Node[];
  all: Set<Node>;
}

function match(graph: Graph, producer: ReadonlyMap<string, Node>, back: Node): Match | undefined {
  const from = (name: string | undefined, op: string): Node | undefined => {
    const node = name === undefined ? undefined : producer.get(name);
    return node?.op === op ? node : undefined;
  };
  /** The two inputs of a commutative node: the computed one and the constant. */
  const withConstant = (node: Node | undefined): [string, string] | undefined => {
    const side = node ? node.inputs.findIndex((input) => graph.constants.has(input)) : -1;
    return side < 0 ? undefined : [node!.inputs[1 - side]!, node!.inputs[side]!];
  };
  const shifted = from(back.inputs[0], 'Add');
  const [scaledName, shift] = withConstant(shifted) ?? [];
  const scaled = from(scaledName, 'Mul');
  const difference = scaled?.inputs.map((input) => from(input, 'Sub')).find(Boolean);
  const factor = from(
    scaled?.inputs.find((input) => input !== difference?.outputs[0]),
    'Mul',
  );
  const [inverseName, scale] = withConstant(factor) ?? [];
  const inverse = from(inverseName, 'Reciprocal');
  const root = from(inverse?.inputs[0], 'Sqrt');
  const guarded = from(root?.inputs[0], 'Add');
  const [varianceName, epsilon] = withConstant(guarded) ?? [];
  const variance = from(varianceName, 'ReduceMean');
  const square = from(variance?.inputs[0], 'Mul');
  const mean = from(difference?.inputs[1], 'ReduceMean');
  const grouped = from(difference?.inputs[0], 'Reshape');
  if (!variance || !square || !mean || !grouped || !shift || !scale || !epsilon) return undefined;
  const d = difference!.outputs[0]!;
  if (!square.inputs.every((input) => input === d) || mean.inputs[0] !== grouped.outputs[0]) return undefined;

  const dims = graph.types.get(grouped.outputs[0]!)!.dims; // [N, G, C / G, H, W]
  const image = graph.types.get(grouped.inputs[0]!)!.dims; // [N, C, H, W]
  const axes = (node: Node) => Array.from(graph.constants.get(node.inputs[1]!)!.data, Number);
  const overGroups = [mean, variance].every((node) => sameList(axes(node), [2, 3, 4]));
  const channels = dims[1]! * dims[2]!;
  if (dims.length !== 5 || image.length !== 4 || image[1] !== channels || !overGroups) return undefined;
  if (!sameList(graph.types.get(back.outputs[0]!)!.dims, image)) return undefined;
  const inner = [grouped, mean, difference!, square, variance, guarded!, root!, inverse!, factor!, scaled!, shifted!];
  return {
    ...{ source: grouped.inputs[0]!, groups: dims[1]!, channels, scale, shift, inner },
    epsilon: graph.constants.get(epsilon)!.data[0] as number,
    all: new Set([...inner, back]),
  };
}

function replacement(graph: Graph, back: Node, { source, groups, channels, epsilon, scale, shift }: Match): Node[] {
  const prefix = back.outputs[0]!.replace(/\/[^/]*$/, '');
  const nodes: Node[] = [];
  const image = graph.types.get(back.outputs[0]!)!;
  const constant = (name: string, dims: readonly number[], data: Float32Array | BigInt64Array): string => {
    const dtype = data instanceof Float32Array ? 'float32' : 'int64';
    graph.constants.set(name, { dtype, dims, data });
    graph.types.set(name, { dtype, dims });
    return name;
  };
  const perChannel = (name: string): string => {
    const { data } = graph.constants.get(name)!;
    return constant(`${name}.channels`, data.length === 1 ? [] : [channels, 1, 1], data as Float32Array);
  };
  const add = (op: string, inputs: string[], dims: readonly number[], attributes: Node['attributes'] = {}): string => {
    let name = `${prefix}/${op}`;
    for (let i = 1; graph.types.has(name); i++) name = `${prefix}/${op}_${i}`;
    graph.types.set(name, { dtype: 'float32', dims });
    nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes });
    return name;
  };
  const batch = image.dims[0]!;
  const rows = [batch, groups, sizeOf(image.dims) / batch / groups];
  // 0 keeps the batch as it comes in.
  const toRows = constant(`rows_${groups}`, [3], BigInt64Array.of(0n, BigInt(groups), -1n));
  const ones = constant(`ones_${groups}`, [groups], new Float32Array(groups).fill(1));
  const zeros = constant(`zeros_${groups}`, [groups], new Float32Array(groups));
  const flat = add('Reshape', [source, toRows], rows);
  const normal = add('InstanceNormalization', [flat, ones, zeros], rows, { epsilon: { float: epsilon } });
  const restored = add('Reshape', [normal, back.inputs[1]!], image.dims);
  const scaled = add('Mul', [restored, perChannel(scale)], image.dims);
  nodes.push({ ...back, op: 'Add', inputs: [scaled, perChannel(shift)] });
  return nodes;
}
