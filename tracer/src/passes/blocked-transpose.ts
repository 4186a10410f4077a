/**
 * ConvTranspose of stride 2 as blocked convolutions, one for each phase of the output (its even and odd rows and columns):
 *
 *   y[2 j + r] = sum over m of x[j + q - m] W[2 m + a],   a = (r + pad) mod 2,   q = floor((r + pad) / 2)
 *
 * and the phases interleaved while they are in blocks, where a pixel is a run of channels and a copy of it is cheap.
 * onnxruntime's own ConvTranspose is a product followed by a scatter and takes about twice as long.
 */
import type { Graph, Node } from '../graph.ts';
import { BLOCKED, hasManyPixels, type Quad, reordered, swappedBlocks } from './blocked-layout.ts';
import type { Inserter } from '../rewrite/insert.ts';

const STRIDE = 2;

type Ints = { ints: readonly number[] };

/** Stride 2, an even square kernel, and an output of exactly twice the size. */
export function isTransposedCandidate(graph: Graph, node: Node, block: number): boolean {
  if (node.op !== 'ConvTranspose' || node.domain !== '' || graph.constants.has(node.inputs[1]!)) return false;
  const [inputs, outputs, kH, kW] = graph.types.get(node.inputs[1]!)!.dims as Quad;
  const [, , height, width] = graph.types.get(node.inputs[0]!)!.dims as Quad;
  const [, , outHeight, outWidth] = graph.types.get(node.outputs[0]!)!.dims as Quad;
  const { strides, pads, dilations, group } = node.attributes as Record<string, Ints> & { group: { int: number } };
  return (
    group.int === 1 &&
    strides!.ints.every((s) => s === STRIDE) &&
    dilations!.ints.every((d) => d === 1) &&
    kH === kW &&
    kH % STRIDE === 0 &&
    pads!.ints.every((pad) => pad === kH / STRIDE - 1) &&
    outHeight === STRIDE * height &&
    outWidth === STRIDE * width &&
    inputs % block === 0 &&
    outputs % block === 0 &&
    hasManyPixels(graph, node.inputs[0]!)
  );
}

export function blockTransposed(graph: Graph, insert: Inserter, node: Node, block: number): void {
  const [x, w, bias] = node.inputs as [string, string, string?];
  const output = node.outputs[0]!;
  const [inputs, outputs, kernel] = graph.types.get(w)!.dims as Quad;
  const [batch, , height, width] = graph.types.get(x)!.dims as Quad;
  const pad = (node.attributes.pads as Ints).ints[0]!;
  const taps = kernel / STRIDE;
  const image = insert.add('ReorderInput', [x], [batch, inputs, height, width], { domain: BLOCKED });
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
    const filter = swappedBlocks(insert, w, [outputs, inputs, taps, taps], block, chosen, graph.types.get(w)!.dims);
    const attributes = {
      kernel_shape: { ints: [taps, taps] },
      strides: { ints: [1, 1] },
      dilations: { ints: [1, 1] },
      pads: { ints: [taps - 1 - qRow, taps - 1 - qColumn, qRow, qColumn] },
      group: { int: 1 },
    };
    const conv = insert.add('Conv', [image, filter, ...(bias ? [bias] : [])], dims, {
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
  const blocked = insert.add('Reshape', [joined, insert.vector(outDims)], outDims);
  insert.nodes.push(reordered(blocked, output, outputs));
}
