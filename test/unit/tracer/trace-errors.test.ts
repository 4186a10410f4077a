/** What `trace` refuses and in which words, and that it leaves nothing behind. */
import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Input, runGraph } from '#test/models/traced.ts';
import type { TensorSpec } from '#tracer/graph/specs.ts';
import { TraceError, traceAnyBatch } from '#tracer/index.ts';
import { kernels } from '#tracer/kernels/index.ts';
import { refused as refusals } from '#tracer/kernels/tensors/refused.ts';
import { registerKernels, traceBackend } from '#tracer/tracing/register.ts';
import { trace } from '#tracer/tracing/trace.ts';

const X: TensorSpec = { name: 'x', shape: [2, 3], dtype: 'float32' };
const IMAGE: TensorSpec = { name: 'x', shape: [1, 4, 4, 1], dtype: 'float32' };

/** The trace of a function of one tensor, to be run. */
const traced =
  (fn: (x: tf.Tensor) => tf.Tensor, spec = X) =>
  () =>
    trace(({ x }) => ({ y: fn(x!) }), [spec]);

describe('trace refuses', () => {
  it('to read a traced tensor, and says why', () => {
    expect(traced((x) => tf.mul(x, tf.sum(x).dataSync()[0]!))).toThrow(/Cannot read a traced tensor: .*no value yet/);
    expect(traced((x) => tf.mul(x, tf.sum(x).arraySync() as number))).toThrow(/Cannot read a traced tensor/);
  });

  it('to read a traced tensor asynchronously', async () => {
    let reading: Promise<unknown> | undefined;
    trace(
      ({ x }) => {
        reading = x!.data();
        reading.catch(() => undefined);
        return { y: tf.neg(x!) };
      },
      [X],
    );
    await expect(reading).rejects.toThrow(/Cannot read a traced tensor/);
  });

  it('a kernel without a row, naming it and the way to add one', () => {
    tf.registerKernel({ kernelName: 'Novel', backendName: 'cpu', kernelFunc: () => [] });
    try {
      registerKernels('another', traceBackend());
      const novel = tf.getKernel('Novel', 'another');
      expect(() => novel.kernelFunc({ inputs: {}, attrs: {}, backend: {} })).toThrow(
        /^Cannot trace the tfjs kernel Novel: it has no row in tracer\/src\/kernels; add one/,
      );
    } finally {
      tf.unregisterKernel('Novel', 'cpu');
      for (const { kernelName } of tf.getKernelsForBackend('another')) tf.unregisterKernel(kernelName, 'another');
    }
  });

  it('a kernel that no row can stand for, with what to write in its place', () => {
    expect(traced((x) => tf.unique(tf.reshape(x, [6])).values)).toThrow(
      'Cannot trace the tfjs kernel Unique: the size of its result depends on values; find the different values outside the graph.',
    );
  });

  it("every kernel of tfjs' cpu backend that has no row in such a sentence", () => {
    const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
    const withoutInputs = ['Fill', 'Range', 'LinSpace', 'ZerosLike', 'OnesLike'];
    expect(names.filter((name) => !(name in kernels || name in refusals || withoutInputs.includes(name)))).toEqual([]);
    expect(Object.keys(refusals).filter((name) => name in kernels)).toEqual([]);
  });

  it('arithmetic on bools, naming the operator', () => {
    const bool: TensorSpec = { ...X, dtype: 'bool' };
    expect(traced((x) => tf.add(x, x), bool)).toThrow(
      'Cannot trace Add: its operands must be float32 or int32, received bool. Cast them first.',
    );
    expect(traced((x) => tf.abs(x), bool)).toThrow(/Cannot trace Abs/);
  });

  it('strings and complex numbers', () => {
    const strings = (where: string) =>
      `Cannot trace a string tensor${where}: its dtype must be float32, int32 or bool; turn text into numbers`;
    expect(() => trace(() => ({ y: tf.tensor(['a']) }), [])).toThrow(strings(''));
    expect(() => trace(() => ({ y: tf.fill([2], 'a') }), [])).toThrow(strings(''));
    const closed = tf.tensor(['a']);
    expect(() => trace(() => ({ y: tf.reshape(closed, [1, 1]) }), [])).toThrow(strings(' in reshape'));
    closed.dispose();
    expect(traced((x) => tf.complex(x, x))).toThrow(/Complex/);
    expect(traced((x) => tf.cast(x, 'complex64'))).toThrow(/complex/i);
  });

  it('a trace inside a trace', () => {
    const inner = traced((x) => x);
    expect(() =>
      trace(
        ({ x }) => {
          inner();
          return { y: x! };
        },
        [X],
      ),
    ).toThrow('Cannot trace: another trace is running.');
    expect(inner).not.toThrow();
  });

  it('a tensor of an earlier trace', () => {
    let kept: tf.Tensor | undefined;
    trace(
      ({ x }) => {
        kept = tf.keep(tf.neg(x!));
        return { y: tf.neg(kept) };
      },
      [X],
    );
    expect(traced((x) => tf.add(x, kept!))).toThrow('Cannot trace: a tensor of an earlier trace was used.');
    expect(() => kept!.dataSync()).toThrow('Cannot read a traced tensor: its trace is over.');
    kept!.dispose();
  });

  it('an output that is named like an input or a constant', () => {
    expect(() => trace(({ x }) => ({ x: tf.neg(x!) }), [X])).toThrow(/the output x must not be named like/);
    const constants = [{ ...X, name: 'w', data: new Float32Array(6) }];
    expect(() => trace(({ x, w }) => ({ w: tf.add(x!, w!) }), [X], { constants })).toThrow(/the output w/);
  });

  it('random numbers, naming the operator that drew them', () => {
    const refused = (fn: (x: tf.Tensor) => tf.Tensor, what: string) =>
      expect(traced(fn)).toThrow(
        `Cannot trace ${what} of it must be the same in every run, but changes, as random numbers do; pass noise as an input`,
      );
    refused((x) => tf.dropout(x, 0.01), 'dropout: a constant');
    refused((x) => tf.add(x, tf.randomNormal([2, 3])), 'randomNormal: a constant');
    refused((x) => tf.add(x, tf.randomUniform([], 0, 1)), 'randomUniform: a constant');
    refused((x) => tf.add(x, tf.truncatedNormal([2, 3])), 'truncatedNormal: a constant');
    refused((x) => tf.mul(x, Math.random()), 'mul: a constant');
    refused((x) => tf.add(x, tf.multinomial([[0.5, 0.5]] as never, 40).sum()), 'multinomial: a constant');
    refused((x) => tf.leakyRelu(x, Math.random()), 'the function: the node LeakyRelu');
    let runs = 0;
    refused((x) => (runs++ === 0 ? tf.neg(x) : tf.exp(x)), 'the function: the node Neg');
    refused((x) => (runs++ === 2 ? tf.neg(x) : tf.neg(tf.neg(x))), 'the function: the node y');
  });

  it('no random numbers that a seed makes the same in every run', () => {
    const fn = (x: tf.Tensor) => tf.add(x, tf.randomNormal([2, 3], 0, 1, 'float32', 7));
    expect(traced(fn)).not.toThrow();
  });

  it('an index outside of its axis, now where it is a constant, else when the graph runs', async () => {
    const fn = (index: tf.Tensor) => (tensors: Record<string, tf.Tensor>) => ({ y: tf.gather(tensors.x!, index) });
    const constant = (index: number) => () => trace(({ x }) => fn(tf.tensor1d([0, index], 'int32'))({ x: x! }), [X]);
    expect(constant(-1)).toThrow('Cannot trace gather: its indices must be in 0 to 1, received -1.');
    expect(constant(2)).toThrow('Cannot trace gather: its indices must be in 0 to 1, received 2.');
    expect(constant(1)).not.toThrow();
    const at = (index: number): Input[] => [
      { ...X, data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { name: 'index', shape: [1], dtype: 'int32', data: Int32Array.of(index) },
    ];
    const graph = trace(({ x, index }) => fn(index!)({ x: x! }), at(0));
    expect([...Array.from((await runGraph(graph, at(1))).y!.data)]).toEqual([4, 5, 6]);
    await expect(runGraph(graph, at(-1), { expected: true })).rejects.toThrow(/out of data bounds/);
    await expect(runGraph(graph, at(2), { expected: true })).rejects.toThrow(/out of data bounds/);
  });

  it('what has no form in ONNX, naming the operator', () => {
    const image: TensorSpec = { name: 'x', shape: [1, 2, 4, 4], dtype: 'float32' };
    const refused = (fn: (x: tf.Tensor4D) => tf.Tensor) => expect(traced((x) => fn(x as tf.Tensor4D), image));
    refused((x) => tf.avgPool(x, [1, 3], 1, 1)).not.toThrow();
    refused((x) => tf.avgPool(x, [3, 1], 1, 1)).toThrow(
      "Cannot trace avgPool: its pad must be a list, 'same' or 'valid' for windows of 3x1 and strides of 1x1, received a number.",
    );
    refused((x) => tf.conv2dTranspose(x, tf.zeros([1, 1, 3, 4]) as tf.Tensor4D, [1, 3, 5, 3], 1, 'same')).toThrow(
      'Cannot trace conv2dTranspose: what it goes back from must be at least [3,5], received [2,4].',
    );
  });

  it('two inputs of one name', () => {
    expect(() => trace(({ x }) => ({ y: x! }), [X, X])).toThrow('Cannot trace: two inputs or constants are named x.');
    const constants = [{ ...X, data: new Float32Array(6) }];
    expect(() => trace(({ x }) => ({ y: x! }), [X], { constants })).toThrow(/are named x/);
  });

  it('a constant of the wrong size', () => {
    const constants = [{ ...X, name: 'w', data: new Float32Array(5) }];
    expect(() => trace(({ x }) => ({ y: x! }), [X], { constants })).toThrow(
      'Cannot trace: the constant w must have 6 values, received 5.',
    );
  });

  it('an output that is no tensor, and a tensor without a name', () => {
    expect(() => trace(() => ({ y: 1 as never }), [])).toThrow(
      'Cannot trace: the output y must be a tensor, received 1.',
    );
    expect(() => trace(({ x }) => tf.neg(x!) as never, [X])).toThrow(
      'Cannot trace: the function must return an object with one tensor or more, received a tensor; return { y: tensor }.',
    );
  });

  it.each<[string, object, string]>([
    ['a dtype of ONNX', { dtype: 'float16' }, 'dtype of x must be float32, int32 or bool, received float16.'],
    ['another one', { dtype: 'int64' }, 'dtype of x must be float32, int32 or bool, received int64.'],
    ['no dtype', { dtype: undefined }, 'dtype of x must be float32, int32 or bool, received undefined.'],
    ['a name of Object', { dtype: 'toString' }, 'dtype of x must be float32, int32 or bool, received toString.'],
    ['no name', { name: '' }, 'name of an input or a constant must be a text, received none.'],
    ['no shape', { shape: undefined }, 'shape of x must be a list of whole numbers from 0 on, received undefined.'],
    ['a number for a shape', { shape: 3 }, 'shape of x must be a list of whole numbers from 0 on, received 3.'],
    [
      'an open axis',
      { shape: [-1, 3] },
      'shape of x must be a list of whole numbers from 0 on, received [-1, 3]; traceAnyBatch leaves the batch open.',
    ],
    [
      'an open axis as layers have it',
      { shape: [null, 3] },
      'shape of x must be a list of whole numbers from 0 on, received [null, 3]; traceAnyBatch leaves the batch open.',
    ],
    ['no number', { shape: [2, NaN] }, 'shape of x must be a list of whole numbers from 0 on, received [2, NaN].'],
    ['half a row', { shape: [2.5] }, 'shape of x must be a list of whole numbers from 0 on, received [2.5].'],
    ['less than nothing', { shape: [-2] }, 'shape of x must be a list of whole numbers from 0 on, received [-2].'],
    ['a text for a size', { shape: ['2'] }, 'shape of x must be a list of whole numbers from 0 on, received [2].'],
    ['an axis twice', { order: [0, 0] }, 'order of x must be the numbers from 0 to 1, received [0,0].'],
  ])('a spec that no graph can have: %s', (_, wrong, rule) => {
    const spec = { ...X, ...wrong };
    let called = false;
    const fn = ({ x }: Record<string, tf.Tensor>) => {
      called = true;
      return { y: tf.neg(x!) };
    };
    expect(() => trace(fn, [spec])).toThrow(TraceError);
    expect(() => trace(fn, [spec])).toThrow(`Cannot trace: the ${rule}`);
    if (!('order' in wrong)) {
      const constant = { ...spec, data: new Float32Array(6) };
      expect(() => trace(fn, [], { constants: [constant] })).toThrow(`Cannot trace: the ${rule}`);
    }
    expect(called).toBe(false);
  });

  it('a constant whose data are of another dtype', () => {
    const constants = [{ ...X, name: 'w', data: new Int32Array(6) }];
    expect(() => trace(({ x }) => ({ y: x! }), [X], { constants })).toThrow(
      'Cannot trace: the data of the constant w must be of class Float32Array, received Int32Array.',
    );
  });

  it('shapes that do not fit, as tfjs does', () => {
    const refused = (fn: (x: tf.Tensor) => tf.Tensor) => expect(traced(fn));
    refused((x) => tf.reshape(x, [5])).toThrow(/Size\(6\) must match/);
    refused((x) => tf.reshape(x, [-1, 4])).toThrow(/implicit shape/);
    refused((x) => tf.matMul(x, x)).toThrow('Cannot multiply [2,3] by [2,3]: their inner dimensions must be the same.');
    refused((x) => tf.concat([x, tf.zeros([3, 2])], 0)).toThrow(/Shape/);
    refused((x) => tf.concat([x, tf.zeros([0, 4])], 0)).toThrow(/Shape/);
    refused((x) => tf.expandDims(x, -4)).toThrow('Cannot trace expandDims: its axis must be in -3 to 2, received -4.');
    refused((x) => tf.stack([x, tf.zeros([3, 2])])).toThrow(
      'Cannot trace stack: its tensors must be alike, received float32[2,3] and float32[3,2].',
    );
    refused((x) => tf.stack([x, tf.zeros([2, 3], 'int32')])).toThrow(/received float32\[2,3\] and int32\[2,3\]/);
    refused((x) => tf.matMul(tf.tile(tf.expandDims(x), [2, 1, 1]), tf.zeros([3, 3, 2]))).toThrow(
      /could not be broadcast together with shapes 2 and 3/,
    );
    refused((x) => tf.slice(x, [1, 0], [2, 3])).toThrow(/slice/i);
    refused((x) => tf.split(x, 2, 1)[0]!).toThrow(/evenly divide/);
    refused((x) => tf.add(x, tf.zeros([2]))).toThrow(/could not be broadcast/);
  });
});

describe('a refusal is a TraceError', () => {
  const refusal = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it.each<[string, string | undefined, () => unknown]>([
    ['a kernel without a row', 'Unique', traced((x) => tf.unique(x).values)],
    [
      'a kernel of a gradient',
      'AvgPoolGrad',
      () => {
        const gradient = tf.grad((t: tf.Tensor) => tf.avgPool(t as tf.Tensor4D, 3, 2, 'same'));
        return trace(({ x }) => ({ y: gradient(x!) }), [IMAGE]);
      },
    ],
    ['what a row refuses', 'Add', traced((x) => tf.add(x, x), { ...X, dtype: 'bool' })],
    ['a dtype', undefined, () => trace(() => ({ y: tf.tensor(['a']) }), [])],
    ['reading a traced tensor', undefined, traced((x) => tf.mul(x, x.dataSync()[0]!))],
    ['random numbers', undefined, traced((x) => tf.mul(x, Math.random()))],
    ['two inputs of one name', undefined, () => trace(({ x }) => ({ y: x! }), [X, X])],
    [
      'a use of the batch size as a number',
      undefined,
      () => traceAnyBatch((batch) => trace(({ x }) => ({ y: tf.mul(x!, batch) }), [{ ...X, shape: [batch, 3] }])),
    ],
  ])('that knows its kernel: %s', (_, kernel, run) => {
    const error = refusal(run);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ name: 'TraceError', kernel });
  });

  it('but what tfjs and the function throw comes through as it is', () => {
    expect(refusal(traced((x) => tf.reshape(x, [5])))).not.toBeInstanceOf(TraceError);
    const own = new Error('stop');
    const fn = () => {
      throw own;
    };
    expect(refusal(() => trace(fn, [X]))).toBe(own);
  });
});

describe('an error says which line of the function asked', () => {
  const caught = (fn: (x: tf.Tensor) => tf.Tensor): TraceError => {
    try {
      trace(({ x }) => ({ y: fn(x!) }), [X]);
    } catch (error) {
      if (error instanceof TraceError) return error;
    }
    throw new Error('nothing was refused');
  };
  /** The line of this file from which it is called. */
  const here = () => Number(/trace-errors\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1]);

  it.each<[string, (x: tf.Tensor) => [number, () => tf.Tensor]]>([
    ['for a kernel', (x) => [here(), () => tf.unique(x).values]],
    ['for what a row refuses', (x) => [here(), () => tf.add(tf.cast(x, 'bool'), tf.cast(x, 'bool'))]],
    ['for a dtype', () => [here(), () => tf.tensor(['a'])]],
    ['for a value', (x) => [here(), () => tf.mul(x, x.dataSync()[0]!)]],
    ['for a tensor in a condition', (x) => [here(), () => (x > (0 as unknown as tf.Tensor) ? x : tf.neg(x))]],
    [
      'for a gradient',
      (x) => [here(), () => tf.grad((t) => tf.avgPool(tf.reshape(t, [1, 2, 3, 1]) as tf.Tensor4D, 3, 1, 'same'))(x)],
    ],
  ])('%s', (_, asks) => {
    let line = 0;
    const error = caught((x) => {
      const [at, ask] = asks(x);
      line = at;
      return ask();
    });
    expect(error.line).toMatch(new RegExp(`trace-errors\\.test\\.ts:${line}:\\d+$`));
    expect(error.message.endsWith(` It is asked for at ${error.line}.`)).toBe(true);
  });

  it('and leaves the depth of stacks as it was', () => {
    const before = Error.stackTraceLimit;
    caught((x) => tf.unique(x).values);
    expect(Error.stackTraceLimit).toBe(before);
  });
});

describe('trace lets a function', () => {
  it('read constants and branch on them', () => {
    const graph = trace(
      ({ x }) => {
        const scale = tf.add(tf.tensor1d([1, 2, 3]), 1);
        const transposed = tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])).dataSync();
        expect([...transposed]).toEqual([1, 4, 2, 5, 3, 6]);
        expect([...tf.tile(tf.tensor2d([1, 2], [2, 1]), [1, 2]).dataSync()]).toEqual([1, 1, 2, 2]);
        expect([...tf.ones([2, 2]).dataSync()]).toEqual([1, 1, 1, 1]);
        return { y: scale.dataSync()[2] === 4 ? tf.neg(x!) : tf.exp(x!) };
      },
      [X],
    );
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Neg']);
  });
});

describe('trace leaves', () => {
  const held = () => {
    const { numTensors, numDataBuffers } = tf.memory();
    return { numTensors, numDataBuffers, traced: traceBackend().numDataIds() };
  };
  let before: ReturnType<typeof held>;
  beforeEach(() => {
    tf.setBackend('cpu');
    before = held();
  });
  afterEach(() => {
    expect(tf.getBackend()).toBe('cpu');
    expect(held()).toEqual(before);
  });

  it('no tensor and the same backend after a trace with gradients and folded constants', () => {
    trace(
      ({ x }) => {
        const scale = tf.exp(tf.tensor1d([1, 2, 3]));
        const { value, grads } = tf.valueAndGrads((t: tf.Tensor) => tf.sum(tf.mul(tf.softmax(t), scale)))([x!]);
        return { value, gradient: grads[0]! };
      },
      [X],
    );
  });

  it('no tensor and the same backend after the function threw', () => {
    const fail = ({ x }: Record<string, tf.Tensor>): Record<string, tf.Tensor> => {
      tf.exp(x!);
      throw new Error('stop');
    };
    expect(() => trace(fail, [X])).toThrow('stop');
  });

  it('no tensor and the same backend after a kernel without a row', () => {
    expect(traced((x) => tf.unique(tf.exp(x)).values)).toThrow(/Unique/);
  });

  it('the tensors that the function closes over as they were', () => {
    const closed = tf.tensor1d([1, 2, 3]);
    trace(({ x }) => ({ y: tf.add(x!, closed) }), [X]);
    trace(() => ({ y: tf.tensorScatterUpdate(closed, tf.tensor2d([[0]], [1, 1], 'int32'), tf.tensor1d([9])) }), []);
    expect([...closed.dataSync()]).toEqual([1, 2, 3]);
    closed.dispose();
  });
});

describe('trace', () => {
  it('restores the backend after a gradient threw, and can be used again', () => {
    tf.setBackend('cpu');
    const gradient = tf.grad((t: tf.Tensor) => tf.avgPool(t as tf.Tensor4D, 3, 2, 'same'));
    expect(traced((x) => gradient(x), IMAGE)).toThrow(/gradient of avgPool/);
    expect(tf.getBackend()).toBe('cpu');
    const { nodes } = trace(({ x }) => ({ y: tf.grad((t: tf.Tensor) => tf.exp(t))(x!) }), [X]);
    expect(nodes.map(({ op }) => op)).toEqual(['Exp']);
  });

  it('leaves tfjs on its own choice of a backend where none was in use', { tags: 'long' }, () => {
    const script = `
      import * as tf from '@tensorflow/tfjs';
      import { trace } from './tracer/src/tracing/trace.ts';
      trace(({ x }) => ({ y: tf.neg(x) }), [{ name: 'x', shape: [2], dtype: 'float32' }]);
      process.stdout.write(tf.getBackend());`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(output).toBe('cpu');
  });
});
