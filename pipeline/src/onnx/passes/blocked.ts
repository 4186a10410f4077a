/**
 * Runs convolutions with trained filters on onnxruntime's blocked kernels (operators of the domain com.microsoft.nchwc, CPU only).
 *
 * onnxruntime itself uses these kernels, 1.3 to 1.6 times as fast as its plain Conv, only where filters are constants, that is
 * for inference. Here the filter is rearranged in the graph at each step, which is cheap beside the convolution:
 * images become [N, C / B, H, W, B] and filters [O / B, C / B, kH, kW, B of C, B of O], B being the width of a vector register.
 * The block size is a property of the machine, so this pass is for graphs that run where they were made.
 */
import type { ConstantData, DType, Graph, Node } from '../graph.ts';
import { sizeOf } from '../graph.ts';
import { removeDead } from './dead.ts';
import { producers } from './uses.ts';

type Quad = readonly [number, number, number, number];

/** Below this many pixels rearranging the filter costs more than the blocked kernel saves. */
const MIN_PIXELS = 1024;

/** @param block the machine's block size, 8 or 16 */
export function blockConvolutions(graph: Graph, block: number): void {
  const producer = producers(graph);
  const nodes: Node[] = [];
  const made = new Map<string, string>();
  /** Adds a node once, or returns what it gave before. */
  const add = (op: string, inputs: string[], dims: readonly number[], options: Partial<Node> = {}): string => {
    const key = JSON.stringify([op, inputs, dims]);
    const known = made.get(key);
    if (known) return known;
    const name = fresh(graph, `${inputs[0]}.${op}`);
    graph.types.set(name, { dtype: 'float32', dims });
    nodes.push({ name, op, domain: '', inputs, outputs: [name], attributes: {}, ...options });
    made.set(key, name);
    return name;
  };

  for (const node of graph.nodes) {
    if (!isCandidate(graph, node, block)) {
      nodes.push(node);
      continue;
    }
    const [x, w, bias] = node.inputs as [string, string, string?];
    const output = node.outputs[0]!;
    const { dims } = graph.types.get(output)!;
    const domain = 'com.microsoft.nchwc';
    const image = add('ReorderInput', [x], graph.types.get(x)!.dims, { domain });

    const origin = swappedFilter(producer, w) ?? w;
    const filterDims = graph.types.get(w)!.dims as Quad;
    const flat = add('Reshape', [origin, vector(graph, [sizeOf(filterDims)])], [sizeOf(filterDims)]);
    const blocks = add('Gather', [flat, blockOrder(graph, filterDims, block, origin !== w)], [sizeOf(filterDims)]);
    const filter = add('Reshape', [blocks, vector(graph, filterDims)], filterDims);

    const inputs = [image, filter, ...(bias ? [bias] : [])];
    const blocked = fresh(graph, `${output}.blocked`);
    graph.types.set(blocked, { dtype: 'float32', dims });
    nodes.push({ ...node, domain, inputs, outputs: [blocked] });
    const attributes = { channels: { int: dims[1]! } };
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
  removeDead(graph);
}

function isCandidate(graph: Graph, node: Node, block: number): boolean {
  if (node.op !== 'Conv' || node.domain !== '' || graph.constants.has(node.inputs[1]!)) return false;
  const [outputs, inputs, kH, kW] = graph.types.get(node.inputs[1]!)!.dims as Quad;
  const { group } = node.attributes as { group: { int: number } };
  const [batch, , height, width] = graph.types.get(node.outputs[0]!)!.dims as Quad;
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

/**
 * For each element of the blocked filter [O / B, C / B, taps, B of C, B of O] its place in the filter [O, C, taps], or, swapped,
 * in the filter [C, O, taps] read with its taps reversed.
 */
function blockOrder(graph: Graph, [outputs, inputs, kH, kW]: Quad, block: number, swapped: boolean): string {
  const taps = kH * kW;
  const order = new Int32Array(outputs * inputs * taps);
  let to = 0;
  for (let o = 0; o < outputs; o += block) {
    for (let c = 0; c < inputs; c += block) {
      for (let tap = 0; tap < taps; tap++) {
        for (let i = c; i < c + block; i++) {
          for (let j = o; j < o + block; j++) {
            order[to++] = swapped ? (i * outputs + j) * taps + taps - 1 - tap : (j * inputs + i) * taps + tap;
          }
        }
      }
    }
  }
  const name = `blocks_${outputs}x${inputs}x${kH}x${kW}${swapped ? '_swapped' : ''}`;
  return constant(graph, name, 'int32', [order.length], order);
}

const vector = (graph: Graph, values: readonly number[]): string =>
  constant(graph, `shape_${values.join('_')}`, 'int64', [values.length], BigInt64Array.from(values, BigInt));

function constant(graph: Graph, name: string, dtype: DType, dims: readonly number[], data: ConstantData): string {
  graph.constants.set(name, { dtype, dims, data });
  graph.types.set(name, { dtype, dims });
  return name;
}

function fresh(graph: Graph, name: string): string {
  let unique = name;
  for (let i = 1; graph.types.has(unique); i++) unique = `${name}_${i}`;
  return unique;
}
