import { sizeOf } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { wave } from '#test/models/model.ts';
import type { Attribute, FileGraph, Node } from '#tracer/index.ts';
import { narrowWeights } from '#training/folder/float16.ts';
import { planWeights, restoreWeights, roundWeights } from '#training/folder/int8-weights.ts';

type Consumer = readonly [
  what: string,
  op: string,
  /** Of the weight. */
  dims: number[],
  /** Which input the weight is. */
  place: 0 | 1,
  /** Of the picture. */
  x: number[],
  /** Of the output's channels. */
  axis: number,
  attributes?: Record<string, Attribute>,
];

const PADDED: Record<string, Attribute> = { pads: { ints: [1, 1, 1, 1] } };
const IMAGE = [2, 6, 5, 5];
const CONSUMERS: Consumer[] = [
  ['Conv', 'Conv', [4, 6, 3, 3], 1, IMAGE, 0, PADDED],
  ['Conv in groups', 'Conv', [4, 3, 3, 3], 1, IMAGE, 0, { ...PADDED, group: { int: 2 } }],
  ['Conv to one channel', 'Conv', [1, 8, 3, 3], 1, [1, 8, 5, 5], 0],
  ['ConvTranspose', 'ConvTranspose', [6, 4, 3, 3], 1, IMAGE, 1],
  ['MatMul', 'MatMul', [20, 4], 1, [2, 3, 20], 1],
  ['MatMul of many', 'MatMul', [2, 20, 4], 1, [2, 3, 20], 2],
  ['MatMul from the left', 'MatMul', [4, 20], 0, [2, 20, 3], 0],
  ['Gemm', 'Gemm', [20, 4], 1, [3, 20], 1],
  ['Gemm, transposed', 'Gemm', [4, 20], 1, [3, 20], 0, { transB: { int: 1 } }],
  ['Gemm from the left', 'Gemm', [4, 20], 0, [20, 3], 0],
  ['Gemm from the left, transposed', 'Gemm', [20, 4], 0, [20, 3], 1, { transA: { int: 1 } }],
];

const channelOf = (dims: readonly number[], axis: number) => (i: number) =>
  Math.floor(i / sizeOf(dims.slice(axis + 1))) % dims[axis]!;

const node = (op: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}): Node => ({
  name: output,
  op,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

function graphOf(nodes: Node[], weights: Record<string, [number[], Float32Array]>, x: number[]): FileGraph {
  return {
    name: 'one',
    inputs: [{ name: 'x', dtype: 'float32', dims: x }],
    outputs: [{ name: 'y', dtype: 'float32', dims: [] }],
    nodes,
    constants: new Map(
      Object.entries(weights).map(([name, [dims, data]]) => [name, { dtype: 'float32' as const, dims, data }]),
    ),
  };
}

/** A layer whose channels are of very different sizes, so that a scale for the wrong ones would lose most of them. */
function layer([, op, dims, place, x, axis, attributes]: Consumer): FileGraph {
  const channel = channelOf(dims, axis);
  const data = wave(1, dims, 1).map((value, i) => value * 100 ** channel(i));
  return graphOf([node(op, place === 1 ? ['x', 'w'] : ['w', 'x'], 'y', attributes)], { w: [dims, data] }, x);
}

/** One matrix product with these weights, [rows, 2]. */
const product = (...values: number[]) =>
  graphOf([node('MatMul', ['x', 'w'], 'y')], { w: [[values.length / 2, 2], Float32Array.from(values)] }, [
    1,
    values.length / 2,
  ]);

function rounded(graph: FileGraph): FileGraph {
  const copy = structuredClone(graph);
  roundWeights('export it', copy, planWeights(copy));
  return copy;
}

/** The values of the weights as a reader of the file computes them. */
function valuesOf(graph: FileGraph, name = 'w'): Float32Array {
  const file = rounded(graph);
  expect(file.constants.get(`${name}.int8`)?.dtype).toBe('int8');
  expect([...restoreWeights(file).values()]).toEqual([127]);
  return file.constants.get(name)!.data as Float32Array;
}

describe('roundWeights', () => {
  it.each(CONSUMERS.map((row) => [row[0], row] as const))('has a scale for each output channel: %s', (_, consumer) => {
    const [, , dims, , , axis] = consumer;
    const graph = layer(consumer);
    expect(planWeights(graph)).toEqual(new Map([['w', axis]]));
    const weights = graph.constants.get('w')!.data as Float32Array;
    const [channel, back, file] = [channelOf(dims, axis), valuesOf(graph), rounded(graph)];
    restoreWeights(file);
    expect(file.nodes).toEqual(graph.nodes);
    expect([...file.constants.keys()]).toEqual(['w']);
    expect(restoreWeights(file).size).toBe(0);
    const largest = new Float32Array(dims[axis]!);
    weights.forEach((value, i) => {
      largest[channel(i)] = Math.max(largest[channel(i)]!, Math.abs(value));
    });
    const off = weights.filter((value, i) => Math.abs(value - back[i]!) > (1.0001 * largest[channel(i)]!) / 254);
    expect(off).toEqual(new Float32Array());
  });

  it('uses all 8 bits, symmetrically, rounds to the nearest, and keeps 0', () => {
    const row = [1, -2, -1, 2, 0, 0, 0.5 / 127, (2 * 0.51) / 127, 0.49 / 127, (2 * 100.4) / 127];
    const file = rounded(product(...row, ...new Array(64).fill(0)));
    const codes = [...(file.constants.get('w.int8')!.data as Int8Array)].slice(0, row.length);
    expect(codes).toEqual([127, -127, -127, 127, 0, 0, 1, 1, 0, 100]);
    expect(file.constants.get('w.scale')).toEqual({
      dtype: 'float32',
      dims: [1, 2],
      data: Float32Array.of(1 / 127, 2 / 127),
    });
  });
});

describe('planWeights', () => {
  const square = (nodes: Node[]) => graphOf(nodes, { w: [[16, 16], wave(1, [16, 16], 1)] }, [16, 16]);

  it('leaves one to float16 whose layers have other axes, or that something else reads as well', () => {
    const a = node('MatMul', ['x', 'w'], 'a');
    for (const other of [
      node('Gemm', ['a', 'w'], 'y', { transB: { int: 1 } }),
      node('MatMul', ['w', 'a'], 'y'),
      node('Gemm', ['a', 'b', 'w'], 'y'),
      node('Add', ['a', 'w'], 'y'),
    ]) {
      const graph = square([a, other]);
      expect(planWeights(graph), other.op).toEqual(new Map());
      narrowWeights(graph, planWeights(graph));
      expect(graph.constants.get('w.float16')?.dtype).toBe('float16');
    }
  });

  it.each<[what: string, op: string, inputs: string[], dims: number[], count: number]>([
    ['small tensors', 'MatMul', ['x', 'w'], [7, 9], 0],
    ['vectors', 'MatMul', ['x', 'w'], [100], 0],
    ['tables', 'Gather', ['w', 'i'], [100, 8], 0],
    ['summands', 'Add', ['x', 'w'], [1, 100, 1, 1], 0],
    ['biases', 'Conv', ['x', 'v', 'w'], [100], 0],
    ['groups of transposed layers', 'ConvTranspose', ['x', 'w'], [8, 4, 3, 3], 0],
    ['what scales would make larger', 'Conv', ['x', 'w'], [100, 4, 1, 1], 0],
    ['nothing a little larger', 'Conv', ['x', 'w'], [100, 5, 1, 1], 1],
  ])('leaves %s', (_, op, inputs, dims, count) => {
    const each = node(op, inputs, 'y', op === 'ConvTranspose' ? { group: { int: 2 } } : {});
    expect(planWeights(graphOf([each], { w: [dims, wave(1, dims, 1)] }, [1])).size).toBe(count);
  });
});
