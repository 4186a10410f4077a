import { describe, expect, it } from 'vitest';
import { foldConstants } from '#tracer/passes/constants.ts';
import { expectPass, handmade } from './handmade.ts';

const row = { data: Float32Array.of(1, 4, 9), dims: [1, 3] };
const column = { data: Float32Array.of(0.3, -2), dims: [2, 1] };

describe('foldConstants', () => {
  it.each([
    'Add(row, column)',
    'Sub(column, row)',
    'Mul(row, column)',
    'Div(row, column)',
    'Sqrt(row)',
    'Reciprocal(column)',
    'Neg(column)',
  ])('computes %s', async (node) => {
    const graph = handmade({
      inputs: { x: [2, 3] },
      constants: { row, column },
      nodes: [`made = ${node}`, 'y = Add(x, made)'],
    });
    await expectPass(graph, foldConstants, ['y = Add(x, made)']);
  });

  it('computes chains, and leaves what depends on inputs, and outputs', async () => {
    const graph = handmade({
      inputs: { x: [2, 3] },
      constants: { row, column },
      nodes: ['root = Sqrt(row)', 'rate = Reciprocal(root)', 'y = Mul(x, rate)', 'z = Neg(column)'],
      outputs: ['y', 'z'],
    });
    await expectPass(graph, foldConstants, ['y = Mul(x, rate)', 'z = Neg(column)']);
    expect(graph.constants.get('rate')!.data).toEqual(Float32Array.of(1, 1 / 2, 1 / 3));
  });
});
