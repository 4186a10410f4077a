/** Passes that drop, share, compute or write nodes otherwise. */
import { describe, expect, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { dropClippedRelus } from '#tracer/passes/clip.ts';
import { shareCommon } from '#tracer/passes/common.ts';
import { foldConstants } from '#tracer/passes/constants.ts';
import { removeDead } from '#tracer/passes/dead.ts';
import { dropIdentities } from '#tracer/passes/identity.ts';
import { usePlainOperators } from '#tracer/passes/plain-operators.ts';
import { useStandardOperators } from '#tracer/passes/standard.ts';
import { thereAndBackRule } from '#tracer/passes/there-and-back.ts';
import { applyRules } from '#tracer/rewrite/apply.ts';
import { checkRows, type Description, expectPass, handmade, shape, summary, vector } from './handmade.ts';

const clipped = (least: number): Description => ({
  inputs: { x: [2, 3] },
  constants: { least: { data: Float32Array.of(least), dims: [] }, most: { data: Float32Array.of(0.5), dims: [] } },
  nodes: ['relu = Relu(x)', 'y = Clip(relu, least, most)'],
});

checkRows('dropClippedRelus', dropClippedRelus, [
  ['drops a ReLU before a Clip from 0', clipped(0), ['y = Clip(x, least, most)']],
  ['leaves one before a Clip from below 0', clipped(-1)],
]);

const split = { axis: { int: 0 }, num_outputs: { int: 2 } };

checkRows('shareCommon', shareCommon, [
  [
    'lets one node stand for all that repeat it, and for what is repeated on top of them',
    { inputs: { x: [3] }, nodes: ['a = Exp(x)', 'b = Exp(x)', 'c = Neg(a)', 'd = Neg(b)', 'y = Add(c, d)'] },
    ['a = Exp(x)', 'c = Neg(a)', 'y = Add(c, c)'],
  ],
  [
    'tells nodes apart by operator, attributes and order of inputs',
    {
      inputs: { x: [2, 2], z: [2, 2] },
      nodes: [
        ['a = Softmax(x)', [2, 2], { axis: { int: 0 } }],
        ['b = Softmax(x)', [2, 2], { axis: { int: 1 } }],
        ['c = LogSoftmax(x)', [2, 2], { axis: { int: 1 } }],
        'd = Sub(x, z)',
        'e = Sub(z, x)',
        'y = Sum(a, b, c, d, e)',
      ],
    },
  ],
  [
    'shares nodes of several outputs',
    {
      inputs: { x: [4] },
      nodes: [['a, b = Split(x)', [[2], [2]], split], ['c, d = Split(x)', [[2], [2]], split], 'y = Sub(a, d)'],
    },
    ['a, b = Split(x)', 'y = Sub(a, b)'],
  ],
  [
    'keeps two outputs of the graph that are the same',
    { inputs: { x: [3] }, nodes: ['y = Exp(x)', 'z = Exp(x)'], outputs: ['y', 'z'] },
  ],
]);

it('shareCommon shares no node with a body, which it does not look into', () => {
  const graph = handmade({ inputs: { c: [] }, nodes: [['a = If(c)', []], ['b = If(c)', []], 'y = Add(a, b)'] });
  for (const [i, node] of graph.nodes.slice(0, 2).entries()) {
    const constants = new Map([['v', { dtype: 'float32' as const, dims: [], data: Float32Array.of(i) }]]);
    node.attributes.then_branch = { graph: { name: 'then', inputs: [], outputs: [], nodes: [], constants } };
  }
  const before = summary(graph);
  shareCommon(graph);
  expect(summary(graph)).toEqual(before);
});

const known = {
  inputs: { x: [2, 3] },
  constants: {
    row: { data: Float32Array.of(1, 4, 9), dims: [1, 3] },
    column: { data: Float32Array.of(0.3, -2), dims: [2, 1] },
  },
};

checkRows('foldConstants', foldConstants, [
  [
    'computes chains of all operators, and leaves what depends on inputs, and outputs',
    {
      ...known,
      nodes: [
        ...[
          'sum = Add(row, column)',
          'less = Sub(column, row)',
          'product = Mul(sum, less)',
          'quotient = Div(row, product)',
        ],
        ...['root = Sqrt(row)', 'rate = Reciprocal(root)', 'minus = Neg(rate)', 'made = Add(quotient, minus)'],
        ...['y = Mul(x, made)', 'z = Neg(column)'],
      ],
      outputs: ['y', 'z'],
    },
    ['y = Mul(x, made)', 'z = Neg(column)'],
  ],
]);

describe('removeDead', () => {
  it('removes chains of nodes that no output needs, with their constants and types', async () => {
    const graph = await expectPass(
      handmade({
        inputs: { x: [3] },
        constants: { one: vector(1, 1, 1), unused: vector(2, 2, 2) },
        nodes: ['a = Add(x, one)', 'b = Mul(a, unused)', 'c = Exp(b)', 'y = Neg(a)'],
      }),
      removeDead,
      ['a = Add(x, one)', 'y = Neg(a)'],
    );
    expect([...graph.constants.keys()]).toEqual(['one']);
    expect([...graph.types.keys()].sort()).toEqual(['a', 'one', 'x', 'y']);
  });

  it('keeps a node of which one output is needed, an output that is read, and an input that nothing reads', async () => {
    const graph = await expectPass(
      handmade({
        inputs: { x: [4], ignored: [2] },
        nodes: [['p, q = Split(x)', [[2], [2]], split], 'y = Neg(q)', 'z = Neg(y)'],
        outputs: ['z', 'y'],
      }),
      removeDead,
      ['p, q = Split(x)', 'y = Neg(q)', 'z = Neg(y)'],
    );
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'ignored']);
    expect(graph.types.has('p')).toBe(true);
  });
});

/** The dropped nodes leave dead code behind. */
const dropped = (graph: Graph) => {
  dropIdentities(graph);
  removeDead(graph);
};
const [zero, one] = [vector(0), vector(1)];

checkRows('dropIdentities', dropped, [
  [
    'drops x + 0, 0 + x, x - 0, x * 1, 1 * x and x / 1',
    {
      inputs: { x: [2, 3] },
      constants: { zero, one },
      nodes: [
        'a = Add(x, zero)',
        'b = Add(zero, a)',
        'c = Sub(b, zero)',
        'd = Mul(c, one)',
        'e = Mul(one, d)',
        'f = Div(e, one)',
        'y = Exp(f)',
      ],
    },
    ['y = Exp(x)'],
  ],
  [
    'keeps 0 - x, 1 / x, and what changes the shape',
    {
      inputs: { x: [3] },
      constants: { zero, one, rows: { data: Float32Array.of(0), dims: [1, 1] } },
      nodes: ['a = Sub(zero, x)', 'b = Div(one, x)', 'c = Add(x, rows)', 'y = Sum(a, b, c)'],
    },
  ],
  [
    'makes a chain of reshapes one, or none where it comes back',
    {
      inputs: { x: [2, 6] },
      constants: { three: shape(3, 4), flat: shape(12), back: shape(2, 6) },
      nodes: [
        ['a = Reshape(x, three)', [3, 4]],
        ['b = Reshape(a, flat)', [12]],
        ['c = Reshape(b, back)', [2, 6]],
        'y = Exp(b)',
        'z = Neg(c)',
      ],
      outputs: ['y', 'z'],
    },
    ['b = Reshape(x, flat)', 'y = Exp(b)', 'z = Neg(x)'],
  ],
  [
    'keeps a Reshape whose shape copies a dimension of the one before',
    {
      inputs: { x: [2, 6] },
      constants: { three: shape(3, 4), copied: shape(0, 2, 2), two: shape(2, 2, 3), kept: shape(0, 6, -1) },
      nodes: [
        ['a = Reshape(x, three)', [3, 4]],
        ['y = Reshape(a, copied)', [3, 2, 2]],
        ['b = Reshape(x, two)', [2, 2, 3]],
        ['z = Reshape(b, kept)', [2, 6, 1]],
      ],
      outputs: ['y', 'z'],
    },
    ['a = Reshape(x, three)', 'y = Reshape(a, copied)', 'z = Reshape(x, kept)'],
  ],
  [
    'gives a node the name of the output that it feeds, for all its readers',
    {
      inputs: { x: [3] },
      nodes: ['a = Exp(x)', 'b = Neg(a)', 'y = Identity(a)', 'z = Identity(b)'],
      outputs: ['y', 'z'],
    },
    ['y = Exp(x)', 'z = Neg(y)'],
  ],
  [
    'keeps an Identity that names an input, a constant, or one value for the second time',
    {
      inputs: { x: [3] },
      constants: { c: vector(1, 2, 3) },
      nodes: ['a = Exp(x)', 'p = Identity(a)', 'q = Identity(a)', 'r = Identity(x)', 's = Identity(c)'],
      outputs: ['p', 'q', 'r', 's'],
    },
    ['p = Exp(x)', 'q = Identity(p)', 'r = Identity(x)', 's = Identity(c)'],
  ],
]);

/** A filter of four outputs, 3x3 taps and two inputs, whose transposes move these axes. */
const thereAndBack = (there: number[], back: number[], flat = [4, 2, 9]): Description => ({
  inputs: { w: [4, 3, 3, 2] },
  constants: { flat: shape(...flat) },
  nodes: [
    ['outside = Transpose(w)', there.map((at) => [4, 3, 3, 2][at]!), { perm: { ints: there } }],
    ['rows = Reshape(outside, flat)', flat],
    ['y = Transpose(rows)', back.map((at) => flat[at]!), { perm: { ints: back } }],
  ],
});
const turned = (graph: Graph) => {
  applyRules(graph, [thereAndBackRule]);
  removeDead(graph);
};

checkRows('thereAndBackRule', turned, [
  [
    'makes a Reshape of transposes there and back',
    thereAndBack([0, 3, 1, 2], [0, 2, 1]),
    ['y = Reshape(w, int64_4_9_2)'],
  ],
  ['leaves another way there', thereAndBack([0, 3, 2, 1], [0, 2, 1])],
  ['leaves another way back', thereAndBack([0, 3, 1, 2], [1, 0, 2])],
  ['leaves other axes in between', thereAndBack([0, 3, 1, 2], [0, 2, 1], [4, 6, 3])],
]);

const axis = { axis: { int: 1 } };
const parts = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);

checkRows('usePlainOperators', usePlainOperators, [
  [
    'adds the terms of a Sum in turn',
    { inputs: { a: [2], b: [2], c: [2] }, nodes: ['one = Sum(a)', 'y = Sum(one, b, c)'] },
    ['one = Sum(a)', 'one.Add = Add(one, b)', 'y = Add(one.Add, c)'],
  ],
  [
    'slices where a Split has many outputs, and leaves one of few',
    {
      inputs: { x: [2, 9], z: [2, 4] },
      constants: { sizes: shape(1, 1, 1, 1, 1, 1, 1, 2), halves: shape(2, 2) },
      nodes: [
        [`${parts(8).join(', ')} = Split(x, sizes)`, [...parts(7).map(() => [2, 1]), [2, 2]], axis],
        ['left, right = Split(z, halves)', parts(2).map(() => [2, 2]), axis],
        ['y = Concat(p7, p0, left, right)', [2, 7], axis],
      ],
    },
    [
      ...parts(8).map((part, i) => `${part} = Slice(x, int64_${i}, int64_${i === 7 ? 9 : i + 1}, int64_1)`),
      'left, right = Split(z, halves)',
      'y = Concat(p7, p0, left, right)',
    ],
  ],
]);

describe('a product of turned factors is written with operators of ONNX alone', () => {
  it.each([
    ['usePlainOperators', usePlainOperators],
    ['useStandardOperators', useStandardOperators],
  ])('by %s, which transposes each operand once', async (_, pass) => {
    const graph = handmade({
      inputs: { a: [2, 4, 3], c: [2, 5, 4] },
      nodes: [
        ['both = FusedMatMul(a, c)', [2, 3, 5], { transA: { int: 1 }, transB: { int: 1 } }],
        ['one = FusedMatMul(a, a)', [2, 4, 4], { transA: { int: 0 }, transB: { int: 1 } }],
        ['none = MatMul(one, a)', [2, 4, 3]],
      ],
      outputs: ['both', 'none'],
    });
    // onnxruntime's own operator, in its domain.
    for (const node of graph.nodes) if (node.op === 'FusedMatMul') node.domain = 'com.microsoft';
    await expectPass(graph, pass, [
      'a.Transpose = Transpose(a)',
      'c.Transpose = Transpose(c)',
      'both = MatMul(a.Transpose, c.Transpose)',
      'one = MatMul(a, a.Transpose)',
      'none = MatMul(one, a)',
    ]);
    expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
  });
});
