import { describe, it } from 'vitest';
import type { Graph } from '#tracer/graph/graph.ts';
import { removeDead } from '#tracer/passes/dead.ts';
import { dropIdentities } from '#tracer/passes/identity.ts';
import { expectPass, handmade, shape, vector } from './handmade.ts';

/** The dropped nodes leave dead code behind. */
const pass = (graph: Graph) => {
  dropIdentities(graph);
  removeDead(graph);
};

describe('dropIdentities', () => {
  it('drops x + 0, 0 + x, x - 0, x * 1, 1 * x and x / 1', async () => {
    await expectPass(
      handmade({
        inputs: { x: [2, 3] },
        constants: { zero: vector(0), one: vector(1) },
        nodes: [
          'a = Add(x, zero)',
          'b = Add(zero, a)',
          'c = Sub(b, zero)',
          'd = Mul(c, one)',
          'e = Mul(one, d)',
          'f = Div(e, one)',
          'y = Exp(f)',
        ],
      }),
      pass,
      ['y = Exp(x)'],
    );
  });

  it('keeps 0 - x, 1 / x, and what changes the shape', async () => {
    await expectPass(
      handmade({
        inputs: { x: [3] },
        constants: { zero: vector(0), one: vector(1), rows: { data: Float32Array.of(0), dims: [1, 1] } },
        nodes: ['a = Sub(zero, x)', 'b = Div(one, x)', 'c = Add(x, rows)', 'y = Sum(a, b, c)'],
      }),
      pass,
      ['a = Sub(zero, x)', 'b = Div(one, x)', 'c = Add(x, rows)', 'y = Sum(a, b, c)'],
    );
  });

  it('makes a chain of reshapes one, or none where it comes back', async () => {
    await expectPass(
      handmade({
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
      }),
      pass,
      ['b = Reshape(x, flat)', 'y = Exp(b)', 'z = Neg(x)'],
    );
  });

  it('keeps a Reshape whose shape copies a dimension of the one before', async () => {
    await expectPass(
      handmade({
        inputs: { x: [2, 6] },
        constants: { three: shape(3, 4), copied: shape(0, 2, 2), two: shape(2, 2, 3), kept: shape(0, 6, -1) },
        nodes: [
          ['a = Reshape(x, three)', [3, 4]],
          ['y = Reshape(a, copied)', [3, 2, 2]],
          ['b = Reshape(x, two)', [2, 2, 3]],
          ['z = Reshape(b, kept)', [2, 6, 1]],
        ],
        outputs: ['y', 'z'],
      }),
      pass,
      ['a = Reshape(x, three)', 'y = Reshape(a, copied)', 'z = Reshape(x, kept)'],
    );
  });

  it('gives a node the name of the output that it feeds, for all its readers', async () => {
    await expectPass(
      handmade({
        inputs: { x: [3] },
        nodes: ['a = Exp(x)', 'b = Neg(a)', 'y = Identity(a)', 'z = Identity(b)'],
        outputs: ['y', 'z'],
      }),
      pass,
      ['y = Exp(x)', 'z = Neg(y)'],
    );
  });

  it('keeps an Identity that names an input, a constant, or one value for the second time', async () => {
    await expectPass(
      handmade({
        inputs: { x: [3] },
        constants: { c: vector(1, 2, 3) },
        nodes: ['a = Exp(x)', 'p = Identity(a)', 'q = Identity(a)', 'r = Identity(x)', 's = Identity(c)'],
        outputs: ['p', 'q', 'r', 's'],
      }),
      pass,
      ['p = Exp(x)', 'q = Identity(p)', 'r = Identity(x)', 's = Identity(c)'],
    );
  });
});
