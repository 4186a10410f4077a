/** Small handwritten graphs, and functions that compare them. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, randomInput, runGraph, type Tolerance, uniforms } from '#test/models/traced.ts';
import type { Attribute, ConstantData, DType, Graph } from '#tracer/graph/graph.ts';

type Dims = readonly number[];

export interface Description {
  /** Inputs, float32, by name. */
  inputs: Record<string, Dims>;
  constants?: Record<string, { data: ConstantData; dims: Dims; dtype?: DType }>;
  nodes: readonly NodeText[];
  /** y, where it is not given. */
  outputs?: readonly string[];
}

/** `outputs = op(inputs)`, and the dimensions of each output where they are not those of the inputs, broadcast. */
export type NodeText =
  | string
  | readonly [text: string, dims: Dims | readonly Dims[], attributes?: Record<string, Attribute>];

const broadcast = (dims: readonly Dims[]): Dims =>
  dims.reduce<number[]>((all, each) => tf.broadcast_util.assertAndGetBroadcastShape(all, [...each]), []);

export function handmade({ inputs, constants = {}, nodes, outputs = ['y'] }: Description): Graph {
  const graph: Graph = { name: 'handmade', inputs: [], outputs: [], nodes: [], constants: new Map(), types: new Map() };
  for (const [name, dims] of Object.entries(inputs)) {
    graph.inputs.push({ name, dtype: 'float32', dims });
    graph.types.set(name, { dtype: 'float32', dims });
  }
  for (const [name, { data, dims, dtype = 'float32' }] of Object.entries(constants)) {
    graph.constants.set(name, { data, dims, dtype });
    graph.types.set(name, { dtype, dims });
  }
  for (const node of nodes) {
    const [text, given, attributes = {}] = typeof node === 'string' ? [node] : node;
    const [, made, op, read] = /^(.+) = (\w+)\((.*)\)$/.exec(text)!;
    const [all, inputs] = [made!.split(', '), read!.split(', ')];
    const dims = given ?? broadcast(inputs.map((name) => graph.types.get(name)!.dims as Dims));
    const each = (all.length === 1 ? [dims] : dims) as readonly Dims[];
    for (const [i, name] of all.entries()) graph.types.set(name, { dtype: 'float32', dims: each[i]! });
    graph.nodes.push({ name: all[0]!, op: op!, domain: '', inputs, outputs: all, attributes });
  }
  for (const name of outputs) graph.outputs.push({ name, dtype: 'float32', dims: graph.types.get(name)!.dims });
  return graph;
}

export const vector = (...values: number[]) => ({ data: Float32Array.from(values), dims: [values.length] });
export const shape = (...dims: number[]) => ({
  data: BigInt64Array.from(dims, BigInt),
  dims: [dims.length],
  dtype: 'int64' as const,
});

/** The nodes, as `outputs = op(inputs)`. */
export const summary = ({ nodes }: Graph): string[] =>
  nodes.map(({ op, inputs, outputs }) => `${outputs.join(', ')} = ${op}(${inputs.join(', ')})`);

/** Applies a pass to a graph, which must then have the given nodes and the same values as before. */
export async function expectPass(
  graph: Graph,
  pass: (graph: Graph) => void,
  nodes: readonly string[],
  tolerance: Tolerance = { absolute: 1e-6, relative: 1e-6 },
): Promise<Graph> {
  const before = structuredClone(graph);
  pass(graph);
  expect(summary(graph)).toEqual(nodes);
  const next = uniforms(3);
  const inputs = graph.inputs.map(({ name, dims }) => randomInput(next, name, dims as number[]));
  expectSame(await runGraph(graph, inputs), await runGraph(before, inputs), tolerance);
  for (const { inputs: read, outputs } of graph.nodes) {
    for (const name of [...read, ...outputs]) expect(graph.types.has(name), `type of ${name}`).toBe(true);
  }
  return graph;
}

/** A title, a graph, and the nodes that a pass makes of it; without these it leaves the graph as it is. */
export type Row = readonly [title: string, graph: Description, nodes?: readonly string[]];

export const checkRows = (name: string, pass: (graph: Graph) => void, rows: readonly Row[]) =>
  describe(name, () => {
    for (const [title, description, nodes] of rows) {
      it(title, async () => {
        const graph = handmade(description);
        await expectPass(graph, pass, nodes ?? summary(graph));
      });
    }
  });
