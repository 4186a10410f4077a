/**
 * Layers in 8 bits, as ONNX's QuantizeLinear and DequantizeLinear around float operators (QDQ), which onnxruntime fuses into 8-bit
 * kernels and every other runtime computes as written. Activations are unsigned with a zero point, weights are signed and have a
 * scale for each output channel, biases are 32-bit.
 *
 * Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (arXiv
 * 1712.05877), section 2.
 */
import type { Attribute, FileGraph, Node } from '@onnoise/tracer';
import { encode, type Layer, largestOf, outputAxis } from '@onnoise/training/folder';
import type { Range } from './calibrate.ts';

const LEVELS = 255;
/** The largest 32-bit bias, with room for the sum of products. */
const LARGEST_BIAS = 2 ** 30;

/**
 * Edits the graph in place.
 * @param ranges of every layer's input and output
 */
export function quantizeLayers(
  graph: FileGraph,
  layers: readonly Layer[],
  ranges: ReadonlyMap<string, Range>,
  bits: number,
): void {
  const codes = new Map([...ranges].map(([value, range]) => [value, declareCode(graph, value, codeOf(range))]));
  const stored = new Set(layers.map(({ output }) => output));
  const read = new Set(layers.map(({ input }) => input));
  const byNode = new Map(layers.map((layer) => [layer.node, layer]));
  const decoded = (value: string) => (stored.has(value) ? value : `${value}.decoded`);
  const nodes: Node[] = [];
  // A value of float operators is stored where layers read it, beside the value itself.
  const store = (value: string): void => {
    if (read.has(value) && !stored.has(value)) nodes.push(...pair(value, value, decoded(value), codes.get(value)!));
  };
  for (const { name } of graph.inputs) store(name);
  for (const node of graph.nodes) {
    const layer = byNode.get(node);
    if (layer) {
      const code = codes.get(layer.input)!;
      nodes.push(...weightsOf(graph, node, code.scale, bits));
      node.inputs = [decoded(layer.input), ...node.inputs.slice(1).map((name) => `${name}.${node.name}`)];
    }
    nodes.push(node);
    for (const [i, output] of node.outputs.entries()) {
      if (!stored.has(output)) store(output);
      else {
        node.outputs[i] = `${output}.exact`;
        nodes.push(...pair(`${output}.exact`, output, output, codes.get(output)!));
      }
    }
  }
  graph.nodes = nodes;
}

interface Code {
  scale: number;
  zero: number;
}

interface DeclaredCode extends Code {
  /** Names of the constants. */
  inputs: [scale: string, zero: string];
}

function codeOf({ min, max }: Range): Code {
  const scale = Math.fround(Math.max(max - min, 1e-12) / LEVELS);
  return { scale, zero: Math.round(-min / scale) };
}

function declareCode(graph: FileGraph, value: string, { scale, zero }: Code): DeclaredCode {
  graph.constants.set(`${value}.scale`, { dtype: 'float32', dims: [], data: Float32Array.of(scale) });
  graph.constants.set(`${value}.zero`, { dtype: 'uint8', dims: [], data: Uint8Array.of(zero) });
  return { scale, zero, inputs: [`${value}.scale`, `${value}.zero`] };
}

/** `from` into 8 bits, and back as `to`. */
const pair = (from: string, name: string, to: string, { inputs }: DeclaredCode): Node[] => [
  linear('QuantizeLinear', [from, ...inputs], `${name}.u8`),
  linear('DequantizeLinear', [`${name}.u8`, ...inputs], to),
];

const linear = (op: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}): Node => ({
  name: `${output}/${op}`,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

/** The layer's weights, and its bias, from 8 and 32 bits. */
function weightsOf(graph: FileGraph, node: Node, scale: number, bits: number): Node[] {
  const [, weightName, biasName] = node.inputs as [string, string, string?];
  const weight = graph.constants.get(weightName)!;
  const bias = biasName === undefined ? undefined : (graph.constants.get(biasName)!.data as Float32Array);
  const axis = outputAxis(node, 1, weight.dims.length) ?? 0; // of a vector, its elements
  const scales = largestOf(weight, axis).map((largest, i) => {
    const own = largest / (2 ** (bits - 1) - 1);
    // A channel of tiny weights must still have a bias of 32 bits.
    return Math.fround(Math.max(own, Math.abs(bias?.[i] ?? 0) / (scale * LARGEST_BIAS), Number.MIN_VALUE));
  });
  const nodes = [weightName, ...(biasName === undefined ? [] : [biasName])].map((name, i) => {
    const own = `${name}.${node.name}`;
    const isWeight = i === 0;
    const factors = isWeight ? scales : scales.map((each) => Math.fround(each * scale));
    const zeros = isWeight ? new Int8Array(factors.length) : new Int32Array(factors.length);
    const data = isWeight
      ? encode(weight, axis, scales)
      : Int32Array.from(bias!, (b, c) => Math.round(b / factors[c]!));
    const dtype = isWeight ? ('int8' as const) : ('int32' as const);
    const dims = graph.constants.get(name)!.dims;
    graph.constants.set(`${own}.coded`, { dtype, dims, data });
    graph.constants.set(`${own}.scale`, { dtype: 'float32', dims: [factors.length], data: Float32Array.from(factors) });
    graph.constants.set(`${own}.zero`, { dtype, dims: [factors.length], data: zeros });
    return linear('DequantizeLinear', [`${own}.coded`, `${own}.scale`, `${own}.zero`], own, {
      axis: { int: isWeight ? axis : 0 },
    });
  });
  return nodes;
}
