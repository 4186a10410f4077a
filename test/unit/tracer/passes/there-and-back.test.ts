import { expect, it } from 'vitest';
import { expectSame, randomInput, runGraph, uniforms } from '#test/models/traced.ts';
import { thereAndBackRule } from '#tracer/passes/there-and-back.ts';
import { applyRules } from '#tracer/rewrite/apply.ts';
import { handmade, shape } from './handmade.ts';

/** A filter of four outputs, 3x3 taps and two inputs, whose transposes move these axes. */
const graphWith = (there: number[], back: number[], flat = [4, 2, 9]) =>
  handmade({
    inputs: { w: [4, 3, 3, 2] },
    constants: { flat: shape(...flat) },
    nodes: [
      ['outside = Transpose(w)', there.map((axis) => [4, 3, 3, 2][axis]!), { perm: { ints: there } }],
      ['rows = Reshape(outside, flat)', flat],
      ['y = Transpose(rows)', back.map((axis) => flat[axis]!), { perm: { ints: back } }],
    ],
  });

it('a transpose of a filter there and back becomes a Reshape of the same values', async () => {
  const graph = graphWith([0, 3, 1, 2], [0, 2, 1]);
  const before = structuredClone(graph);
  applyRules(graph, [thereAndBackRule]);
  expect(graph.nodes.at(-1)!.op).toBe('Reshape');
  const w = randomInput(uniforms(1), 'w', [4, 3, 3, 2]);
  expectSame(await runGraph(graph, [w]), await runGraph(before, [w]), { absolute: 0, relative: 0 });
});

it.each([
  ['another way there', graphWith([0, 3, 2, 1], [0, 2, 1])],
  ['another way back', graphWith([0, 3, 1, 2], [1, 0, 2])],
  ['other axes in between', graphWith([0, 3, 1, 2], [0, 2, 1], [4, 6, 3])],
])('%s stays', (_, graph) => {
  applyRules(graph, [thereAndBackRule]);
  expect(graph.nodes.at(-1)!.op).toBe('Transpose');
});
