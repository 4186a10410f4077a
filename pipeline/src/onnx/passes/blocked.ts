/**
 * Runs convolutions with trained filters on onnxruntime's blocked kernels (operators of the domain com.microsoft.nchwc, CPU only).
 *
 * onnxruntime itself uses these kernels, 1.3 to 1.6 times as fast as its plain Conv, only where filters are constants, that is
 * for inference. Here the filter is rearranged in the graph at each step, which is cheap beside the convolution:
 * images become [N, C / B, H, W, B] and filters [O / B, C / B, kH, kW, B of C, B of O], B being the width of a vector register.
 * The block size is a property of the machine, so this pass is for graphs that run where they were made.
 */
import type { Graph, Node } from '../graph.ts';
import { sizeOf } from '../graph.ts';
import { blockTransposed, isTransposedCandidate } from './blocked-transpose.ts';
import { removeDead } from './dead.ts';
import { createInserter, type Inserter } from './insert.ts';
import { producers } from './uses.ts';

export type Quad = readonly [number, number, number, number];

/** Below this many pixels rearranging the filter costs more than the blocked kernel saves. */
const MIN_PIXELS = 512;
export const BLOCKED = 'com.microsoft.nchwc';

/** @param block the machine's block size, 8 or 16 */
export function blockConvolutions(graph: Graph, block: number): void {
  const producer = producers(graph);
  const insert = createInserter(graph);
  for (const node of graph.nodes) {
    if (isCandidate(graph, node, block)) blockConvolution(graph, insert, node, block, swappedFilter(producer, node));
    else if (isTransposedCandidate(graph, node, block)) blockTransposed(graph, insert, node, block);
    else insert.nodes.push(node);
  }
  graph.nodes = insert.nodes;
  removeDead(graph);
}

/** `origin` is the filter of which the node's is the swapped and reversed one, if it is. */
function blockConvolution(graph: Graph, insert: Inserter, node: Node, block: number, origin: string | undefined): void {
  const [x, w, bias] = node.inputs as [string, string, string?];
  const output = node.outputs[0]!;
  const { dims } = graph.types.get(output)!;
  const image = insert.add('ReorderInput', [x], graph.types.get(x)!.dims, { domain: BLOCKED });
  const filterDims = graph.types.get(w)!.dims as Quad;
  const [outputs, inputs, kH, kW] = filterDims;
  const taps = kH * kW;
  const name = `blocks_${filterDims.join('x')}${origin ? '_swapped' : ''}`;
  const filter = gatherBlocks(insert, origin ?? w, name, filterDims, block, (o, c, tap) =>
    origin ? (c * outputs + o) * taps + taps - 1 - tap : (o * inputs + c) * taps + tap,
  );
  const blocked = insert.add('Conv', [image, filter, ...(bias ? [bias] : [])], dims, {
    ...{ domain: BLOCKED, attributes: node.attributes, after: output },
  });
  insert.nodes.push(reordered(blocked, output, dims[1]!));
}

/** Back to [N, C, H, W], under the name of the value that it takes the place of. */
export function reordered(blocked: string, output: string, channels: number): Node {
  const attributes = { channels: { int: channels } };
  return {
    name: `${output}.out`,
    op: 'ReorderOutput',
    domain: BLOCKED,
    inputs: [blocked],
    outputs: [output],
    attributes,
  };
}

/**
 * A filter in blocks, [O / B, C / B, taps, B of C, B of O] under the dimensions `dims` [O, C, kH, kW].
 * @param name of the constant that holds the order
 * @param place where the filter `source`, laid flat, holds an element
 */
export function gatherBlocks(
  insert: Inserter,
  source: string,
  name: string,
  dims: Quad,
  block: number,
  place: (output: number, input: number, tap: number) => number,
): string {
  const order = insert.constant(name, 'int32', [sizeOf(dims)], () => blockOrder(dims, block, place));
  const flat = insert.add('Reshape', [source, insert.vector([-1])], [sizeOf(dims)]);
  const blocks = insert.add('Gather', [flat, order], [sizeOf(dims)]);
  return insert.add('Reshape', [blocks, insert.vector(dims)], dims);
}

function blockOrder(
  [outputs, inputs, kH, kW]: Quad,
  block: number,
  place: (output: number, input: number, tap: number) => number,
): Int32Array {
  const order = new Int32Array(outputs * inputs * kH * kW);
  let to = 0;
  for (let o = 0; o < outputs; o += block) {
    for (let c = 0; c < inputs; c += block) {
      for (let tap = 0; tap < kH * kW; tap++) {
        for (let i = c; i < c + block; i++) {
          for (let j = o; j < o + block; j++) order[to++] = place(j, i, tap);
        }
      }
    }
  }
  return order;
}

function isCandidate(graph: Graph, node: Node, block: number): boolean {
  if (node.op !== 'Conv' || node.domain !== '' || graph.constants.has(node.inputs[1]!)) return false;
  const [outputs, inputs, kH, kW] = graph.types.get(node.inputs[1]!)!.dims as Quad;
  const { group } = node.attributes as { group: { int: number } };
  const whole = outputs % block === 0 && inputs % block === 0;
  return group.int === 1 && whole && kH * kW > 1 && hasManyPixels(graph, node.outputs[0]!);
}

export function hasManyPixels(graph: Graph, image: string): boolean {
  const [batch, , height, width] = graph.types.get(image)!.dims as Quad;
  return batch * height * width >= MIN_PIXELS;
}

/** Where a filter is another with its channels swapped and its taps reversed, for an input gradient: that other one. */
function swappedFilter(producer: ReadonlyMap<string, Node>, conv: Node): string | undefined {
  const slice = producer.get(conv.inputs[1]!);
  const swap = slice?.op === 'Slice' ? producer.get(slice.inputs[0]!) : undefined;
  const perm = swap?.op === 'Transpose' ? (swap.attributes.perm as { ints: readonly number[] }).ints : [];
  return perm.join() === '1,0,2,3' ? swap!.inputs[0] : undefined;
}
