import { describe, expect, it } from 'vitest';
import { usePlainOperators } from '#tracer/passes/plain-operators.ts';
import { expectPass, handmade, shape } from './handmade.ts';

const axis = { axis: { int: 1 } };

describe('usePlainOperators', () => {
  it('adds the terms of a Sum in turn', async () => {
    await expectPass(
      handmade({ inputs: { a: [2], b: [2], c: [2] }, nodes: ['one = Sum(a)', 'y = Sum(one, b, c)'] }),
      usePlainOperators,
      ['one = Sum(a)', 'one.Add = Add(one, b)', 'y = Add(one.Add, c)'],
    );
  });

  it('slices where a Split has many outputs, and leaves one of few', async () => {
    const parts = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);
    const graph = handmade({
      inputs: { x: [2, 9], z: [2, 4] },
      constants: { sizes: shape(1, 1, 1, 1, 1, 1, 1, 2), halves: shape(2, 2) },
      nodes: [
        [`${parts(8).join(', ')} = Split(x, sizes)`, [...parts(7).map(() => [2, 1]), [2, 2]], axis],
        [
          'left, right = Split(z, halves)',
          [
            [2, 2],
            [2, 2],
          ],
          axis,
        ],
        ['y = Concat(p7, p0, left, right)', [2, 7], axis],
      ],
    });
    await expectPass(graph, usePlainOperators, [
      ...parts(8).map((part, i) => `${part} = Slice(x, int64_${i}, int64_${i === 7 ? 9 : i + 1}, int64_1)`),
      'left, right = Split(z, halves)',
      'y = Concat(p7, p0, left, right)',
    ]);
  });

  it('transposes what a FusedMatMul reads transposed, once for each operand', async () => {
    const graph = handmade({
      inputs: { a: [3, 2, 4], b: [3, 5, 4] },
      nodes: [
        ['y = FusedMatMul(a, b)', [3, 2, 5], { transB: { int: 1 } }],
        ['z = FusedMatMul(a, b)', [3, 2, 5], { transA: { int: 0 }, transB: { int: 1 } }],
      ],
      outputs: ['y', 'z'],
    });
    for (const node of graph.nodes) node.domain = 'com.microsoft';
    await expectPass(graph, usePlainOperators, [
      'b.Transpose = Transpose(b)',
      'y = MatMul(a, b.Transpose)',
      'z = MatMul(a, b.Transpose)',
    ]);
    expect(graph.nodes.map(({ domain }) => domain)).toEqual(['', '', '']);
  });
});
