/**
 * ConvTranspose of stride 2 as blocked convolutions, one for each phase of the output (its even and odd rows and
 * columns):
 *
 *   y[2 j + r] = sum over m of x[j + q - m] W[2 m + a],   a = (r + pad) mod 2,   q = floor((r + pad) / 2)
 *
 * and the phases interleaved while they are in blocks, where a pixel is a run of channels and a copy of it is cheap.
 * onnxruntime's own ConvTranspose is a product followed by a scatter and takes about twice as long.
 */
import type { Node } from '../graph/graph.ts';
import type { Inserter } from '../rewrite/insert.ts';
import { op, optional, value } from '../rewrite/pattern.ts';
import type { Match, RewriteRule } from '../rewrite/rule.ts';
import {
  BLOCKED,
  fewPixels,
  notOfImages,
  type Quad,
  reordered,
  swappedBlocks,
  unevenBlocks,
} from './blocked-layout.ts';

const STRIDE = 2;

type Ints = { ints: readonly number[] };

const [x, w] = [value('x'), value('w')];
const bias = optional(value('bias'));
const transposed = op('ConvTranspose', x, w, bias);

export const transposedRule = (block: number): RewriteRule => ({
  name: 'run a transposed convolution on blocked kernels',
  pattern: transposed,
  condition(match) {
    const reason = unsuited(match, block);
    return reason === undefined ? undefined : { part: transposed, reason };
  },
  rewrite: (match, insert) => [blocked(match, insert, block)],
});

/** Why there is no such form, or none that pays. It needs stride 2, an even square kernel, and an output of exactly twice the size. */
function unsuited({ graph, root, value, dims }: Match, block: number): string | undefined {
  if (graph.constants.has(value(w))) return `${value(w)} is a constant, which onnxruntime rearranges by itself`;
  if (dims(w).length !== 4) return notOfImages(dims(w));
  const [inputs, outputs, kH, kW] = dims(w) as Quad;
  const [, , height, width] = dims(x) as Quad;
  const [, , outHeight, outWidth] = dims(transposed) as Quad;
  const { strides, pads, dilations, group } = root.attributes as Record<string, Ints> & { group: { int: number } };
  if (group.int !== 1) return `it has ${group.int} groups, not 1`;
  if (!strides!.ints.every((s) => s === STRIDE)) return `its strides are [${strides!.ints}], not [2, 2]`;
  if (!dilations!.ints.every((d) => d === 1)) return `its dilations are [${dilations!.ints}], not [1, 1]`;
  if (kH !== kW || kH % STRIDE !== 0) return `its kernel is ${kH}x${kW}, not square and even`;
  const doubles = outHeight === STRIDE * height && outWidth === STRIDE * width;
  if (!doubles || !pads!.ints.every((pad) => pad === kH / STRIDE - 1))
    return 'it does not double height and width evenly';
  return unevenBlocks(inputs, outputs, block) ?? fewPixels(graph, value(x));
}

function blocked({ root, value, maybe, dims: dimsOf }: Match, insert: Inserter, block: number): Node {
  const b = maybe(bias);
  const output = value(transposed);
  const filterDims = dimsOf(w) as Quad;
  const [inputs, outputs, kernel] = filterDims;
  const [batch, , height, width] = dimsOf(x) as Quad;
  const pad = (root.attributes.pads as Ints).ints[0]!;
  const taps = kernel / STRIDE;
  const image = insert.add('ReorderInput', [value(x)], [batch, inputs, height, width], { domain: BLOCKED });
  const dims: Quad = [batch, outputs, height, width];

  /** One phase, [N, O / B, H, W, B]. */
  const phase = (row: number, column: number): string => {
    const [aRow, aColumn] = [(row + pad) % STRIDE, (column + pad) % STRIDE];
    const [qRow, qColumn] = [Math.floor((row + pad) / STRIDE), Math.floor((column + pad) / STRIDE)];
    const chosen = Array.from({ length: taps * taps }, (_, tap) => {
      const i = STRIDE * (taps - 1 - Math.floor(tap / taps)) + aRow;
      const j = STRIDE * (taps - 1 - (tap % taps)) + aColumn;
      return i * kernel + j;
    });
    const filter = swappedBlocks(insert, value(w), [outputs, inputs, taps, taps], block, chosen, filterDims);
    const attributes = {
      kernel_shape: { ints: [taps, taps] },
      strides: { ints: [1, 1] },
      dilations: { ints: [1, 1] },
      pads: { ints: [taps - 1 - qRow, taps - 1 - qColumn, qRow, qColumn] },
      group: { int: 1 },
    };
    const conv = insert.add('Conv', [image, filter, ...(b === undefined ? [] : [b])], dims, {
      domain: BLOCKED,
      attributes,
      after: output,
    });
    const pixels = [batch, outputs / block, height, width, block];
    return insert.add('Reshape', [conv, insert.vector(pixels)], pixels);
  };
  const interleave = (parts: string[], axis: number, partDims: readonly number[]): string => {
    const joined = partDims.map((dim, i) => (i === axis ? dim * parts.length : dim));
    return insert.add('Concat', parts, joined, { attributes: { axis: { int: axis } } });
  };
  const rows = [0, 1].map((row) => {
    const columns = interleave([phase(row, 0), phase(row, 1)], 4, [batch, outputs / block, height, width, block]);
    const whole = [batch, outputs / block, height, STRIDE * width * block];
    return insert.add('Reshape', [columns, insert.vector(whole)], whole);
  });
  const joined = interleave(rows, 3, [batch, outputs / block, height, STRIDE * width * block]);
  const outDims = [batch, outputs, STRIDE * height, STRIDE * width];
  const joinedOut = insert.add('Reshape', [joined, insert.vector(outDims)], outDims);
  return reordered(joinedOut, output, outputs);
}
