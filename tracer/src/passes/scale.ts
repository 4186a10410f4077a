/**
 * Folds a per-channel scale by constants into the convolution before it, also through a ReLU where all scales are positive,
 * s relu(z) = relu(s z): what is left of BatchNorm in evaluation mode. Then lets a constant shift join a smaller addend,
 * (x + c) + t = x + (c + t), so that the large tensor is passed over once.
 */
import { type Graph, type Node, sizeOf } from '../graph.ts';
import { sameList } from '../layout.ts';
import { producers, readers } from './uses.ts';

export function foldScale(graph: Graph): void {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  for (const node of [...graph.nodes]) {
    if (node.op === 'Mul') foldMul(graph, node, outputs);
    if (node.op === 'Add') regroup(graph, node, outputs);
  }
}

function foldMul(graph: Graph, mul: Node, outputs: ReadonlySet<string>): void {
  const producer = producers(graph);
  const reads = readers(graph);
  const side = mul.inputs.findIndex((input) => graph.constants.has(input));
  if (side < 0) return;
  const scale = graph.constants.get(mul.inputs[side]!)!;
  const source = mul.inputs[1 - side]!;
  const last = producer.get(source);
  const relu = last?.op === 'Relu' ? last : undefined;
  const conv = relu ? producer.get(relu.inputs[0]!) : last;
  if (conv?.op !== 'Conv' || conv.domain !== '') return;
  const between = relu ? [source, conv.outputs[0]!] : [source];
  if (between.some((name) => reads.get(name)!.length !== 1 || outputs.has(name))) return;
  const [, weights, bias] = conv.inputs;
  const w = graph.constants.get(weights!);
  const bValues = bias === undefined ? undefined : graph.constants.get(bias);
  const channels = w?.dims[0];
  if (!w || !(w.data instanceof Float32Array) || (bias !== undefined && !bValues)) return;
  const perChannel = scale.dims.length >= 3 && scale.dims.at(-3) === channels && sizeOf(scale.dims) === channels;
  const uniform = sizeOf(scale.dims) === 1;
  const factors = uniform ? new Float32Array(channels!).fill(scale.data[0] as number) : (scale.data as Float32Array);
  if (!(perChannel || uniform) || (relu && !factors.every((factor) => factor > 0))) return;

  const block = w.data.length / channels!;
  const scaled = w.data.map((value, i) => value * factors[Math.floor(i / block)]!);
  conv.inputs[1] = addConstant(graph, `${weights}.scaled`, scaled, w.dims);
  if (bValues) {
    const shifted = (bValues.data as Float32Array).map((value, i) => value * factors[i]!);
    conv.inputs[2] = addConstant(graph, `${bias}.scaled`, shifted, bValues.dims);
  }
  // The node before the product takes over its name.
  last!.outputs = mul.outputs;
  graph.nodes = graph.nodes.filter((node) => node !== mul);
}

/** (x + constant) + t, t being smaller than x. */
function regroup(graph: Graph, outer: Node, outputs: ReadonlySet<string>): void {
  const producer = producers(graph);
  const reads = readers(graph);
  const dims = (name: string) => graph.types.get(name)!.dims;
  for (const side of [0, 1]) {
    const inner = producer.get(outer.inputs[side]!);
    const addend = outer.inputs[1 - side]!;
    if (inner?.op !== 'Add' || graph.constants.has(addend)) continue;
    const constantSide = inner.inputs.findIndex((input) => graph.constants.has(input));
    if (constantSide < 0 || reads.get(inner.outputs[0]!)!.length !== 1 || outputs.has(inner.outputs[0]!)) continue;
    const x = inner.inputs[1 - constantSide]!;
    if (sizeOf(dims(addend)) >= sizeOf(dims(x)) || !sameList(dims(x), dims(outer.outputs[0]!))) continue;
    const shift = inner.inputs[constantSide]!;
    const rank = Math.max(dims(addend).length, dims(shift).length);
    const at = (name: string, axis: number) => dims(name).at(axis - rank) ?? 1;
    const sumDims = Array.from({ length: rank }, (_, axis) => Math.max(at(addend, axis), at(shift, axis)));
    // The inner node becomes the small sum and moves behind the addend.
    inner.inputs = [addend, shift];
    graph.types.set(inner.outputs[0]!, { dtype: 'float32', dims: sumDims });
    outer.inputs = [x, inner.outputs[0]!];
    graph.nodes = graph.nodes.filter((node) => node !== inner);
    graph.nodes.splice(graph.nodes.indexOf(outer), 0, inner);
    return;
  }
}

function addConstant(graph: Graph, name: string, data: Float32Array, dims: readonly number[]): string {
  graph.constants.set(name, { dtype: 'float32', dims, data });
  graph.types.set(name, { dtype: 'float32', dims });
  return name;
}
