import { describe, expect, it } from 'vitest';
import { foldConstants } from '#tracer/passes/constants.ts';
import { expectPass, handmade } from './handmade.ts';

const row = { data: Float32Array.of(1, 4, 9), dims: [1, 3] };
const column = { data: Float32Array.of(0.3, -2), dims: [2, 1] };

describe('foldConstants', () => {
  it.each([
    ['Add', 'row column', [2, 3]],
    ['Sub', 'column row', [2, 3]],
    ['Mul', 'row column', [2, 3]],
    ['Div', 'row column', [2, 3]],
    ['Sqrt', 'row', [1, 3]],
    ['Reciprocal', 'column', [2, 1]],
    ['Neg', 'column', [2, 1]],
  ] as const)('computes %s', async (op, inputs, dims) => {
    const graph = handmade({
      inputs: { x: [2, 3] },
      constants: { row, column },
      nodes: [
        ['made', op, inputs, [...dims]],
        ['y', 'Add', 'x made', [2, 3]],
      ],
      outputs: ['y'],
    });
    await expectPass(graph, foldConstants, ['y = Add(x, made)']);
  });

  it('computes chains, and leaves what depends on inputs, and outputs', async () => {
    const graph = handmade({
      inputs: { x: [2, 3] },
      constants: { row, column },
      nodes: [
        ['root', 'Sqrt', 'row', [1, 3]],
        ['rate', 'Reciprocal', 'root', [1, 3]],
        ['y', 'Mul', 'x rate', [2, 3]],
        ['z', 'Neg', 'column', [2, 1]],
      ],
      outputs: ['y', 'z'],
    });
    await expectPass(graph, foldConstants, ['y = Mul(x, rate)', 'z = Neg(column)']);
    expect(graph.constants.get('rate')!.data).toEqual(Float32Array.of(1, 1 / 2, 1 / 3));
  });
});
