import * as tf from '@tensorflow/tfjs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { type CnnNode, type CnnOptions, cnnBytes, floats, longs } from '#test/models/cnn-onnx.ts';
import { useCpu, wave } from '#test/models/model.ts';
import { decodeModel } from '#tracer/index.ts';
import { OPERATORS } from '#training/features/operators.ts';
import { walk } from '#training/features/run.ts';
import { asTensor } from '#training/features/values.ts';

useCpu();

type Case = [name: string, node: Omit<CnnNode, 'output'>, constants?: CnnOptions['constants'], shape?: number[]];
const ints = (...values: number[]) => ({ ints: values });
const int = (value: number) => ({ int: value });
const text = (value: string) => ({ string: value });

const IMAGE = [2, 6, 9, 8];
const window = { kernel_shape: ints(3, 2), strides: ints(2, 2), pads: ints(1, 0, 1, 1) };
const norm = {
  a: floats([6], 1),
  b: floats([6], 2),
  m: floats([6], 3),
  v: { ...floats([6]), data: wave(4, [6], 0.3, 1) },
};

const CASES: Case[] = [
  [
    'Conv',
    { op: 'Conv', inputs: ['x', 'w', 'b'], attributes: { pads: ints(1, 0, 2, 1) } },
    { w: floats([4, 6, 3, 2]), b: floats([4], 5) },
  ],
  [
    'Conv, of strides',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { strides: ints(2, 3), pads: ints(1, 1, 1, 1) } },
    { w: floats([4, 6, 3, 3]) },
  ],
  [
    'Conv, dilated',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { dilations: ints(2, 3) } },
    { w: floats([4, 6, 3, 2]) },
  ],
  [
    'Conv, of two groups',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { group: int(2), dilations: ints(1, 2) } },
    { w: floats([4, 3, 3, 3]) },
  ],
  [
    'Conv, of a group a channel',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { group: int(6), strides: ints(2, 2), pads: ints(1, 1, 1, 1) } },
    { w: floats([12, 1, 3, 3]) },
  ],
  [
    'Conv, padded to the same size',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { auto_pad: text('SAME_UPPER'), strides: ints(2, 2) } },
    { w: floats([4, 6, 3, 4]) },
  ],
  [
    'Conv, padded at the beginning',
    { op: 'Conv', inputs: ['x', 'w'], attributes: { auto_pad: text('SAME_LOWER') } },
    { w: floats([4, 6, 2, 4]) },
  ],
  ['MaxPool', { op: 'MaxPool', inputs: ['x'], attributes: window }],
  ['MaxPool, rounded up', { op: 'MaxPool', inputs: ['x'], attributes: { ...window, ceil_mode: int(1) } }],
  ['AveragePool', { op: 'AveragePool', inputs: ['x'], attributes: window }],
  [
    'AveragePool, padding counted',
    { op: 'AveragePool', inputs: ['x'], attributes: { ...window, count_include_pad: int(1) } },
  ],
  ['GlobalAveragePool', { op: 'GlobalAveragePool', inputs: ['x'] }],
  [
    'BatchNormalization',
    { op: 'BatchNormalization', inputs: ['x', 'a', 'b', 'm', 'v'], attributes: { epsilon: { float: 0.01 } } },
    norm,
  ],
  ['Relu', { op: 'Relu', inputs: ['x'] }],
  ['LeakyRelu', { op: 'LeakyRelu', inputs: ['x'], attributes: { alpha: { float: 0.3 } } }],
  ['PRelu', { op: 'PRelu', inputs: ['x', 's'] }, { s: floats([6, 1, 1]) }],
  ['Sigmoid', { op: 'Sigmoid', inputs: ['x'] }],
  ['Tanh', { op: 'Tanh', inputs: ['x'] }],
  ['HardSigmoid', { op: 'HardSigmoid', inputs: ['x'], attributes: { alpha: { float: 0.7 } } }],
  ['HardSwish', { op: 'HardSwish', inputs: ['x'] }],
  [
    'Clip',
    { op: 'Clip', inputs: ['x', '', 'most'] },
    { most: { dtype: 'float32', dims: [], data: Float32Array.of(0.3) } },
  ],
  ['Softmax', { op: 'Softmax', inputs: ['x'] }],
  ['Add', { op: 'Add', inputs: ['x', 'c'] }, { c: floats([6, 1, 1]) }],
  ['Sub', { op: 'Sub', inputs: ['c', 'x'] }, { c: floats([1, 6, 1, 8]) }],
  ['Mul', { op: 'Mul', inputs: ['x', 'x'] }],
  ['Div', { op: 'Div', inputs: ['x', 'v'] }, { v: { dtype: 'float32', dims: [], data: Float32Array.of(3) } }],
  ['Sqrt', { op: 'Sqrt', inputs: ['x'] }],
  ['Neg', { op: 'Neg', inputs: ['x'] }],
  ['Concat', { op: 'Concat', inputs: ['x', 'c', 'x'], attributes: { axis: int(1) } }, { c: floats([2, 1, 9, 8]) }],
  ['ReduceMean', { op: 'ReduceMean', inputs: ['x', 'axes'], attributes: { keepdims: int(0) } }, { axes: longs(2, 3) }],
  [
    'Pad',
    { op: 'Pad', inputs: ['x', 'p', 'v'] },
    { p: longs(0, 0, 1, 0, 0, 1, 2, 3), v: { dtype: 'float32', dims: [], data: Float32Array.of(7) } },
  ],
  ['Flatten', { op: 'Flatten', inputs: ['x'], attributes: { axis: int(2) } }],
  ['Reshape', { op: 'Reshape', inputs: ['x', 's'] }, { s: longs(0, 3, -1, 2) }],
  ['Transpose', { op: 'Transpose', inputs: ['x'], attributes: { perm: ints(0, 2, 3, 1) } }],
  ['Squeeze', { op: 'Squeeze', inputs: ['x', 'axes'] }, { axes: longs(-1) }, [2, 6, 9, 1]],
  ['Unsqueeze', { op: 'Unsqueeze', inputs: ['x', 'axes'] }, { axes: longs(0, 2) }, [2, 6]],
  ['Slice', { op: 'Slice', inputs: ['x', 's', 'e', 'a'] }, { s: longs(-4, 1), e: longs(99, -1), a: longs(1, 2) }],
  ['MatMul', { op: 'MatMul', inputs: ['x', 'w'] }, { w: floats([8, 3]) }, [5, 8]],
  [
    'Gemm',
    { op: 'Gemm', inputs: ['x', 'w', 'c'], attributes: { alpha: { float: 0.5 }, beta: { float: 2 }, transB: int(1) } },
    { w: floats([3, 8]), c: floats([3]) },
    [5, 8],
  ],
  ['Identity', { op: 'Identity', inputs: ['x'] }],
  ['Dropout', { op: 'Dropout', inputs: ['x'] }],
  ['Cast', { op: 'Cast', inputs: ['x'], attributes: { to: int(1) } }],
];

/** What both give for the same file and a wave. */
async function both(options: CnnOptions, shape: readonly number[]) {
  const bytes = cnnBytes({ dims: shape, ...options });
  const output = options.nodes.at(-1)!.output;
  const values = wave(7, shape, 1, 0.2);
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const expected = (await session.run({ x: new Tensor('float32', values, shape) }))[output]!;
  await session.release();
  const inputs = { x: tf.tensor(values, [...shape]) };
  const found = walk({ ...decodeModel(bytes), inputs, batch: { now: shape[0]!, written: undefined } });
  return { found: asTensor(found.get(output)!), expected };
}

describe('an operator gives what onnxruntime gives', () => {
  it.each(CASES)('%s', async (_, node, constants = {}, shape = IMAGE) => {
    const { found, expected } = await both({ nodes: [{ ...node, output: 'y' }], constants }, shape);
    expect(found.shape).toEqual([...expected.dims]);
    expectClose(found.dataSync(), expected.data as Float32Array, { absolute: 1e-5, relative: 1e-5 });
  });

  it('each of them is tried, or moves shapes', () => {
    const tried = new Set(CASES.map(([, { op }]) => op));
    const others = Object.keys(OPERATORS).filter((op) => !tried.has(op));
    expect(others.sort()).toEqual(['Constant', 'ConstantOfShape', 'Gather', 'Shape']);
  });

  it('pads and shapes that exporters write as chains are worked out', async () => {
    const zeros = { tensor: longs(0) };
    const nodes: CnnNode[] = [
      // Pads, as torch.nn.functional.pad has them: from the last axis on, both ends each.
      { op: 'ConstantOfShape', inputs: ['four'], output: 'rest', attributes: { value: zeros } },
      { op: 'Concat', inputs: ['ends', 'rest'], output: 'all', attributes: { axis: int(0) } },
      { op: 'Reshape', inputs: ['all', 'pairs'], output: 'paired' },
      { op: 'Slice', inputs: ['paired', 'last', 'first', 'axis', 'back'], output: 'turned' },
      { op: 'Transpose', inputs: ['turned'], output: 'apart', attributes: { perm: ints(1, 0) } },
      { op: 'Reshape', inputs: ['apart', 'flat'], output: 'joined' },
      { op: 'Cast', inputs: ['joined'], output: 'pads', attributes: { to: int(7) } },
      { op: 'Pad', inputs: ['x', 'pads'], output: 'padded' },
      // The number of images, as `view(x.shape[0], -1)` has it.
      { op: 'Shape', inputs: ['padded'], output: 'sides' },
      { op: 'Gather', inputs: ['sides', 'where'], output: 'count' },
      { op: 'Mul', inputs: ['count', 'seven'], output: 'more' },
      { op: 'Div', inputs: ['more', 'three'], output: 'most' },
      { op: 'Sub', inputs: ['most', 'one'], output: 'less' },
      { op: 'Add', inputs: ['less', 'minus'], output: 'same' },
      { op: 'Unsqueeze', inputs: ['same', 'axis'], output: 'listed' },
      { op: 'Constant', inputs: [], output: 'open', attributes: { value: { tensor: longs(-1) } } },
      { op: 'Concat', inputs: ['listed', 'open'], output: 'shape', attributes: { axis: int(0) } },
      { op: 'Reshape', inputs: ['padded', 'shape'], output: 'y' },
    ];
    const single = (value: bigint) => ({ dtype: 'int64', dims: [], data: BigInt64Array.of(value) }) as const;
    const constants = {
      four: longs(4),
      ends: longs(1, 2, 3, 0),
      pairs: longs(-1, 2),
      last: longs(-1),
      first: longs(-(2 ** 31)),
      axis: longs(0),
      back: longs(-1),
      flat: longs(-1),
      where: single(0n),
      seven: single(7n),
      three: single(3n),
      one: single(1n),
      minus: single(-1n),
    };
    const { found, expected } = await both({ nodes, constants }, [2, 3, 4, 5]);
    expect(found.shape).toEqual([2, 168]);
    expectClose(found.dataSync(), expected.data as Float32Array);
  });
});

it.each([
  ['an unknown operator', { op: 'Sin', inputs: ['x'] }, {}, 'the operator Sin'],
  ['a computed filter', { op: 'Conv', inputs: ['x', 'x'] }, {}, 'Conv whose input 1 is computed, and no constant'],
  [
    'a filter of other channels',
    { op: 'Conv', inputs: ['x', 'w'] },
    { w: floats([4, 5, 3, 3]) },
    'Conv of 5 channels on 6',
  ],
  [
    'a window that is too large',
    { op: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: ints(20, 2) } },
    {},
    'MaxPool of windows of 20 x 2 on 9 x 8 pixels',
  ],
  [
    'a filter of a line',
    { op: 'Conv', inputs: ['x', 'w'] },
    { w: floats([4, 6, 3]) },
    'Conv of filters of 3 axes, where images have 4',
  ],
  [
    'dilated pooling',
    { op: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: ints(2, 2), dilations: ints(2, 2) } },
    {},
    'MaxPool with dilations',
  ],
  [
    'padding by reflection',
    { op: 'Pad', inputs: ['x', 'p'], attributes: { mode: text('reflect') } },
    { p: longs(0, 0, 1, 1, 0, 0, 1, 1) },
    'Pad of the mode reflect',
  ],
  [
    'normalisation in training',
    { op: 'BatchNormalization', inputs: ['x', 'a', 'b', 'm', 'v'], attributes: { training_mode: int(1) } },
    norm,
    'BatchNormalization in training: export it for inference',
  ],
  ['a missing value', { op: 'Add', inputs: ['x', 'z'] }, {}, 'Add of z, which is not there'],
  [
    'weights of float16',
    { op: 'Add', inputs: ['x', 'h'] },
    { h: { dtype: 'float16', dims: [1], data: new Uint16Array(1) } },
    'weights of float16: export it as float32',
  ],
] as [string, Omit<CnnNode, 'output'>, CnnOptions['constants'], string][])(
  '%s is refused',
  (_, node, constants, message) => {
    const graph = decodeModel(cnnBytes({ nodes: [{ ...node, output: 'y' }], constants: constants! }));
    const inputs = { x: tf.zeros(IMAGE) };
    expect(() => walk({ ...graph, inputs, batch: { now: 2, written: undefined } })).toThrow(message);
  },
);
