/**
 * Weights stored in 8 bits with a float32 scale for each output channel of the layer that reads them: a quarter of the size. The
 * graph has a Cast to float32 and a Mul by the scales, which onnxruntime folds when it loads the file, so that all arithmetic stays
 * float32, at the same speed and on every device. (It does not fold DequantizeLinear, which would do the same.)
 *
 * A weight w of a channel is the whole number round(w / scale), with scale = max |w| / 127: symmetric, so that 0 stays 0. Smaller
 * scales, which clip the largest weights (0.7 to 0.95 of that), gave no channel of the shipped models a smaller squared error. With
 * fewer bits b it is max |w| / (2^(b - 1) - 1): the numbers still have a byte each, but compress to little more than b bits.
 *
 * Weights are what convolutions and matrix products read. Left to float16: the first and the last layer that look at the picture,
 * which are small and whose rounding shows (docs/formats.md); what other operators read as well, or layers with other axes for
 * their channels; tensors of fewer than 64 values; and those that scales would make larger.
 */
import { InputError } from '@onnoise/scheduler/rules';
import type { Constant, FileGraph, Node } from '@onnoise/tracer';
import { decode, encode, largestOf, outputAxis } from './channels.ts';
import { castToFloat, FEWEST } from './float16.ts';
import { pictureLayers } from './weight-plan.ts';

const MOST_BITS = 8;
const largestCode = (bits: number) => 2 ** (bits - 1) - 1;
/** float32's smallest normal number; processors may take smaller ones for 0. */
const SMALLEST_SCALE = 2 ** -126;
/** A float32 whose multiple by the largest code is not infinite: the largest number, divided and rounded down. */
const largestScale = (code: number) => Math.fround(((2 ** 128 - 2 ** 104) / code) * (1 - 2 ** -23));

/** The weights that 8 bits are for, and the axis of their output channels. */
export function planWeights(graph: FileGraph): Map<string, number> {
  const axes = new Map<string, number | undefined>();
  const read = (name: string, axis: number | undefined) => {
    axes.set(name, axes.has(name) && axes.get(name) !== axis ? undefined : axis);
  };
  const outer = new Set(pictureLayers(graph).outer);
  for (const node of graph.nodes) {
    for (const [i, name] of node.inputs.entries()) {
      const constant = graph.constants.get(name);
      if (constant) read(name, outer.has(node) ? undefined : outputAxis(node, i, constant.dims.length));
    }
  }
  return new Map(
    [...axes].flatMap(([name, axis]) =>
      axis !== undefined && pays(graph.constants.get(name)!, axis) ? [[name, axis]] : [],
    ),
  );
}

function pays({ dtype, data, dims }: Constant, axis: number): boolean {
  const scales = dims[axis]! * Float32Array.BYTES_PER_ELEMENT;
  return dtype === 'float32' && data.length >= FEWEST && data.length + scales < 2 * data.length;
}

/**
 * Stores weights in 8 bits. Edits the graph in place.
 * @param action what fails, after "Cannot"
 * @param plan as `planWeights` gives it
 * @param bits 2 to 8
 * @throws InputError for weights that are no numbers, or infinite.
 */
export function roundWeights(
  action: string,
  graph: FileGraph,
  plan: ReadonlyMap<string, number>,
  bits = MOST_BITS,
): void {
  const nodes: Node[] = [];
  for (const [name, axis] of plan) {
    const weight = graph.constants.get(name)!;
    requireFinite(action, name, weight);
    const scales = Float32Array.from(largestOf(weight, axis), (largest) => scaleOf(largest, largestCode(bits)));
    const { dims } = weight;
    const [stored, unscaled, scale] = [`${name}.int8`, `${name}.unscaled`, `${name}.scale`];
    graph.constants.delete(name);
    graph.constants.set(stored, { dtype: 'int8', dims, data: encode(weight, axis, scales) });
    // Dimensions of 1 beside the channels, so that Mul repeats it along the others.
    graph.constants.set(scale, {
      dtype: 'float32',
      dims: dims.map((side, i) => (i === axis ? side : 1)),
      data: scales,
    });
    nodes.push(castToFloat(name, stored, unscaled), {
      name: `${name}/Mul`,
      op: 'Mul',
      domain: '',
      inputs: [unscaled, scale],
      outputs: [name],
      attributes: {},
    });
  }
  graph.nodes.unshift(...nodes);
}

const scaleOf = (largest: number, code: number) =>
  Math.min(Math.max(largest / code, SMALLEST_SCALE), largestScale(code));

function requireFinite(action: string, name: string, { data }: Constant): void {
  const wrong = (data as Float32Array).find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new InputError(`Cannot ${action}: its weights must be finite numbers, received ${wrong} in ${name}.`);
}

/**
 * The other way: the graph as it was, with weights rounded. Edits it in place.
 * @returns the weights that were in 8 bits, and the largest absolute value of their numbers: fewer bits have a smaller one.
 */
export function restoreWeights(graph: FileGraph): Map<Constant, number> {
  const casts = new Map(
    graph.nodes.flatMap((node) => {
      const stored = node.op === 'Cast' ? node.inputs[0]! : '';
      return graph.constants.get(stored)?.dtype === 'int8' ? [[node.outputs[0]!, { node, stored }]] : [];
    }),
  );
  const gone = new Set<Node>();
  const restored = new Map<Constant, number>();
  for (const node of graph.nodes) {
    const cast = node.op === 'Mul' ? casts.get(node.inputs[0]!) : undefined;
    const scale = graph.constants.get(node.inputs[1] ?? '');
    if (!cast || scale?.dtype !== 'float32') continue;
    const codes = graph.constants.get(cast.stored)!;
    const { length } = scale.data;
    const axis = codes.dims.findIndex((side, i) => side === length && scale.dims[i] === length);
    if (axis === -1) continue;
    const data = decode(codes, axis, scale.data as Float32Array);
    const weight: Constant = { dtype: 'float32', dims: codes.dims, data };
    graph.constants.set(node.outputs[0]!, weight);
    restored.set(
      weight,
      (codes.data as Int8Array).reduce((most, code) => Math.max(most, Math.abs(code)), 0),
    );
    for (const name of [cast.stored, node.inputs[1]!]) graph.constants.delete(name);
    gone.add(cast.node).add(node);
  }
  graph.nodes = graph.nodes.filter((node) => !gone.has(node));
  return restored;
}
