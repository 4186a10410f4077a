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
import { BLOCKED, hasManyPixels, type Quad, reordered, straightBlocks, swappedBlocks } from './blocked-layout.ts';
import { blockTransposed, isTransposedCandidate } from './blocked-transpose.ts';
import { removeDead } from './dead.ts';
import { createInserter, type Inserter } from '../rewrite/insert.ts';
import { producers } from '../rewrite/uses.ts';

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

const upTo = (count: number): number[] => Array.from({ length: count }, (_, tap) => tap);

function isCandidate(graph: Graph, node: Node, block: number): boolean {
  if (node.op !== 'Conv' || node.domain !== '' || graph.constants.has(node.inputs[1]!)) return false;
  const [outputs, inputs, kH, kW] = graph.types.get(node.inputs[1]!)!.dims as Quad;
  const { group } = node.attributes as { group: { int: number } };
  const whole = outputs % block === 0 && inputs % block === 0;
  return group.int === 1 && whole && kH * kW > 1 && hasManyPixels(graph, node.outputs[0]!);
}

/** Where a filter is another with its channels swapped and its taps reversed, for an input gradient: that other one. */
function swappedFilter(producer: ReadonlyMap<string, Node>, conv: Node): string | undefined {
  const slice = producer.get(conv.inputs[1]!);
  const swap = slice?.op === 'Slice' ? producer.get(slice.inputs[0]!) : undefined;
  const perm = swap?.op === 'Transpose' ? (swap.attributes.perm as { ints: readonly number[] }).ints : [];
  return perm.join() === '1,0,2,3' ? swap!.inputs[0] : undefined;
}
