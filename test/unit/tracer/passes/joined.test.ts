import { describe, expect, it } from 'vitest';
import { type Input, runGraph } from '#test/models/traced.ts';
import type { Graph } from '#tracer/graph/graph.ts';
import { joinPorts } from '#tracer/passes/joined.ts';
import { type Description, handmade, shape, summary } from './handmade.ts';

const next = (name: string) => `next.${name}`;
const axis = { axis: { int: 0 } };

/** Two tensors joined, doubled and cut again; `a` is read on its own, too. */
const loop = (over: Partial<Description> = {}): Graph =>
  handmade({
    inputs: { a: [2, 3], b: [2] },
    constants: { six: shape(6), two: shape(2), back: shape(2, 3), sizes: shape(6, 2) },
    nodes: [
      ['flat = Reshape(a, six)', [6]],
      ['all = Concat(flat, b)', [8], axis],
      'double = Add(all, all)',
      ['first, next.b = Split(double, sizes)', [[6], [2]], axis],
      ['next.a = Reshape(first, back)', [2, 3]],
      'alone = Neg(a)',
      'norm = Neg(double)',
    ],
    outputs: ['next.a', 'next.b', 'alone', 'norm'],
    ...over,
  });

const numbers = (name: string, shape: number[], first: number): Input => ({
  name,
  shape,
  dtype: 'float32',
  data: Float32Array.from({ length: shape.reduce((product, side) => product * side) }, (_, i) => first + i),
});
const a = numbers('a', [2, 3], 1);

describe('joinPorts', () => {
  it('makes one input and one output of tensors that are joined and cut again', async () => {
    const graph = loop();
    const before = await runGraph(graph, [a, numbers('b', [2], 7)]);
    expect(joinPorts(graph, next)).toEqual([{ name: 'joined.0', members: ['a', 'b'] }]);
    expect(summary(graph)).toEqual([
      'next.joined.0 = Add(joined.0, joined.0)',
      'alone = Neg(a)',
      'norm = Neg(next.joined.0)',
    ]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['a', 'joined.0']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['alone', 'norm', 'next.joined.0']);
    const after = await runGraph(graph, [a, numbers('joined.0', [8], 1)]);
    const joined = ['next.a', 'next.b'].flatMap((name) => [...(before[name]!.data as Float32Array)]);
    expect([...(after['next.joined.0']!.data as Float32Array)]).toEqual(joined);
    expect([after.alone, after.norm]).toEqual([before.alone, before.norm]);
  });

  it.each([
    ['the order differs', undefined, (name: string) => `next.${{ a: 'b', b: 'a' }[name]}`],
    ['a piece is no output', ['alone', 'norm', 'next.a'], next],
  ] as const)('leaves the graph as it is where %s', (_, outputs, follows) => {
    const graph = loop(outputs && { outputs });
    const before = summary(graph);
    expect(joinPorts(graph, follows)).toEqual([]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(summary(graph)).toEqual(before);
  });
});
