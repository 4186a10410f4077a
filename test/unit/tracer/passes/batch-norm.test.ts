import { describe, expect, it } from 'vitest';
import { foldsOf } from '#tracer/graph/folds.ts';
import { foldBatchNorm } from '#tracer/passes/batch-norm.ts';
import { expectPass, handmade } from './handmade.ts';

const Y = [2, 3, 4, 4];
const perChannel = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length, 1, 1] });
const w = { data: Float32Array.from({ length: 6 }, (_, i) => i / 3 - 1), dims: [3, 2, 1, 1] };
const b = { data: Float32Array.of(0.5, -1, 2), dims: [3] };

/** (x - mean) * scale + offset of a convolution, with or without a bias. */
const normalized = (mean: { data: Float32Array; dims: number[] }, biased: boolean) =>
  handmade({
    inputs: { x: [2, 2, 4, 4] },
    constants: { w, b, mean, scale: perChannel(2, -0.5, 3), offset: perChannel(1, 2, -3) },
    nodes: [
      [`conv = Conv(${biased ? 'x, w, b' : 'x, w'})`, Y],
      'centred = Sub(conv, mean)',
      'scaled = Mul(centred, scale)',
      'y = Add(scaled, offset)',
    ],
  });

describe('foldBatchNorm', () => {
  it.each([true, false])('makes a normalisation part of its convolution, which has a bias: %s', async (biased) => {
    const graph = normalized(perChannel(0.25, -2, 1), biased);
    const name = biased ? 'b' : 'w';
    await expectPass(graph, foldBatchNorm, [`y = Conv(x, w.scaled, ${name}.shifted.scaled.shifted)`]);
  });

  it('counts what it folds', () => {
    const graph = normalized(perChannel(0.25, -2, 1), true);
    foldBatchNorm(graph);
    expect([...foldsOf(graph)]).toEqual([
      ['fold a shift into the bias of its convolution', 2],
      ['fold a scale into its convolution', 1],
    ]);
  });

  it('folds one number for all channels', async () => {
    const graph = normalized({ data: Float32Array.of(0.5), dims: [1, 1, 1] }, false);
    await expectPass(graph, foldBatchNorm, ['y = Conv(x, w.scaled, w.shifted.scaled.shifted)']);
  });

  it('leaves a shift along another axis than the channels', async () => {
    const graph = handmade({
      inputs: { x: [2, 2, 4, 4] },
      constants: { w, along: { data: Float32Array.of(1, 2, 3, 4), dims: [4] } },
      nodes: [['conv = Conv(x, w)', Y], 'y = Add(conv, along)'],
    });
    await expectPass(graph, foldBatchNorm, ['conv = Conv(x, w)', 'y = Add(conv, along)']);
  });
});
