import { describe, expect, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { foldBias } from '#tracer/passes/bias.ts';
import { removeDead } from '#tracer/passes/dead.ts';
import { expectPass, handmade, shape } from './handmade.ts';

const pass = (graph: Graph) => {
  foldBias(graph);
  removeDead(graph);
};

const Y = [2, 3, 4, 4];
const inputs = { x: [2, 2, 4, 4], w: [3, 2, 1, 1] };
const perChannel = { data: Float32Array.of(1, 2, 3), dims: [3, 1, 1] };

describe('foldBias', () => {
  it('gives a convolution the constant that is added to each channel', async () => {
    const graph = await expectPass(
      handmade({ inputs, constants: { c: perChannel }, nodes: [['conv = Conv(x, w)', Y], 'y = Add(conv, c)'] }),
      pass,
      ['y = Conv(x, w, c.vector)'],
    );
    expect(graph.constants.get('c.vector')!.dims).toEqual([3]);
  });

  it('takes a trained bias by its vector, from either side, and moves the convolution behind it', async () => {
    await expectPass(
      handmade({
        inputs: { ...inputs, b: [3] },
        constants: { s: shape(3, 1, 1) },
        nodes: [
          ['conv = Conv(x, w)', Y],
          'later = Exp(b)',
          ['bias = Reshape(later, s)', [3, 1, 1]],
          'sum = Add(bias, conv)',
          'y = Relu(sum)',
        ],
      }),
      pass,
      ['later = Exp(b)', 'sum = Conv(x, w, later)', 'y = Relu(sum)'],
    );
  });

  it('makes a vector of a bias of another shape once, under a name that is free', async () => {
    await expectPass(
      handmade({
        inputs: { ...inputs, b: [1, 3, 1, 1], 'b.vector': Y },
        nodes: [
          ['p = Conv(x, w)', Y],
          ['q = Conv(x, w)', Y],
          'pb = Add(p, b)',
          'qb = Add(q, b)',
          'y = Sum(pb, qb, b.vector)',
        ],
      }),
      pass,
      [
        'b.vector_ = Reshape(b, b.vector_.shape)',
        'pb = Conv(x, w, b.vector_)',
        'qb = Conv(x, w, b.vector_)',
        'y = Sum(pb, qb, b.vector)',
      ],
    );
  });

  it('folds into ConvTranspose too', async () => {
    await expectPass(
      handmade({
        inputs: { x: [2, 2, 4, 4], w: [2, 3, 1, 1] },
        constants: { c: perChannel },
        nodes: [['conv = ConvTranspose(x, w)', Y], 'y = Add(conv, c)'],
      }),
      pass,
      ['y = ConvTranspose(x, w, c.vector)'],
    );
  });

  it.each([
    ['a convolution that something else reads too', { c: perChannel }, ['y', 'conv']],
    ['a number for each pixel', { c: { data: new Float32Array(16).fill(2), dims: [1, 1, 4, 4] } }, ['y']],
    ['a number for each channel and pixel', { c: { data: new Float32Array(48).fill(2), dims: [1, 3, 4, 4] } }, ['y']],
    ['a number for each image', { c: { data: Float32Array.of(1, 2), dims: [2, 1, 1, 1] } }, ['y']],
    ['an addend that adds an axis', { c: { data: perChannel.data, dims: [1, 1, 3, 1, 1] } }, ['y']],
  ] as const)('leaves alone %s', async (_, constants, outputs) => {
    await expectPass(
      handmade({ inputs, constants, nodes: [['conv = Conv(x, w)', Y], 'y = Add(conv, c)'], outputs }),
      pass,
      ['conv = Conv(x, w)', 'y = Add(conv, c)'],
    );
  });

  it('leaves alone a convolution that has a bias', async () => {
    await expectPass(
      handmade({
        inputs: { ...inputs, b: [3] },
        constants: { c: perChannel },
        nodes: [['conv = Conv(x, w, b)', Y], 'y = Add(conv, c)'],
      }),
      pass,
      ['conv = Conv(x, w, b)', 'y = Add(conv, c)'],
    );
  });
});
