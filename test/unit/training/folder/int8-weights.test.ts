import { gzipSync } from 'node:zlib';
import { sizeOf } from '@onnoise/scheduler/model';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { wave } from '#test/models/model.ts';
import { type Attribute, encodeModel, type FileGraph, type Node } from '#tracer/index.ts';
import { decode } from '#training/folder/channels.ts';
import { narrowWeights } from '#training/folder/float16.ts';
import { planWeights, restoreWeights, roundWeights } from '#training/folder/int8-weights.ts';

interface Consumer {
  what: string;
  op: string;
  /** Of the weight. */
  dims: number[];
  /** Which input the weight is. */
  place: 0 | 1;
  attributes?: Record<string, Attribute>;
  /** Of the picture. */
  x: number[];
  /** Axes of the output's channels: of the weight, and of the output. */
  axis: number;
  out: number;
}

const PADDED: Record<string, Attribute> = { pads: { ints: [1, 1, 1, 1] } };
const IMAGE = [2, 6, 5, 5];
const CONSUMERS: Consumer[] = [
  { what: 'Conv', op: 'Conv', dims: [4, 6, 3, 3], place: 1, attributes: PADDED, x: IMAGE, axis: 0, out: 1 },
  {
    what: 'Conv in groups',
    op: 'Conv',
    dims: [4, 3, 3, 3],
    place: 1,
    attributes: { ...PADDED, group: { int: 2 } },
    x: IMAGE,
    axis: 0,
    out: 1,
  },
  { what: 'ConvTranspose', op: 'ConvTranspose', dims: [6, 4, 3, 3], place: 1, x: IMAGE, axis: 1, out: 1 },
  { what: 'MatMul', op: 'MatMul', dims: [20, 4], place: 1, x: [2, 3, 20], axis: 1, out: 2 },
  { what: 'MatMul of many', op: 'MatMul', dims: [2, 20, 4], place: 1, x: [2, 3, 20], axis: 2, out: 2 },
  { what: 'MatMul from the left', op: 'MatMul', dims: [4, 20], place: 0, x: [2, 20, 3], axis: 0, out: 1 },
  { what: 'Gemm', op: 'Gemm', dims: [20, 4], place: 1, x: [3, 20], axis: 1, out: 1 },
  {
    what: 'Gemm, transposed',
    op: 'Gemm',
    dims: [4, 20],
    place: 1,
    attributes: { transB: { int: 1 } },
    x: [3, 20],
    axis: 0,
    out: 1,
  },
  { what: 'Gemm from the left', op: 'Gemm', dims: [4, 20], place: 0, x: [20, 3], axis: 0, out: 0 },
  {
    what: 'Gemm from the left, transposed',
    op: 'Gemm',
    dims: [20, 4],
    place: 0,
    attributes: { transA: { int: 1 } },
    x: [20, 3],
    axis: 1,
    out: 0,
  },
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
function layer({ op, dims, place, attributes, x, axis }: Consumer): FileGraph {
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
  expect(restoreWeights(file)).toBe(true);
  return file.constants.get(name)!.data as Float32Array;
}

async function run(graph: FileGraph) {
  const file = { ...graph, outputs: [{ name: 'y', dtype: 'float32' as const, dims: ['a', 'b', 'c', 'd'] }] };
  file.outputs[0]!.dims.length = graph.inputs[0]!.dims.length;
  const session = await InferenceSession.create(encodeModel(file), { logSeverityLevel: 4 });
  const dims = graph.inputs[0]!.dims as number[];
  const { y } = await session.run({ x: new Tensor('float32', wave(2, dims, 1), dims) });
  await session.release();
  return y!;
}

describe('roundWeights', () => {
  it.each(CONSUMERS)('has a scale for each output channel: $what', async (consumer) => {
    const { dims, axis, out } = consumer;
    const graph = layer(consumer);
    expect(planWeights(graph)).toEqual(new Map([['w', axis]]));
    const weights = graph.constants.get('w')!.data as Float32Array;
    const [channel, back] = [channelOf(dims, axis), valuesOf(graph)];
    const largest = new Float32Array(dims[axis]!);
    weights.forEach((value, i) => {
      largest[channel(i)] = Math.max(largest[channel(i)]!, Math.abs(value));
    });
    const off = weights.filter((value, i) => Math.abs(value - back[i]!) > (1.0001 * largest[channel(i)]!) / 254);
    expect(off).toEqual(new Float32Array());

    // As onnxruntime computes it, every channel of the output is near.
    const [expected, actual] = [await run(graph), await run(rounded(graph))];
    const outputs = channelOf(expected.dims, out);
    const errors = new Float64Array(dims[axis]!);
    const sums = new Float64Array(dims[axis]!);
    (expected.data as Float32Array).forEach((value, i) => {
      errors[outputs(i)]! += (value - (actual.data as Float32Array)[i]!) ** 2;
      sums[outputs(i)]! += value ** 2;
    });
    for (const [c, sum] of sums.entries()) expect(Math.sqrt(errors[c]! / sum), `channel ${c}`).toBeLessThan(0.05);
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

  it('has fewer values in fewer bits, which compress to little more', () => {
    const graph = product(...wave(3, [20_000], 1));
    const bytes = [8, 7, 6, 5].map((bits) => {
      const copy = structuredClone(graph);
      roundWeights('export it', copy, planWeights(copy), bits);
      const codes = copy.constants.get('w.int8')!.data as Int8Array;
      expect(Math.max(...codes.map(Math.abs))).toBe(2 ** (bits - 1) - 1);
      expect(restoreWeights(copy)).toBe(true);
      const [from, to] = [graph, copy].map(({ constants }) => constants.get('w')!.data as Float32Array);
      expect(Math.max(...from!.map((value, i) => Math.abs(value - to![i]!)))).toBeLessThan(
        0.5001 / (2 ** (bits - 1) - 1),
      );
      return gzipSync(codes).length / codes.length;
    });
    for (const [i, share] of bytes.entries()) expect(share, `${8 - i} bits`).toBeLessThan((8.3 - i) / 8);
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
  });

  it('holds channels of zeros, of tiny and of huge weights', () => {
    const most = 2 ** 128 - 2 ** 104;
    for (const unit of [0, 2 ** -149, 2 ** -130, 1e-30, 1e30, most]) {
      const values = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? (unit * (i - 39)) / 40 : 1));
      values[78] = unit;
      const back = valuesOf(product(...values));
      const half = Math.max(unit / 254, 2 ** -127) * 1.0001;
      for (const [i, value] of back.entries()) {
        expect(Math.abs(value - Math.fround(values[i]!)), `${unit} ${i}`).toBeLessThanOrEqual(i % 2 === 0 ? half : 0);
      }
    }
  });

  it('refuses weights that are no numbers', () => {
    for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => rounded(product(...new Array(79).fill(1), wrong))).toThrow(
        `Cannot export it: its weights must be finite numbers, received ${wrong} in w.`,
      );
    }
  });

  it('gives the graph back, with one channel too', () => {
    const attributes = { kernel_shape: { ints: [3, 3] } };
    for (const dims of [
      [1, 8, 3, 3],
      [8, 1, 3, 3],
    ]) {
      const op = dims[0] === 1 ? 'Conv' : 'ConvTranspose';
      const graph = graphOf([node(op, ['x', 'w'], 'y', attributes)], { w: [dims, wave(1, dims, 1)] }, [1, 8, 5, 5]);
      const file = rounded(graph);
      restoreWeights(file);
      expect(file.nodes).toEqual(graph.nodes);
      expect([...file.constants.keys()]).toEqual(['w']);
      expect(restoreWeights(file)).toBe(false);
    }
  });
});

describe('planWeights', () => {
  const square = (nodes: Node[]) => graphOf(nodes, { w: [[16, 16], wave(1, [16, 16], 1)] }, [16, 16]);

  it('takes a weight of two layers where both have its channels on the same axis', () => {
    const [a, b] = [node('MatMul', ['x', 'w'], 'a'), node('Gemm', ['a', 'w'], 'y')];
    expect(planWeights(square([a, b]))).toEqual(new Map([['w', 1]]));
  });

  it('leaves one to float16 whose layers have other axes, or that something else reads as well', () => {
    const a = node('MatMul', ['x', 'w'], 'a');
    for (const other of [
      node('Gemm', ['a', 'w'], 'y', { transB: { int: 1 } }),
      node('MatMul', ['w', 'a'], 'y'),
      node('Gemm', ['a', 'b', 'w'], 'y'),
      node('Add', ['a', 'w'], 'y'),
    ]) {
      for (const nodes of [
        [a, other],
        [{ ...other, inputs: other.inputs.map((name) => name.replace('a', 'x')) }, a],
      ]) {
        const graph = square(nodes);
        expect(planWeights(graph), other.op).toEqual(new Map());
        narrowWeights(graph, planWeights(graph));
        expect(graph.constants.get('w.float16')?.dtype).toBe('float16');
      }
    }
  });

  it('leaves small tensors, vectors, tables, biases, groups of transposed layers, and what scales would make larger', () => {
    const cases: [Node, number[]][] = [
      [node('MatMul', ['x', 'w'], 'y'), [7, 9]],
      [node('MatMul', ['x', 'w'], 'y'), [100]],
      [node('Gather', ['w', 'i'], 'y'), [100, 8]],
      [node('Add', ['x', 'w'], 'y'), [1, 100, 1, 1]],
      [node('Conv', ['x', 'v', 'w'], 'y'), [100]],
      [node('ConvTranspose', ['x', 'w'], 'y', { group: { int: 2 } }), [8, 4, 3, 3]],
      [node('Conv', ['x', 'w'], 'y'), [100, 4, 1, 1]],
    ];
    for (const [each, dims] of cases) {
      const plan = planWeights(graphOf([each], { w: [dims, wave(1, dims, 1)] }, [1]));
      expect(plan, `${each.op} [${dims}]`).toEqual(new Map());
    }
    const dims = [100, 5, 1, 1];
    expect(planWeights(graphOf([node('Conv', ['x', 'w'], 'y')], { w: [dims, wave(1, dims, 1)] }, [1])).size).toBe(1);
  });
});

it('decode multiplies each value by the scale of its channel', () => {
  const codes = { dtype: 'int8' as const, dims: [2, 2, 2], data: Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  expect([...decode(codes, 1, [1, 10])]).toEqual([1, 2, 30, 40, 5, 6, 70, 80]);
});
