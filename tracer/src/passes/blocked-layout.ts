/**
 * The blocked layout of onnxruntime: how images come back from it, how filters get into it, and when it is worth it.
 */
import type { Graph, Node } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';
import type { Inserter } from '../rewrite/insert.ts';

export type Quad = readonly [number, number, number, number];

/** With fewer pixels, rearranging the filter costs more than the blocked kernel saves. */
const MIN_PIXELS = 512;
export const BLOCKED = 'com.microsoft.nchwc';

/** Why the pass leaves a filter of these dimensions alone: onnxruntime's blocked kernels are for images. */
export const notOfImages = (dims: readonly number[]): string =>
  `its filter is [${dims}], not [O, C, kH, kW] as that of images`;

/** Why an image is too small, if it is. */
export function fewPixels(graph: Graph, image: string): string | undefined {
  const [batch, , height, width] = graph.types.get(image)!.dims as Quad;
  const pixels = batch * height * width;
  return pixels >= MIN_PIXELS ? undefined : `${image} has ${pixels} pixels, fewer than ${MIN_PIXELS}`;
}

/** Why channels do not fill blocks, if they do not. */
export const unevenBlocks = (inputs: number, outputs: number, block: number): string | undefined =>
  inputs % block === 0 && outputs % block === 0
    ? undefined
    : `its channels, ${inputs} and ${outputs}, are not multiples of ${block}`;

/** Back to [N, C, H, W], under the name of the value that it replaces. */
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
 * The filter [O, C, kH, kW] in blocks, [O / B, C / B, taps, B of C, B of O], with its dimensions unchanged. A Gather
 * moves runs of B inputs to [O, C / B, taps, B of C], and ReorderInput brings the outputs innermost.
 */
export function straightBlocks(insert: Inserter, filter: string, dims: Quad, block: number): string {
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
 * A filter [A, C, kH, kW] with its first axes swapped, in blocks [C / B, A / B, taps, B of A, B of C]: C is innermost
 * there and in the runs, so the runs are all that moves.
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
