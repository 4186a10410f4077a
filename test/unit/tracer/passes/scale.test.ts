import { describe, expect, it } from 'vitest';
import { foldScale } from '#tracer/passes/scale.ts';
import { expectPass, handmade } from './handmade.ts';

const Y = [2, 3, 4, 4];
const weights = { data: Float32Array.from({ length: 6 }, (_, i) => i / 3 - 1), dims: [3, 2, 1, 1] };
const bias = { data: Float32Array.of(0.5, -1, 2), dims: [3] };
const scale = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length, 1, 1] });

/** A convolution, perhaps a ReLU, then a product with constants. */
const scaled = (factors: { data: Float32Array; dims: number[] }, relu: boolean) =>
  handmade({
    inputs: { x: [2, 2, 4, 4] },
    constants: { w: weights, b: bias, s: factors },
    nodes: [
      ['conv = Conv(x, w, b)', Y],
      ...(relu ? ['relu = Relu(conv)'] : []),
      `y = Mul(${relu ? 'relu' : 'conv'}, s)`,
    ],
  });

describe('foldScale', () => {
  it('folds a scale of each channel into the convolution before it, whatever its sign', async () => {
    await expectPass(scaled(scale(2, -0.5, 3), false), foldScale, ['y = Conv(x, w.scaled, b.scaled)']);
  });

  it('folds a positive scale through a ReLU', async () => {
    await expectPass(scaled(scale(2, 0.5, 3), true), foldScale, [
      'conv = Conv(x, w.scaled, b.scaled)',
      'y = Relu(conv)',
    ]);
  });

  it('folds one number for all channels', async () => {
    await expectPass(scaled({ data: Float32Array.of(0.25), dims: [1, 1, 1, 1] }, true), foldScale, [
      'conv = Conv(x, w.scaled, b.scaled)',
      'y = Relu(conv)',
    ]);
  });

  it('leaves a scale with a negative factor behind a ReLU', async () => {
    await expectPass(scaled(scale(2, -0.5, 3), true), foldScale, [
      'conv = Conv(x, w, b)',
      'relu = Relu(conv)',
      'y = Mul(relu, s)',
    ]);
  });

  it('leaves a convolution that something else reads, and one whose filter is computed', async () => {
    const shared = handmade({
      inputs: { x: [2, 2, 4, 4], v: [3, 2, 1, 1] },
      constants: { w: weights, s: scale(2, 3, 4) },
      nodes: [['conv = Conv(x, w)', Y], ['other = Conv(x, v)', Y], 'y = Mul(conv, s)', 'z = Mul(other, s)'],
      outputs: ['y', 'z', 'conv'],
    });
    const graph = await expectPass(shared, foldScale, [
      'conv = Conv(x, w)',
      'other = Conv(x, v)',
      'y = Mul(conv, s)',
      'z = Mul(other, s)',
    ]);
    expect(graph.constants.has('w.scaled')).toBe(false);
  });

  it('gives two convolutions that share a filter and a bias scaled ones of their own', async () => {
    await expectPass(
      handmade({
        inputs: { x: [2, 2, 4, 4] },
        constants: { w: weights, b: bias, s: scale(2, 3, 4), t: scale(-1, 5, 0.5) },
        nodes: [['p = Conv(x, w, b)', Y], 'y = Mul(p, s)', ['q = Conv(x, w, b)', Y], 'z = Mul(t, q)'],
        outputs: ['y', 'z'],
      }),
      foldScale,
      ['y = Conv(x, w.scaled, b.scaled)', 'z = Conv(x, w.scaled_1, b.scaled_1)'],
    );
  });

  it('adds a constant shift to the smaller addend', async () => {
    await expectPass(
      handmade({
        inputs: { x: Y, t: [2, 3, 1, 1] },
        constants: { c: scale(1, 2, 3) },
        nodes: ['shifted = Add(x, c)', 'y = Add(shifted, t)'],
      }),
      foldScale,
      ['shifted = Add(t, c)', 'y = Add(x, shifted)'],
    );
  });
});
