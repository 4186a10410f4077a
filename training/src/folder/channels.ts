/** Output channels of weights, and weights in 8 bits with a scale for each. */
import type { Attribute, Constant, Node } from '@onnoise/tracer';

/**
 * The axis of the output channels of a layer's weights.
 * @param input which of the node's inputs the weights are
 * @param rank how many dimensions they have
 * @returns undefined where they are no weights of a layer, or have no axis of their own for its channels
 */
export function outputAxis({ op, attributes }: Node, input: number, rank: number): number | undefined {
  if (rank < 2) return undefined;
  if (op === 'Conv') return input === 1 ? 0 : undefined; // [O, I / groups, ...]
  // [I, O / groups, ...]: in groups, a place along the second axis is a channel of each.
  if (op === 'ConvTranspose') return input === 1 && flag(attributes.group ?? { int: 1 }) ? 1 : undefined;
  if (op === 'MatMul') return [rank - 2, rank - 1][input]; // [..., O, I] and [..., I, O]
  if (op !== 'Gemm' || input > 1) return undefined;
  const [rows, columns] = [0, 1];
  if (input === 0) return flag(attributes.transA) ? columns : rows;
  return flag(attributes.transB) ? rows : columns;
}

const flag = (attribute: Attribute | undefined) => attribute !== undefined && 'int' in attribute && attribute.int === 1;

/** The largest absolute value of each channel. */
export function largestOf({ data, dims }: Constant, axis: number): number[] {
  const largest = new Array<number>(dims[axis]!).fill(0);
  eachChannel(dims, axis, (i, channel) => {
    largest[channel] = Math.max(largest[channel]!, Math.abs(data[i] as number));
  });
  return largest;
}

/** Each value as the nearest multiple of its channel's scale. */
export function encode({ data, dims }: Constant, axis: number, scales: ArrayLike<number>): Int8Array<ArrayBuffer> {
  const codes = new Int8Array(data.length);
  eachChannel(dims, axis, (i, channel) => {
    codes[i] = Math.round((data[i] as number) / scales[channel]!);
  });
  return codes;
}

/** The other way. */
export function decode({ data, dims }: Constant, axis: number, scales: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(data.length);
  eachChannel(dims, axis, (i, channel) => {
    values[i] = (data[i] as number) * scales[channel]!;
  });
  return values;
}

/** Calls with each element's place and channel. */
function eachChannel(dims: readonly number[], axis: number, visit: (i: number, channel: number) => void): void {
  const product = (sides: readonly number[]) => sides.reduce((all, side) => all * side, 1);
  const [outer, count, inner] = [product(dims.slice(0, axis)), dims[axis]!, product(dims.slice(axis + 1))];
  let i = 0;
  for (let o = 0; o < outer; o++) {
    for (let channel = 0; channel < count; channel++) {
      for (let end = i + inner; i < end; i++) visit(i, channel);
    }
  }
}
