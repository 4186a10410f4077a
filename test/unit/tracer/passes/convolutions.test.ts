/** Passes that make what follows a convolution a part of it: a bias, a scale, a normalisation. */
import { expect, it } from 'vitest';
import { foldsOf } from '#tracer/graph/folds.ts';
import type { Graph } from '#tracer/graph/graph.ts';
import { foldBatchNorm } from '#tracer/passes/batch-norm.ts';
import { foldBias } from '#tracer/passes/bias.ts';
import { removeDead } from '#tracer/passes/dead.ts';
import { foldScale } from '#tracer/passes/scale.ts';
import { checkRows, type Description, expectPass, handmade, shape } from './handmade.ts';

const Y = [2, 3, 4, 4];
const inputs = { x: [2, 2, 4, 4], w: [3, 2, 1, 1] };
const image = { x: inputs.x };
const weights = { data: Float32Array.from({ length: 6 }, (_, i) => i / 3 - 1), dims: inputs.w };
const bias = { data: Float32Array.of(0.5, -1, 2), dims: [3] };
const filled = (value: number, dims: number[]) => ({
  data: new Float32Array(dims.reduce((product, side) => product * side, 1)).fill(value),
  dims,
});
const perChannel = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length, 1, 1] });

const biased = (graph: Graph) => {
  foldBias(graph);
  removeDead(graph);
};
/** A convolution, and a constant that is added to it. */
const added = (c: { data: Float32Array; dims: number[] }, more: Partial<Description> = {}): Description => ({
  inputs,
  constants: { c },
  nodes: [['conv = Conv(x, w)', Y], 'y = Add(conv, c)'],
  ...more,
});

checkRows('foldBias', biased, [
  [
    'gives a convolution the constant that is added to each channel',
    added(perChannel(1, 2, 3)),
    ['y = Conv(x, w, c.vector)'],
  ],
  [
    'takes a trained bias by its vector, from either side, and moves the convolution behind it',
    {
      inputs: { ...inputs, b: [3] },
      constants: { s: shape(3, 1, 1) },
      nodes: [
        ['conv = Conv(x, w)', Y],
        'later = Exp(b)',
        ['bias = Reshape(later, s)', [3, 1, 1]],
        'sum = Add(bias, conv)',
        'y = Relu(sum)',
      ],
    },
    ['later = Exp(b)', 'sum = Conv(x, w, later)', 'y = Relu(sum)'],
  ],
  [
    'makes a vector of a bias of another shape once, under a name that is free',
    {
      inputs: { ...inputs, b: [1, 3, 1, 1], 'b.vector': Y },
      nodes: [
        ['p = Conv(x, w)', Y],
        ['q = Conv(x, w)', Y],
        'pb = Add(p, b)',
        'qb = Add(q, b)',
        'y = Sum(pb, qb, b.vector)',
      ],
    },
    [
      'b.vector_ = Reshape(b, b.vector_.shape)',
      'pb = Conv(x, w, b.vector_)',
      'qb = Conv(x, w, b.vector_)',
      'y = Sum(pb, qb, b.vector)',
    ],
  ],
  [
    'folds into ConvTranspose too',
    added(perChannel(1, 2, 3), {
      inputs: { x: inputs.x, w: [2, 3, 1, 1] },
      nodes: [['conv = ConvTranspose(x, w)', Y], 'y = Add(conv, c)'],
    }),
    ['y = ConvTranspose(x, w, c.vector)'],
  ],
  ['leaves alone a convolution that something else reads too', added(perChannel(1, 2, 3), { outputs: ['y', 'conv'] })],
  ['leaves alone a number for each pixel', added(filled(2, [1, 1, 4, 4]))],
  ['leaves alone a number for each channel and pixel', added(filled(2, [1, 3, 4, 4]))],
  ['leaves alone a number for each image', added({ data: Float32Array.of(1, 2), dims: [2, 1, 1, 1] })],
  ['leaves alone an addend that adds an axis', added({ data: Float32Array.of(1, 2, 3), dims: [1, 1, 3, 1, 1] })],
  [
    'leaves alone a convolution that has a bias',
    added(perChannel(1, 2, 3), {
      inputs: { ...inputs, b: [3] },
      nodes: [['conv = Conv(x, w, b)', Y], 'y = Add(conv, c)'],
    }),
  ],
]);

/** A convolution, perhaps a ReLU, then a product with constants. */
const scaled = (s: { data: Float32Array; dims: number[] }, relu: boolean): Description => ({
  inputs: image,
  constants: { w: weights, b: bias, s },
  nodes: [['conv = Conv(x, w, b)', Y], ...(relu ? ['relu = Relu(conv)'] : []), `y = Mul(${relu ? 'relu' : 'conv'}, s)`],
});
const BEHIND_RELU = ['conv = Conv(x, w.scaled, b.scaled)', 'y = Relu(conv)'];

checkRows('foldScale', foldScale, [
  [
    'folds a scale of each channel into the convolution before it, whatever its sign',
    scaled(perChannel(2, -0.5, 3), false),
    ['y = Conv(x, w.scaled, b.scaled)'],
  ],
  ['folds a positive scale through a ReLU', scaled(perChannel(2, 0.5, 3), true), BEHIND_RELU],
  ['folds one number for all channels', scaled(filled(0.25, [1, 1, 1, 1]), true), BEHIND_RELU],
  ['leaves a scale with a negative factor behind a ReLU', scaled(perChannel(2, -0.5, 3), true)],
  [
    'gives two convolutions that share a filter and a bias scaled ones of their own',
    {
      inputs: image,
      constants: { w: weights, b: bias, s: perChannel(2, 3, 4), t: perChannel(-1, 5, 0.5) },
      nodes: [['p = Conv(x, w, b)', Y], 'y = Mul(p, s)', ['q = Conv(x, w, b)', Y], 'z = Mul(t, q)'],
      outputs: ['y', 'z'],
    },
    ['y = Conv(x, w.scaled, b.scaled)', 'z = Conv(x, w.scaled_1, b.scaled_1)'],
  ],
  [
    'adds a constant shift to the smaller addend',
    {
      inputs: { x: Y, t: [2, 3, 1, 1] },
      constants: { c: perChannel(1, 2, 3) },
      nodes: ['shifted = Add(x, c)', 'y = Add(shifted, t)'],
    },
    ['shifted = Add(t, c)', 'y = Add(x, shifted)'],
  ],
  [
    'leaves a convolution that something else reads, and one whose filter is computed',
    {
      inputs: { ...image, v: [3, 2, 1, 1] },
      constants: { w: weights, s: perChannel(2, 3, 4) },
      nodes: [['conv = Conv(x, w)', Y], ['other = Conv(x, v)', Y], 'y = Mul(conv, s)', 'z = Mul(other, s)'],
      outputs: ['y', 'z', 'conv'],
    },
  ],
]);

/** (x - mean) * scale + offset of a convolution, with or without a bias. */
const normalized = (mean: { data: Float32Array; dims: number[] }, biased: boolean): Description => ({
  inputs: image,
  constants: { w: weights, b: bias, mean, scale: perChannel(2, -0.5, 3), offset: perChannel(1, 2, -3) },
  nodes: [
    [`conv = Conv(${biased ? 'x, w, b' : 'x, w'})`, Y],
    'centred = Sub(conv, mean)',
    'scaled = Mul(centred, scale)',
    'y = Add(scaled, offset)',
  ],
});
const UNBIASED = ['y = Conv(x, w.scaled, w.shifted.scaled.shifted)'];

checkRows('foldBatchNorm', foldBatchNorm, [
  ['makes a normalisation part of a convolution without a bias', normalized(perChannel(0.25, -2, 1), false), UNBIASED],
  ['folds one number for all channels', normalized(filled(0.5, [1, 1, 1]), false), UNBIASED],
  [
    'leaves a shift along another axis than the channels',
    {
      inputs: image,
      constants: { w: weights, along: { data: Float32Array.of(1, 2, 3, 4), dims: [4] } },
      nodes: [['conv = Conv(x, w)', Y], 'y = Add(conv, along)'],
    },
  ],
]);

it('foldBatchNorm makes a normalisation part of a convolution with a bias, and counts what it folds', async () => {
  const graph = handmade(normalized(perChannel(0.25, -2, 1), true));
  await expectPass(graph, foldBatchNorm, ['y = Conv(x, w.scaled, b.shifted.scaled.shifted)']);
  expect([...foldsOf(graph)]).toEqual([
    ['fold a shift into the bias of its convolution', 2],
    ['fold a scale into its convolution', 1],
  ]);
});
