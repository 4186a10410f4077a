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
  const filter = origin
    ? swappedBlocks(insert, origin, filterDims, block, upTo(sizeOf(filterDims.slice(2))).reverse(), filterDims)
    : straightBlocks(insert, w, filterDims, block);
  const blocked = insert.add('Conv', [image, filter, ...(bias ? [bias] : [])], dims, {
    domain: BLOCKED,
    attributes: node.attributes,
    after: output,
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
 * The filter [O, C, kH, kW] in blocks, [O / B, C / B, taps, B of C, B of O], under its own dimensions. Runs of B inputs are moved
 * to [O, C / B, taps, B of C], and ReorderInput brings the outputs innermost.
 */
function straightBlocks(insert: Inserter, filter: string, dims: Quad, block: number): string {
  const [outputs, inputs, kH, kW] = dims;
  const taps = kH * kW;
  const [perOutput, whole] = [inputs / block, sizeOf(dims) / block];
  const order = insert.constant(`runs_${dims.join('x')}_${block}`, 'int32', [whole], () =>
    Int32Array.from({ length: whole }, (_, to) => {
      const [o, rest] = [Math.floor(to / (perOutput * taps)), to % (perOutput * taps)];
      return (o * taps + (rest % taps)) * perOutput + Math.floor(rest / taps);
    }),
  );
  const moved = insert.add('Gather', [runs(insert, filter, dims, block), order], [whole, block]);
  const image = [1, outputs, 1, inputs * taps];
  const columns = insert.add('Reshape', [moved, insert.vector(image)], image);
  const blocks = insert.add('ReorderInput', [columns], image, { domain: BLOCKED });
  return insert.add('Reshape', [blocks, insert.vector(dims)], dims);
}

/**
 * A filter [A, C, kH, kW] with its first axes swapped, in blocks [C / B, A / B, taps, B of A, B of C]: C is innermost there and in
 * the runs, so the runs are all that moves.
 * @param dims of the filter as the convolution reads it: [C, A, ...]
 * @param taps which of the filter's taps, in order
 * @param source dimensions of the filter, for its number of taps
 */
export function swappedBlocks(
  insert: Inserter,
  filter: string,
  dims: Quad,
  block: number,
  taps: readonly number[],
  source: readonly number[],
): string {
  const [outputs, inputs] = dims;
  const all = sizeOf(source.slice(2));
  const whole = sizeOf(dims) / block;
  const order = insert.constant(`runs_${dims.join('x')}_${block}_${taps.join('_')}_of_${all}`, 'int32', [whole], () => {
    const places = new Int32Array(whole);
    let to = 0;
    for (let o = 0; o < outputs / block; o++) {
      for (let c = 0; c < inputs; c += block) {
        for (const tap of taps) {
          for (let i = c; i < c + block; i++) places[to++] = (i * all + tap) * (outputs / block) + o;
        }
      }
    }
    return places;
  });
  const moved = insert.add('Gather', [runs(insert, filter, [inputs, outputs, all], block), order], [whole, block]);
  return insert.add('Reshape', [moved, insert.vector(dims)], dims);
}

/** A filter [A, C, taps] as runs of B of its second axis: [A * taps * C / B, B]. */
function runs(insert: Inserter, filter: string, dims: readonly number[], block: number): string {
  const [a, c] = dims as [number, number];
  const taps = sizeOf(dims.slice(2));
  const flat = insert.add('Reshape', [filter, insert.vector([a, c, taps])], [a, c, taps]);
  const perm = { perm: { ints: [0, 2, 1] } };
  const inner = insert.add('Transpose', [flat], [a, taps, c], { attributes: perm });
  const count = (a * taps * c) / block;
  return insert.add('Reshape', [inner, insert.vector([count, block])], [count, block]);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, tap) => tap);

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
