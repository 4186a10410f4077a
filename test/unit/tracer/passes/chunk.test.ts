import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  expectSame,
  type Input,
  type Result,
  randomInput,
  runGraph,
  type TracedFunction,
  uniforms,
} from '#test/models/traced.ts';
import { chunkElementwise, type Graph, simplify, trace } from '#tracer/index.ts';

const PIECE = 8;

const input = (name: string, shape: number[], seed: number) => randomInput(uniforms(seed), name, shape, [0.5, 2]);

/** Traces, chunks, and compares every output: bit by bit but for numbers, which are sums. */
async function expectChunked(fn: TracedFunction, inputs: readonly Input[], loops: number): Promise<Graph> {
  const before = trace(fn, inputs);
  const graph = structuredClone(before);
  chunkElementwise(graph, PIECE);
  expect(graph.nodes.filter(({ op }) => op === 'Scan')).toHaveLength(loops);
  const expected = await runGraph(before, inputs);
  const found = await runGraph(graph, inputs);
  for (const [name, { data, shape }] of Object.entries(expected)) {
    if (shape.length === 0) expect(found[name]!.data[0]! / data[0]!, name).toBeCloseTo(1, 5);
    else expect(Array.from(found[name]!.data), name).toEqual(Array.from(data));
  }
  return graph;
}

const SHAPE = [4, 3, 10];
const STATE = ['p', 'm', 'v', 'g'].map((name, i) => input(name, SHAPE, i + 1));
const rate = input('rate', [], 9);

function adam({ p, m, v, g, rate }: Record<string, tf.Tensor>, clip?: tf.Tensor) {
  const scaled = clip ? tf.mul(g!, clip) : g!;
  const newM = tf.add(tf.mul(m!, 0.9), tf.mul(scaled, 0.1));
  const newV = tf.add(tf.mul(v!, 0.99), tf.mul(tf.mul(g!, g!), clip ? tf.mul(clip, 0.01) : 0.01));
  return { p: tf.sub(p!, tf.mul(tf.div(newM, tf.add(tf.sqrt(newV), 1e-3)), rate!)), m: newM, v: newV };
}

/** In the shapes that a graph gives its outputs. */
const unshaped = (results: Record<string, Result>, { outputs }: Graph) =>
  Object.fromEntries(outputs.map(({ name, dims }) => [name, { ...results[name]!, shape: dims as number[] }]));

const named = (tensors: Record<string, tf.Tensor>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`next.${name}`, tensor]));

describe('chunkElementwise', () => {
  it('puts an update and the sum of its squares into one loop, and keeps the shape of an output that others read', async () => {
    const fn: TracedFunction = (t) => {
      const next = named(adam(t));
      return { ...next, norm: tf.sum(tf.mul(t.g!, t.g!)), max: tf.max(next['next.m']!, 0) };
    };
    const graph = await expectChunked(fn, [...STATE, rate], 1);
    const dims = Object.fromEntries(graph.outputs.map((port) => [port.name, port.dims]));
    expect(dims).toEqual({ 'next.p': [15, 8], 'next.m': SHAPE, 'next.v': [15, 8], norm: [], max: [3, 10] });
  });

  it('makes two loops where the update depends on the sum, and computes the squares twice', async () => {
    const fn: TracedFunction = (t) => {
      const norm = tf.sum(tf.mul(t.g!, t.g!));
      return { ...named(adam(t, tf.minimum(tf.div(1, norm), 1))), norm };
    };
    const graph = await expectChunked(fn, [...STATE, rate], 2);
    const loops = graph.nodes.filter(({ op }) => op === 'Scan');
    expect(loops.map(({ inputs, outputs }) => [inputs.length, outputs.length])).toEqual([
      [1, 1],
      [4, 3],
    ]);
  });

  it('takes what is computed before, and constants', async () => {
    const weights = Float32Array.from({ length: 120 }, (_, i) => i / 7);
    const fn: TracedFunction = (t) => {
      return named(adam({ ...t, g: tf.reverse(tf.mul(tf.reverse(t.g!, 0), tf.tensor(weights, SHAPE)), 1) }));
    };
    await expectChunked(fn, [...STATE, rate], 1);
  });

  it('leaves alone what has too few elements, cannot be cut evenly, broadcasts or is one operator', async () => {
    const flat = (size: number) => ['p', 'm', 'v', 'g'].map((name, i) => input(name, [size], i + 1));
    await expectChunked((t) => named(adam(t)), [...flat(8), rate], 0);
    await expectChunked((t) => named(adam(t)), [...flat(127), rate], 0);
    const rows = input('rows', [10], 5);
    await expectChunked((t) => ({ y: tf.add(tf.mul(t.p!, t.rows!), tf.mul(t.m!, t.rows!)) }), [...STATE, rows], 0);
    await expectChunked((t) => ({ y: tf.relu(t.p!) }), STATE, 0);
  });

  it('can be followed by other passes: they see what loops read from around them', async () => {
    const fn: TracedFunction = (t) => named(adam({ ...t, rate: tf.add(tf.mul(t.rate!, 1), tf.add(t.rate!, 0)) }));
    const inputs = [...STATE, rate];
    const graph = trace(fn, inputs);
    chunkElementwise(graph, PIECE);
    const before = structuredClone(graph);
    simplify(graph);
    expectSame(await runGraph(graph, inputs), await runGraph(before, inputs), { absolute: 0, relative: 0 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('changes no value of a random function of vectors and sums (%i)', async (seed) => {
    const fn: TracedFunction = (t) => {
      const next = uniforms(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
      const vectors = [t.p!, t.m!, t.v!, t.g!];
      const numbers: tf.Tensor[] = [t.rate!];
      for (let i = 0; i < 30; i++) {
        const kind = next();
        // Means: sums that add up in another order stay near each other.
        if (kind < 0.15) numbers.push(tf.mean(pick(vectors)));
        else if (kind < 0.25) numbers.push(tf.sigmoid(tf.add(pick(numbers), pick(numbers))));
        else if (kind < 0.35) vectors.push(tf.reverse(pick(vectors), 0));
        else if (kind < 0.6) vectors.push(tf.tanh(tf.mul(pick(vectors), tf.sigmoid(pick(numbers)))));
        else vectors.push(tf.tanh(pick([tf.add, tf.sub, tf.mul, tf.maximum])(pick(vectors), pick(vectors))));
      }
      return { a: vectors.at(-1)!, b: pick(vectors.slice(4)), c: tf.tanh(pick(vectors.slice(4))), d: numbers.at(-1)! };
    };
    const inputs = [...STATE, rate];
    const graph = trace(fn, inputs);
    const before = structuredClone(graph);
    chunkElementwise(graph, PIECE);
    expect(graph.nodes.some(({ op }) => op === 'Scan')).toBe(true);
    expectSame(await runGraph(graph, inputs), unshaped(await runGraph(before, inputs), graph));
  });
});
