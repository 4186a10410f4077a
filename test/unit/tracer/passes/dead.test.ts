import { describe, expect, it } from 'vitest';
import { removeDead } from '#tracer/passes/dead.ts';
import { expectPass, handmade, vector } from './handmade.ts';

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

  it('keeps a node of which one output is needed, and an input that nothing reads', async () => {
    const graph = await expectPass(
      handmade({
        inputs: { x: [4], ignored: [2] },
        nodes: [['p, q = Split(x)', [[2], [2]], { axis: { int: 0 }, num_outputs: { int: 2 } }], 'y = Neg(q)'],
      }),
      removeDead,
      ['p, q = Split(x)', 'y = Neg(q)'],
    );
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'ignored']);
    expect(graph.types.has('p')).toBe(true);
  });

  it('keeps a value that is both an output and read', async () => {
    await expectPass(
      handmade({ inputs: { x: [3] }, nodes: ['y = Exp(x)', 'z = Neg(y)'], outputs: ['z', 'y'] }),
      removeDead,
      ['y = Exp(x)', 'z = Neg(y)'],
    );
  });
});
