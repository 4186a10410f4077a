/**
 * Runs convolutions with trained filters on onnxruntime's blocked kernels (operators of the domain com.microsoft.nchwc, CPU only).
 *
 * onnxruntime itself uses these kernels, 1.3 to 1.6 times as fast as its plain Conv, only where filters are constants, that is
 * for inference. Here the filter is rearranged in the graph at each step, which is cheap beside the convolution:
 * images become [N, C / B, H, W, B] and filters [O / B, C / B, kH, kW, B of C, B of O], B being the width of a vector register.
 * The block size is a property of the machine, so this pass is for graphs that run where they were made.
 */
import type { Graph, Node } from '../graph.ts';
import { producers } from './uses.ts';

/** Below this many pixels rearranging the filter costs more than the blocked kernel saves. */
const MIN_PIXELS = 1024;

/** @param block the machine's block size, 8 or 16 */
export function blockConvolutions(graph: Graph, block: number): void {
  const producer = producers(graph);
  const nodes: Node[] = [];
  const rearranged = new Map<string, string>();
  const blockedImage = new Map<string, string>();
  const add = (op: string, inputs: string[], dims: readonly number[], options: Partial<Node> = {}): string => {
    const name = fresh(graph, `${inputs[0]}.${op}`);
    graph.types.set(name, { dtype: 'float32', dims });
    nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes: {}, ...options });
    return name;
  };
  const reshape = (x: string, dims: readonly number[]): string => {
    const shape = `shape_${dims.join('_')}`;
    const data = BigInt64Array.from(dims, BigInt);
    graph.constants.set(shape, { dtype: 'int64', dims: [dims.length], data });
    graph.types.set(shape, { dtype: 'int64', dims: [dims.length] });
    return add('Reshape', [x, shape], dims);
  };
  const transpose = (x: string, perm: readonly number[]): string => {
    const { dims } = graph.types.get(x)!;
    return add(
      'Transpose',
      [x],
      perm.map((axis) => dims[axis]!),
      { attributes: { perm: { ints: perm } } },
    );
  };

  /** [O, C, kH, kW] in blocks: [O / B, C / B, kH kW, B of C, B of O], said to have the dimensions of the filter. */
  const blockFilter = (name: string): string => {
    const known = rearranged.get(name);
    if (known) return known;
    const source = swappedFilter(producer, name);
    const [outputs, inputs, kH, kW] = graph.types.get(source ?? name)!.dims as [number, number, number, number];
    const split = reshape(source ?? name, [outputs / block, block, inputs / block, block, kH * kW]);
    let blocks = transpose(split, source ? [2, 0, 4, 1, 3] : [0, 2, 4, 3, 1]);
    if (source) blocks = reversed(graph, blocks, add);
    const result = reshape(blocks, graph.types.get(name)!.dims);
    rearranged.set(name, result);
    return result;
  };

  for (const node of graph.nodes) {
    if (!isCandidate(graph, node, block)) {
      nodes.push(node);
      continue;
    }
    const [x, w, bias] = node.inputs as [string, string, string?];
    const { dims } = graph.types.get(x)!;
    const domain = 'com.microsoft.nchwc';
    const image = blockedImage.get(x) ?? add('ReorderInput', [x], dims, { domain });
    blockedImage.set(x, image);
    const output = node.outputs[0]!;
    const outDims = graph.types.get(output)!.dims;
    const inputs = [image, blockFilter(w), ...(bias ? [bias] : [])];
    const blocked = add('Conv', inputs, outDims, { domain, attributes: node.attributes, name: node.name });
    const attributes = { channels: { int: outDims[1]! } };
    nodes.push({
      name: `${node.name}.out`,
      op: 'ReorderOutput',
      domain,
      inputs: [blocked],
      outputs: [output],
      attributes,
    });
  }
  graph.nodes = nodes;
}

function isCandidate(graph: Graph, node: Node, block: number): boolean {
  if (node.op !== 'Conv' || node.domain !== '' || graph.constants.has(node.inputs[1]!)) return false;
  const [outputs, inputs, kH, kW] = graph.types.get(node.inputs[1]!)!.dims as [number, number, number, number];
  const { group } = node.attributes as { group: { int: number } };
  const [batch, , height, width] = graph.types.get(node.outputs[0]!)!.dims as [number, number, number, number];
  const whole = outputs % block === 0 && inputs % block === 0;
  return group.int === 1 && whole && kH * kW > 1 && batch * height * width >= MIN_PIXELS;
}

/** Where `name` is a filter with its channels swapped and its taps reversed, for an input gradient: the filter it came from. */
function swappedFilter(producer: ReadonlyMap<string, Node>, name: string): string | undefined {
  const slice = producer.get(name);
  const swap = slice?.op === 'Slice' ? producer.get(slice.inputs[0]!) : undefined;
  const perm = swap?.op === 'Transpose' ? (swap.attributes.perm as { ints: readonly number[] }).ints : [];
  return perm.join() === '1,0,2,3' ? swap!.inputs[0] : undefined;
}

/** The taps, axis 2 of [C / B, O / B, taps, B, B], in reverse. */
function reversed(
  graph: Graph,
  blocks: string,
  add: (op: string, inputs: string[], dims: readonly number[]) => string,
) {
  const vector = (value: number) => {
    const name = `int64_${value}`;
    graph.constants.set(name, { dtype: 'int64', dims: [1], data: BigInt64Array.of(BigInt(value)) });
    graph.types.set(name, { dtype: 'int64', dims: [1] });
    return name;
  };
  const { dims } = graph.types.get(blocks)!;
  return add('Slice', [blocks, vector(-1), vector(-(2 ** 31)), vector(2), vector(-1)], dims);
}

function fresh(graph: Graph, name: string): string {
  let unique = name;
  for (let i = 1; graph.types.has(unique); i++) unique = `${name}_${i}`;
  return unique;
}
