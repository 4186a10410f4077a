/**
 * Runs long elementwise computations piece by piece. An optimizer's update of millions of weights is a dozen operators,
 * and each reads whole vectors from main memory and writes one. In a loop over pieces that fit the processor's cache,
 * each vector travels once.
 *
 * For onnxruntime's CPU provider. The values keep their bits, but for sums, which add up in another order.
 */
import { type Graph, type Node, sizeOf, valuesRead } from '../graph/graph.ts';
import { type Loop, writeLoops } from './chunk-loop.ts';
import { findRegions, type Region, sumsAll, vectorInputs } from './chunk-regions.ts';

/** Elements of a piece: half a MiB a vector, so that the handful of an update fits the caches of two cores. */
const PIECE = 2 ** 17;

/**
 * Puts chains of elementwise operators on long vectors into loops over pieces of them.
 *
 * Outputs of the graph that come from such a loop become matrices, [pieces, elements of a piece]: the same numbers in the
 * same order.
 *
 * @param graph edited in place
 * @param piece wanted number of elements; a vector is cut into equal pieces of about that
 */
export function chunkElementwise(graph: Graph, piece = PIECE): void {
  let regions = findRegions(graph, (size) => countPieces(size, piece) !== undefined);
  // Without one of them, another may have to write more.
  for (let before = Number.POSITIVE_INFINITY; regions.length < before; ) {
    before = regions.length;
    const loops = loopsOf(graph, regions, piece);
    regions = regions.filter((_, i) => isWorthIt(graph, loops[i]!));
  }
  writeLoops(graph, loopsOf(graph, regions, piece));
}

/** The number of equal pieces that is nearest to the wanted size; undefined for short and for indivisible vectors. */
function countPieces(size: number, piece: number): number | undefined {
  const wanted = size / piece;
  const counts: number[] = [];
  if (wanted < 2) return undefined;
  for (let count = Math.ceil(wanted / 2); count <= 2 * wanted; count++) if (size % count === 0) counts.push(count);
  const off = (count: number) => Math.abs(Math.log(count / wanted));
  return counts.length === 0 ? undefined : counts.reduce((best, count) => (off(count) < off(best) ? count : best));
}

function loopsOf(graph: Graph, regions: readonly Region[], piece: number): Loop[] {
  const makers = regions.flatMap(({ nodes }) => nodes.map((node) => [node.outputs[0]!, node] as const));
  const maker = new Map(makers);
  const bodies = regions.map(({ nodes }) => withCopies(graph, nodes, maker));
  const inputs = bodies.map((body) => {
    const made = new Set(body.flatMap((node) => node.outputs));
    return [...new Set(body.flatMap((node) => vectorInputs(graph, node)))].filter((name) => !made.has(name));
  });
  const replaced = new Set(maker.values());
  const isSum = (name: string) => maker.has(name) && sumsAll(graph, maker.get(name)!);
  const read = new Set([
    ...graph.outputs.map(({ name }) => name),
    ...graph.nodes.filter((node) => !replaced.has(node)).flatMap(valuesRead),
    ...inputs.flat(),
    ...[...replaced].flatMap((node) => node.inputs).filter(isSum),
  ]);
  return regions.map(({ nodes, size }, i) => ({
    replaced: nodes,
    body: bodies[i]!,
    inputs: inputs[i]!,
    outputs: nodes.flatMap(({ outputs }) => outputs).filter((name) => read.has(name)),
    pieces: countPieces(size, piece)!,
  }));
}

/** What another region makes by one operator from vectors that are there anyway is made again, not kept. */
function withCopies(graph: Graph, nodes: readonly Node[], maker: ReadonlyMap<string, Node>): Node[] {
  const own = new Set(nodes);
  const others = nodes.flatMap((node) => vectorInputs(graph, node).flatMap((name) => maker.get(name) ?? []));
  const isSimple = (node: Node) => !vectorInputs(graph, node).some((name) => maker.has(name));
  return [...new Set(others.filter((node) => !own.has(node) && isSimple(node))), ...nodes];
}

/** Does the loop pass over memory at most half as often? */
function isWorthIt(graph: Graph, { replaced, inputs, outputs }: Loop): boolean {
  const isVector = (name: string) => sizeOf(graph.types.get(name)!.dims) > 1;
  const apart = replaced.flatMap((node) => [...vectorInputs(graph, node), ...node.outputs.filter(isVector)]);
  return apart.length >= 2 * (inputs.length + outputs.filter(isVector).length);
}
