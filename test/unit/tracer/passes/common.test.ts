import { describe, expect, it } from 'vitest';
import { shareCommon } from '#tracer/passes/common.ts';
import { expectPass, handmade } from './handmade.ts';

describe('shareCommon', () => {
  it('lets one node stand for all that repeat it, and for what is repeated on top of them', async () => {
    await expectPass(
      handmade({
        inputs: { x: [3] },
        nodes: ['a = Exp(x)', 'b = Exp(x)', 'c = Neg(a)', 'd = Neg(b)', 'y = Add(c, d)'],
      }),
      shareCommon,
      ['a = Exp(x)', 'c = Neg(a)', 'y = Add(c, c)'],
    );
  });

  it('tells nodes apart by operator, attributes and order of inputs', async () => {
    await expectPass(
      handmade({
        inputs: { x: [2, 2], z: [2, 2] },
        nodes: [
          ['a = Softmax(x)', [2, 2], { axis: { int: 0 } }],
          ['b = Softmax(x)', [2, 2], { axis: { int: 1 } }],
          ['c = LogSoftmax(x)', [2, 2], { axis: { int: 1 } }],
          'd = Sub(x, z)',
          'e = Sub(z, x)',
          'y = Sum(a, b, c, d, e)',
        ],
      }),
      shareCommon,
      [
        'a = Softmax(x)',
        'b = Softmax(x)',
        'c = LogSoftmax(x)',
        'd = Sub(x, z)',
        'e = Sub(z, x)',
        'y = Sum(a, b, c, d, e)',
      ],
    );
  });

  it('shares nodes of several outputs', async () => {
    const split = { axis: { int: 0 }, num_outputs: { int: 2 } };
    await expectPass(
      handmade({
        inputs: { x: [4] },
        nodes: [['a, b = Split(x)', [[2], [2]], split], ['c, d = Split(x)', [[2], [2]], split], 'y = Sub(a, d)'],
      }),
      shareCommon,
      ['a, b = Split(x)', 'y = Sub(a, b)'],
    );
  });

  it('keeps two outputs of the graph that are the same', async () => {
    await expectPass(
      handmade({ inputs: { x: [3] }, nodes: ['y = Exp(x)', 'z = Exp(x)'], outputs: ['y', 'z'] }),
      shareCommon,
      ['y = Exp(x)', 'z = Exp(x)'],
    );
  });

  it('shares no node with a body, which it does not look into', () => {
    const graph = handmade({ inputs: { c: [] }, nodes: [['a = If(c)', []], ['b = If(c)', []], 'y = Add(a, b)'] });
    for (const [i, node] of graph.nodes.slice(0, 2).entries()) {
      const constants = new Map([['v', { dtype: 'float32' as const, dims: [], data: Float32Array.of(i) }]]);
      node.attributes.then_branch = { graph: { name: 'then', inputs: [], outputs: [], nodes: [], constants } };
    }
    shareCommon(graph);
    expect(graph.nodes.map(({ inputs }) => inputs)).toEqual([['c'], ['c'], ['a', 'b']]);
  });
});
