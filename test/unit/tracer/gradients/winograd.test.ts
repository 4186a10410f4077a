import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, expectTraced, randomInput, runGraph, type TracedFunction, uniforms } from '#test/models/traced.ts';
import { trace } from '#tracer/index.ts';
import { float } from '../rows/row.ts';
import { differentiated } from './gradient.ts';

/** [N, H, W, C] and the number of output channels. */
const SUITED = [
  [3, 2, 2, 40, 40],
  [2, 4, 4, 96, 128],
  [1, 4, 6, 160, 160],
] as const;

const UNSUITED = [
  ['few channels', [2, 4, 4, 8, 8], 1, 'same'],
  ['an odd height', [1, 3, 2, 64, 64], 1, 'same'],
  ['stride 2', [1, 4, 4, 64, 64], 2, 'same'],
  ['no padding', [1, 4, 4, 64, 64], 1, 'valid'],
] as const;

const traced = (
  [batch, height, width, inputs, outputs]: readonly number[],
  stride: number,
  pad: 'same' | 'valid',
  order?: readonly number[],
  winograd = true,
) => {
  const filter = order ? order.map((axis) => [3, 3, inputs!, outputs!][axis]!) : [3, 3, inputs!, outputs!];
  const back = order?.map((_, axis) => order.indexOf(axis));
  // Sums over channels are near 1, as the tolerance assumes.
  const { inputs: given, gradients } = differentiated(
    [float([batch!, height!, width!, inputs!], [-1, 1]), float(filter, [-1, 1])],
    (x, w) =>
      tf.mul(tf.conv2d(x, (back ? tf.transpose(w, back) : w) as tf.Tensor4D, stride, pad), 1 / Math.sqrt(9 * inputs!)),
    7,
  );
  return expectTraced(gradients, given, { absolute: 2e-5, relative: 2e-5 }, { winograd });
};

const isWinograd = (graph: Awaited<ReturnType<typeof traced>>): boolean =>
  [...graph.constants.keys()].some((name) => name.startsWith('winograd'));

describe('a 3x3 convolution and its gradients by Winograd', () => {
  const hasValues = async (...sizes: readonly number[]) => {
    expect(isWinograd(await traced(sizes, 1, 'same'))).toBe(true);
  };
  const TITLE = 'have the values of the plain ones: batch %i, %ix%i pixels, %i to %i channels';
  it.each(SUITED.slice(0, 1))(TITLE, hasValues);
  it.each(SUITED.slice(1))(TITLE, { tags: 'long' }, hasValues);

  it('have the values of two convolutions of half the channels, which are too few: 10x8 pixels', async () => {
    const shapes = { x: [1, 10, 8, 256], w: [3, 3, 256, 256], dy: [1, 10, 8, 256] };
    const next = uniforms(5);
    const inputs = Object.entries(shapes).map(([name, shape]) => randomInput(next, name, shape, [-0.1, 0.1]));
    const gradients =
      (conv: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor): TracedFunction =>
      (t) => {
        const { value, grads } = tf.valueAndGrads((...args: tf.Tensor[]) => conv(args[0] as never, args[1] as never))(
          [t.x!, t.w!],
          t.dy!,
        );
        return { value, dx: grads[0]!, dw: grads[1]! };
      };
    const whole = trace(
      gradients((x, w) => tf.conv2d(x, w, 1, 'same')),
      inputs,
      { winograd: true },
    );
    const halves = trace(
      gradients((x, w) =>
        tf.concat(
          tf.split(w, 2, 3).map((half) => tf.conv2d(x, half as tf.Tensor4D, 1, 'same')),
          3,
        ),
      ),
      inputs,
      { winograd: true },
    );
    expect([isWinograd(whole), isWinograd(halves)]).toEqual([true, false]);
    expectSame(await runGraph(whole, inputs), await runGraph(halves, inputs), { absolute: 2e-5, relative: 2e-5 });
  });

  it('transform an image and a filter once for all that use them', { tags: 'long' }, async () => {
    const graph = await traced(SUITED[1], 1, 'same');
    const into = graph.nodes.filter(({ inputs }) => inputs.some((name) => /^winograd_(filter$|._to)/.test(name)));
    // The filter, x and dy.
    expect(into).toHaveLength(3);
  });

  it('move no filter that is stored as PyTorch stores it, but for one transpose each way', {
    tags: 'long',
  }, async () => {
    const graph = await traced(SUITED[1], 1, 'same', [3, 2, 0, 1]);
    const moved = graph.nodes.filter(({ op, outputs }) => {
      const { dims } = graph.types.get(outputs[0]!)!;
      return op === 'Transpose' && dims.filter((dim) => dim === 3).length === 2;
    });
    expect(moved).toHaveLength(2);
  });

  it('are left to other forms where nobody asks for it', async () => {
    expect(isWinograd(await traced(SUITED[1], 1, 'same', undefined, false))).toBe(false);
  });

  it.each(UNSUITED)('are left to other forms: %s', async (_, sizes, stride, pad) => {
    expect(isWinograd(await traced(sizes, stride, pad))).toBe(false);
  });
});
