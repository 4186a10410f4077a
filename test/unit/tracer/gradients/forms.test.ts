/** Forms of a convolution's gradients that are asked for: by Winograd, and on blocked kernels. The plain forms are their judge. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, runGraph } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { type Graph, type TraceOptions, trace } from '#tracer/index.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';
import { differentiated } from './gradient.ts';

/** Batch, height, width, channels in and out, taps a side, stride and padding. */
type Sizes = readonly [number, number, number, number, number, number, number, 'same' | 'valid'];

/** @param order of the filter's axes, as it is stored */
async function written(
  [batch, height, width, inputs, outputs, kernel, stride, pad]: Sizes,
  options: TraceOptions,
  order = [0, 1, 2, 3],
): Promise<Graph> {
  const filter = [kernel, kernel, inputs, outputs];
  const back = order.map((_, axis) => order.indexOf(axis));
  const { inputs: given, gradients } = differentiated(
    [[batch, height, width, inputs], order.map((axis) => filter[axis]!)],
    // Sums over channels and over pixels are near 1, as the tolerance assumes.
    (x, w) =>
      tf.mul(
        tf.conv2d(x, tf.transpose(w, back) as tf.Tensor4D, stride, pad),
        1 / Math.sqrt(Math.max(9 * inputs, batch * height * width)),
      ),
  );
  const graph = trace(gradients, given, options);
  const plain = trace(gradients, given);
  expectSame(await runGraph(graph, given), await runGraph(plain, given), { absolute: 2e-5, relative: 2e-5 });
  return graph;
}

const isWinograd = ({ constants }: Graph) => [...constants.keys()].some((name) => name.startsWith('winograd'));

describe('a 3x3 convolution and its gradients by Winograd', () => {
  const WIDE = [2, 4, 4, 96, 128, 3, 1, 'same'] as const;

  it.each([
    [[3, 2, 2, 40, 40, 3, 1, 'same'], true],
    [WIDE, true],
    [[1, 4, 6, 160, 160, 3, 1, 'same'], true],
    [[1, 10, 8, 256, 256, 3, 1, 'same'], true],
    [[2, 4, 4, 8, 8, 3, 1, 'same'], false], // few channels
    [[1, 10, 8, 256, 128, 3, 1, 'same'], false],
    [[1, 3, 2, 64, 64, 3, 1, 'same'], false], // an odd height
    [[1, 4, 4, 64, 64, 3, 2, 'same'], false],
    [[1, 4, 4, 64, 64, 3, 1, 'valid'], false],
  ] as const)('of %j have the values of the plain form: %s', async (sizes, suits) => {
    expect(isWinograd(await written(sizes, { winograd: true }))).toBe(suits);
  });

  it('are left to the plain form where nobody asks for it', async () => {
    expect(isWinograd(await written(WIDE, {}))).toBe(false);
  });

  it('transform an image and a filter once for all that use them', async () => {
    const graph = await written(WIDE, { winograd: true });
    const into = graph.nodes.filter(({ inputs }) => inputs.some((name) => /^winograd_(filter$|._to)/.test(name)));
    // The filter, x and dy.
    expect(into).toHaveLength(3);
  });

  it('move no filter that is stored as PyTorch stores it, but for one transpose each way', async () => {
    const graph = await written(WIDE, { winograd: true }, [3, 2, 0, 1]);
    const moved = graph.nodes.filter(({ op, outputs }) => {
      const { dims } = graph.types.get(outputs[0]!)!;
      return op === 'Transpose' && dims.filter((dim) => dim === 3).length === 2;
    });
    expect(moved).toHaveLength(2);
  });
});

const found = await blockSize();
const lacksBlocks =
  found === undefined ? 'onnxruntime has no blocked kernels for this processor: run on x64' : undefined;
const block = found ?? 16;

describe('the filter gradient as a blocked convolution', skipBecause(lacksBlocks), () => {
  it.each([
    [[1, 9, 10, block, block, 3, 1, 'same'], true],
    [[5, 9, 9, 2 * block, block, 3, 1, 'valid'], true],
    [[block, 12, 10, block, 2 * block, 3, 1, 'same'], true], // adding up all images moves less
    [[2 * block, 9, 9, block, 2 * block, 3, 1, 'same'], true], // groups of several images
    [[block, 10, 12, block, block, 4, 2, 'same'], true],
    [[4, 17, 16, block, block, 3, 2, 'same'], true], // the taps' rows end with the image, their columns before
    [[3, 8, 12, block, 3 * block, 1, 1, 'same'], true],
    [[6, 14, 14, block, block, 5, 3, 'same'], true],
    [[block, 9, 10, 1, block, 3, 1, 'same'], true], // fewer inputs than a block
    [[4, 12, 10, 3, block, 4, 2, 'same'], true],
    [[2, 12, 12, block, block + 1, 3, 1, 'same'], false], // outputs that fill no block
    [[2, 12, 12, block + 1, block, 3, 1, 'same'], false], // inputs that fill a block in part
    [[block + 1, 9, 9, block, block, 3, 1, 'same'], false], // a batch that fills a block in part
    [[5, 10, 10, block, block, 3, 2, 'valid'], false], // columns and rows that no tap reads
  ] as const)('of %j has the values of the plain form: %s', async (sizes, suits) => {
    const { nodes } = await written(sizes, { block });
    expect(nodes.some(({ op, domain }) => op === 'Conv' && domain === 'com.microsoft.nchwc')).toBe(suits);
  });
});
