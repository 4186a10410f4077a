/**
 * Keeps images in blocks between blocked convolutions. `ReorderOutput` and `ReorderInput` read and write an image each,
 * as much as the elementwise operators and sums between them. These can do without: an image in blocks,
 * [N, C / B, H, W, B], is the same to an operator on whole images, and a convolution of each channel by itself multiplies and
 * adds what belongs to a channel.
 *
 * The values are the same but for sums, which add up in another order: along a row or an image, then over the batch.
 */
import { type Graph, type Node, sizeOf } from '../graph/graph.ts';
import { createInserter } from '../rewrite/insert.ts';
import { producers, redirect } from '../rewrite/uses.ts';
import { BLOCKED, reordered } from './blocked-layout.ts';
import { type InBlocks, lowerings } from './blocked-operators.ts';
import { shareCommon } from './common.ts';
import { removeDead } from './dead.ts';

/**
 * Computes in blocks what has only images in blocks to read. Does nothing where that would not save reorders.
 *
 * @param graph after `blockConvolutions`' rules; edited in place
 * @param block as there
 */
export function stayBlocked(graph: Graph, block: number): void {
  const kept = copyOf(graph);
  lower(graph, block);
  if (reorderedElements(graph) < reorderedElements(kept)) return;
  Object.assign(graph, kept);
}

/** A copy to go back to; what nodes, types and constants are made of is never edited in place. */
const copyOf = (graph: Graph): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => ({ ...node })),
  constants: new Map(graph.constants),
  types: new Map(graph.types),
});

function lower(graph: Graph, block: number): void {
  const insert = createInserter(graph);
  const blocks = new Map<string, string>();
  const renamed = new Map<string, string>();
  const isImage = (name: string): boolean => {
    const { dtype, dims } = graph.types.get(name)!;
    return dtype === 'float32' && dims.length === 4 && dims[1]! % block === 0;
  };
  const inBlocks: InBlocks = { graph, insert, isImage, blocks: (name) => blocks.get(name), affine: new Map() };
  for (const node of graph.nodes) {
    const [x] = node.inputs;
    const [y] = node.outputs as [string];
    const known = node.op === 'ReorderInput' && node.domain === BLOCKED ? blocks.get(x!) : undefined;
    if (known !== undefined) {
      renamed.set(y, known);
      continue;
    }
    if (isReorder(node, 'ReorderInput') && isImage(x!)) blocks.set(x!, y);
    if (isReorder(node, 'ReorderOutput') && isImage(y)) blocks.set(y, x!);
    const made = node.domain === '' ? lowerings[node.op]?.(inBlocks, node) : undefined;
    if (!made) {
      insert.nodes.push(node);
      continue;
    }
    if (typeof made !== 'object') continue;
    for (const [i, name] of made.entries()) {
      const output = node.outputs[i]!;
      blocks.set(output, name);
      insert.nodes.push(reordered(name, output, graph.types.get(output)!.dims[1]!));
    }
  }
  graph.nodes = insert.nodes;
  redirect(graph, renamed);
  removeDead(graph);
  shareCommon(graph);
  activate(graph);
  removeDead(graph);
}

const isReorder = ({ op, domain, attributes }: Node, kind: string): boolean =>
  op === kind && domain === BLOCKED && !attributes.channels_last;

/** Gives convolutions their ReLU where nothing else but its derivative reads what comes before it. */
function activate(graph: Graph): void {
  const producer = producers(graph);
  const renamed = new Map<string, string>();
  const gone = new Set<Node>();
  for (const relu of graph.nodes.filter(({ op }) => op === 'Relu')) {
    const [before] = relu.inputs as [string];
    const conv = producer.get(before);
    if (conv?.op !== 'Conv' || conv.domain !== BLOCKED || graph.outputs.some(({ name }) => name === before)) continue;
    const readers = graph.nodes.filter((node) => node !== relu && node.inputs.includes(before));
    if (!readers.every(isStep)) continue;
    conv.attributes = { ...conv.attributes, activation: { string: 'Relu' } };
    conv.outputs = [...relu.outputs];
    renamed.set(before, relu.outputs[0]!);
    gone.add(relu);
  }
  graph.nodes = graph.nodes.filter((node) => !gone.has(node));
  redirect(graph, renamed);
}

/** A HardSigmoid that is 0 up to 0, so the same of x and of ReLU(x). */
const isStep = ({ op, attributes }: Node): boolean =>
  op === 'HardSigmoid' && 'beta' in attributes && (attributes.beta as { float: number }).float === 0;

/** How many elements of images the graph's reorders move. */
const reorderedElements = ({ nodes, types }: Graph): number =>
  nodes
    .filter(({ op, domain }) => domain === BLOCKED && op.startsWith('Reorder'))
    .reduce((sum, { outputs }) => sum + sizeOf(types.get(outputs[0]!)!.dims), 0);
