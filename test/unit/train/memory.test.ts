import { expect, it } from 'vitest';
import type { Graph } from '../../../pipeline/src/onnx/index.ts';
import { estimateMemory, peakBytes } from '../../../pipeline/src/train/memory.ts';

type NodeRow = [op: string, inputs: string[], output: string];

/** Every value is float32 of `sizes[name]` elements. */
function graphOf(sizes: Record<string, number>, inputs: string[], nodes: NodeRow[], outputs: string[]): Graph {
  const port = (name: string) => ({ name, dtype: 'float32' as const, dims: [sizes[name]!] });
  return {
    name: 'g',
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    nodes: nodes.map(([op, from, to]) => ({ name: to, op, domain: '', inputs: from, outputs: [to], attributes: {} })),
    constants: new Map(),
    types: new Map(Object.entries(sizes).map(([name, size]) => [name, { dtype: 'float32', dims: [size] }])),
  };
}

it('estimateMemory counts what lives at one time, inputs and outputs apart, and the copies for saving', () => {
  const graph = graphOf(
    { x: 10, a: 100, b: 200, c: 50, y: 10 },
    ['x'],
    [
      ['Exp', ['x'], 'a'], // a: 100
      ['Exp', ['a'], 'b'], // a, b: 300
      ['Exp', ['b'], 'c'], // b, c: 250
      ['Exp', ['c'], 'y'],
    ],
    ['y'],
  );
  expect(peakBytes(graph)).toBe(300 * 4);
  const { state, saving } = estimateMemory(graph, 7);
  expect({ state, saving }).toEqual({ state: 20 * 4, saving: 10 * 4 + 4 * 7 * 4 });
});

it('peakBytes keeps a value alive to its last reader', () => {
  const graph = graphOf(
    { x: 1, a: 100, b: 200, c: 50, y: 1 },
    ['x'],
    [
      ['Exp', ['x'], 'a'],
      ['Exp', ['a'], 'b'],
      ['Exp', ['b'], 'c'], // a, b, c
      ['Add', ['a', 'c'], 'y'],
    ],
    ['y'],
  );
  expect(peakBytes(graph)).toBe(350 * 4);
});

it('peakBytes counts a reshaped value once', () => {
  const graph = graphOf(
    { x: 1, a: 100, r: 100, y: 1 },
    ['x'],
    [
      ['Exp', ['x'], 'a'],
      ['Reshape', ['a'], 'r'],
      ['ReduceSum', ['r'], 'y'],
    ],
    ['y'],
  );
  expect(peakBytes(graph)).toBe(100 * 4);
});
