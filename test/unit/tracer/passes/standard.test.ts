import { expect, it } from 'vitest';
import { useStandardOperators } from '#tracer/passes/standard.ts';
import { expectPass, handmade } from './handmade.ts';

it('useStandardOperators writes products of turned factors with operators of ONNX alone', async () => {
  const graph = handmade({
    inputs: { a: [2, 4, 3], c: [2, 5, 4] },
    constants: {},
    nodes: [
      ['both = FusedMatMul(a, c)', [2, 3, 5]],
      ['one = FusedMatMul(a, a)', [2, 4, 4]],
      ['none = MatMul(one, a)', [2, 4, 3]],
    ],
    outputs: ['both', 'none'],
  });
  const [both, one] = graph.nodes;
  Object.assign(both!, { domain: 'com.microsoft', attributes: { transA: { int: 1 }, transB: { int: 1 } } });
  Object.assign(one!, { domain: 'com.microsoft', attributes: { transB: { int: 1 } } });
  await expectPass(graph, useStandardOperators, [
    'a.Transpose = Transpose(a)',
    'c.Transpose = Transpose(c)',
    'both = MatMul(a.Transpose, c.Transpose)',
    'one = MatMul(a, a.Transpose)',
    'none = MatMul(one, a)',
  ]);
  expect(graph.nodes.every(({ domain }) => domain === '')).toBe(true);
});
