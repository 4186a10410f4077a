/**
 * Operators on images in blocks, by the operator that they stand for: [N, C, H, W] stored as [N, C / B, H, W, B]. Each is
 * undefined where it does not apply. See stay-blocked.ts.
 */
import type { Attribute, Graph, Node } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';
import { sameList } from '../graph/layout.ts';
import type { Inserter } from '../rewrite/insert.ts';
import { BLOCKED, type Quad } from './blocked-layout.ts';

export interface InBlocks {
  graph: Graph;
  insert: Inserter;
  /** Is it a value of four axes whose second fills blocks? */
  isImage(name: string): boolean;
  /** The image in blocks, if there is one. */
  blocks(name: string): string | undefined;
  /** What was made by multiplying and adding per channel, by the names in blocks. */
  affine: Map<string, Affine>;
}

/** x * scale + shift, with a number for each channel, or for each channel of each image. */
interface Affine {
  x: string;
  scale?: string | undefined;
  shift?: string | undefined;
}

/**
 * @returns the node's results in blocks; `done` where they are no images and were made under their own names
 */
type Lowering = (on: InBlocks, node: Node) => string[] | 'done' | undefined;

export const lowerings: Readonly<Record<string, Lowering>> = {
  Relu: pointwise,
  HardSigmoid: pointwise,
  Mul: (on, node) => pointwise(on, node) ?? perChannel(on, node, (scale) => ({ scale })),
  Add: (on, node) => pointwise(on, node) ?? perChannel(on, node, (shift) => ({ shift })),
  Sub: (on, node) => pointwise(on, node) ?? difference(on, node),
  Concat: joined,
  Split: split,
  ReduceMean: reduced,
  ReduceSum: reduced,
};

const dimsOf = ({ graph }: InBlocks, name: string): readonly number[] => graph.types.get(name)!.dims;

/** Images of one shape, and single numbers: the same operator does it. */
function pointwise(on: InBlocks, { op, inputs, outputs, attributes }: Node): string[] | undefined {
  const dims = dimsOf(on, outputs[0]!);
  const operands = inputs.map((name) => (sizeOf(dimsOf(on, name)) === 1 ? name : on.blocks(name)));
  const whole = inputs.every((name) => sizeOf(dimsOf(on, name)) === 1 || sameList(dimsOf(on, name), dims));
  if (!whole || !on.isImage(outputs[0]!) || operands.includes(undefined) || !inputs.some(on.blocks)) return undefined;
  return [on.insert.add(op, operands as string[], dims, { attributes, after: outputs[0]! })];
}

/** An image and a number for each channel. */
function perChannel(
  on: InBlocks,
  { inputs, outputs }: Node,
  part: (numbers: string) => Pick<Affine, 'scale' | 'shift'>,
): string[] | undefined {
  const [image, other] = on.blocks(inputs[0]!) === undefined ? [inputs[1]!, inputs[0]!] : [inputs[0]!, inputs[1]!];
  const x = on.blocks(image);
  const dims = dimsOf(on, image);
  if (x === undefined || !sameList(dims, dimsOf(on, outputs[0]!)) || !isPerChannel(dimsOf(on, other), dims)) {
    return undefined;
  }
  const numbers = part(other);
  const before = on.affine.get(x);
  const joins = numbers.shift !== undefined && before?.scale !== undefined && before.shift === undefined;
  const affine = joins ? { ...before, ...numbers } : { x, ...numbers };
  const made = channelwise(on, affine, dims as Quad, outputs[0]!);
  on.affine.set(made, affine);
  return [made];
}

/** An image less a number for each channel. */
function difference(on: InBlocks, node: Node): string[] | undefined {
  const [image, other] = node.inputs as [string, string];
  if (on.blocks(image) === undefined || !isPerChannel(dimsOf(on, other), dimsOf(on, image))) return undefined;
  const negative = on.insert.add('Neg', [other], dimsOf(on, other));
  return perChannel(on, { ...node, inputs: [image, negative] }, (shift) => ({ shift }));
}

const isPerChannel = (dims: readonly number[], [batch, channels]: readonly number[]): boolean => {
  const rows = dims.length === 3 ? [1, ...dims] : dims;
  return rows.length === 4 && (rows[0] === 1 || rows[0] === batch) && sameList(rows.slice(1), [channels!, 1, 1]);
};

/** x * scale + shift as a convolution of one tap. Numbers of their own for each image make one image of them all. */
function channelwise(on: InBlocks, { x, scale, shift }: Affine, dims: Quad, after: string): string {
  const { insert } = on;
  const [batch, channels, height, width] = dims;
  const parts = [scale, shift].flatMap((name) => (name === undefined ? [] : [dimsOf(on, name)]));
  const apart = parts.some((part) => part.length === 4 && part[0] === batch && batch > 1);
  const count = apart ? batch * channels : channels;
  const shaped = (name: string, wanted: readonly number[]): string => {
    const size = sizeOf(dimsOf(on, name));
    const numbers =
      size === count
        ? name
        : insert.add('Expand', [name, insert.vector([batch, channels, 1, 1])], [batch, channels, 1, 1]);
    return insert.add('Reshape', [numbers, insert.vector(wanted)], wanted);
  };
  const ones = () =>
    insert.constant(`ones_${count}x1x1x1`, 'float32', [count, 1, 1, 1], () => new Float32Array(count).fill(1));
  const image = apart ? [1, count, height, width] : dims;
  const given = apart ? insert.add('Reshape', [x, insert.vector(image)], image) : x;
  const weights = scale === undefined ? ones() : shaped(scale, [count, 1, 1, 1]);
  const inputs = [given, weights, ...(shift === undefined ? [] : [shaped(shift, [count])])];
  const made = insert.add('Conv', inputs, image, { domain: BLOCKED, attributes: oneTap(count), after });
  return apart ? insert.add('Reshape', [made, insert.vector(dims)], dims) : made;
}

const oneTap = (group: number): Record<string, Attribute> => ({
  kernel_shape: { ints: [1, 1] },
  strides: { ints: [1, 1] },
  dilations: { ints: [1, 1] },
  pads: { ints: [0, 0, 0, 0] },
  group: { int: group },
});

const axisOf = ({ attributes }: Node): number => (attributes.axis as { int: number }).int;

/** Images one behind the other in their channels, which all fill blocks. */
function joined(on: InBlocks, node: Node): string[] | undefined {
  const { inputs, outputs, attributes } = node;
  const parts = inputs.map(on.blocks);
  if (!on.isImage(outputs[0]!) || axisOf(node) !== 1 || parts.includes(undefined)) return undefined;
  return [on.insert.add('Concat', parts as string[], dimsOf(on, outputs[0]!), { attributes, after: outputs[0]! })];
}

/** The opposite. */
function split(on: InBlocks, node: Node): string[] | undefined {
  const [x, sizes] = node.inputs as [string, string];
  const blocks = on.blocks(x);
  if (blocks === undefined || axisOf(node) !== 1 || !node.outputs.every(on.isImage)) return undefined;
  const outputs = node.outputs.map((output) => `${output}.blocks`);
  for (const [i, output] of outputs.entries()) on.graph.types.set(output, on.graph.types.get(node.outputs[i]!)!);
  on.insert.nodes.push({ ...node, name: `${node.name}.blocks`, inputs: [blocks, sizes], outputs });
  return outputs;
}

/** Sums and means along rows, over images, or over images and the batch: pools, then a product with ones for the batch. */
function reduced(on: InBlocks, node: Node): string[] | 'done' | undefined {
  const { insert, graph } = on;
  const [image, given] = node.inputs as [string, string];
  const [output] = node.outputs as [string];
  const x = on.blocks(image);
  const axes = graph.constants.get(given)?.data as BigInt64Array | undefined;
  if (x === undefined || axes === undefined || axes.length === 0) return undefined;
  const [batch, channels, height, width] = dimsOf(on, image) as Quad;
  const over = new Set(Array.from(axes, (axis) => (Number(axis) + 4) % 4));
  const isSum = node.op === 'ReduceSum';
  const sums = (means: string, count: number) => {
    return isSum ? insert.add('Mul', [means, scalar(insert, count)], dimsOf(on, means)) : means;
  };
  const kept = dimsOf(on, output).length === 4;
  if (over.size === 1 && over.has(3) && kept) {
    const rows = means(on, x, [batch, channels * height, 1, width], output);
    const dims = [batch, channels, height, 1];
    return [sums(insert.add('Reshape', [rows, insert.vector(dims)], dims), width)];
  }
  if (over.has(1) || !over.has(2) || !(over.has(3) || width === 1)) return undefined;
  const made = means(on, x, [batch, channels, height, width], output);
  const last = over.has(0)
    ? alongBatch(insert, made, [batch, channels], isSum ? height * width : 1 / batch)
    : sums(made, height * width);
  insert.nodes.push(reshaped(insert, last, output, dimsOf(on, output)));
  return 'done';
}

/** Means over the images of x, read as images of these dims, which are at least as many. */
function means(on: InBlocks, x: string, dims: Quad, after: string): string {
  const { insert } = on;
  const images = sameList(dimsOf(on, x), dims) ? x : insert.add('Reshape', [x, insert.vector(dims)], dims);
  return insert.add('GlobalAveragePool', [images], [dims[0], dims[1], 1, 1], { domain: BLOCKED, after });
}

/** The sum over a batch, times a factor. */
function alongBatch(insert: Inserter, x: string, dims: readonly [number, number], factor: number): string {
  const [batch, channels] = dims;
  const row = insert.constant(`row_${batch}_of_${factor}`, 'float32', [1, batch], () =>
    new Float32Array(batch).fill(factor),
  );
  const flat = insert.add('Reshape', [x, insert.vector(dims)], dims);
  return insert.add('MatMul', [row, flat], [1, channels]);
}

const scalar = (insert: Inserter, value: number): string =>
  insert.constant(`number_${value}`, 'float32', [], () => Float32Array.of(value));

const reshaped = (insert: Inserter, from: string, output: string, dims: readonly number[]): Node => ({
  name: output,
  op: 'Reshape',
  domain: '',
  inputs: [from, insert.vector(dims)],
  outputs: [output],
  attributes: {},
});
