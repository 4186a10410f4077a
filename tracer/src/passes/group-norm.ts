/**
 * GroupNorm as it is traced (mean, difference, variance, root, scale, shift over [N, G, C / G, H, W]) becomes ONNX's
 * InstanceNormalization of [N, G, C / G * H * W] with one scale and one shift a channel after it: one operator in place of seven,
 * and one that every execution provider has.
 */
import type { Graph, Node } from '../graph.ts';
import { sizeOf } from '../graph.ts';
import { sameList } from '../layout.ts';
import { createInserter, type Inserter } from './insert.ts';
import { producers, readers } from './uses.ts';

export function fuseGroupNorm(graph: Graph): void {
  const producer = producers(graph);
  const reads = readers(graph);
  const insert = createInserter(graph);
  for (const node of graph.nodes) {
    const found = node.op === 'Reshape' ? match(graph, producer, node) : undefined;
    // Everything between must serve this normalization alone; it is dead code afterwards.
    const alone = found?.inner.every((inner) => reads.get(inner.outputs[0]!)!.every((reader) => found.all.has(reader)));
    if (found && alone) replace(graph, insert, node, found);
    else insert.nodes.push(node);
  }
  graph.nodes = insert.nodes;
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
    source: grouped.inputs[0]!,
    groups: dims[1]!,
    channels,
    scale,
    shift,
    inner,
    epsilon: graph.constants.get(epsilon)!.data[0] as number,
    all: new Set([...inner, back]),
  };
}

/** Puts the one operator, the scale and the shift in the place of `back`, the Reshape that ended the normalization. */
function replace(graph: Graph, insert: Inserter, back: Node, found: Match): void {
  const { source, groups, channels, epsilon, scale, shift } = found;
  const after = back.outputs[0]!;
  const { dims } = graph.types.get(after)!;
  const rows = [dims[0]!, groups, sizeOf(dims) / dims[0]! / groups];
  const perGroup = (name: string, value: number): string =>
    insert.constant(`${name}_${groups}`, 'float32', [groups], () => new Float32Array(groups).fill(value));
  const perChannel = (name: string): string => {
    const { data } = graph.constants.get(name)!;
    return insert.constant(`${name}.channels`, 'float32', data.length === 1 ? [] : [channels, 1, 1], () => data);
  };
  const flat = insert.add('Reshape', [source, insert.vector([0, groups, -1])], rows, { after }); // 0 keeps the batch
  const normal = insert.add('InstanceNormalization', [flat, perGroup('ones', 1), perGroup('zeros', 0)], rows, {
    after,
    attributes: { epsilon: { float: epsilon } },
  });
  const restored = insert.add('Reshape', [normal, back.inputs[1]!], dims, { after });
  const scaled = insert.add('Mul', [restored, perChannel(scale)], dims, { after });
  insert.nodes.push({ ...back, op: 'Add', inputs: [scaled, perChannel(shift)] });
}
