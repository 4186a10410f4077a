/** What `trace` refuses and in which words, and that it leaves nothing behind. */
import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type Input, runGraph } from '#test/models/traced.ts';
import type { TensorSpec } from '#tracer/graph/specs.ts';
import { TraceError, traceAnyBatch } from '#tracer/index.ts';
import { kernels } from '#tracer/kernels/index.ts';
import { refused as refusals } from '#tracer/kernels/tensors/refused.ts';
import { registerKernels, traceBackend } from '#tracer/tracing/register.ts';
import { type TraceOptions, trace } from '#tracer/tracing/trace.ts';

const X: TensorSpec = { name: 'x', shape: [2, 3], dtype: 'float32' };
const BOOL: TensorSpec = { ...X, dtype: 'bool' };
const IMAGE: TensorSpec = { name: 'x', shape: [1, 2, 4, 4], dtype: 'float32' };
/** A constant. */
const W = { ...X, name: 'w', data: new Float32Array(6) };

// biome-ignore lint/suspicious/noExplicitAny: functions call operators that are typed by rank.
type Fn = (x: any) => tf.Tensor;

/** The trace of a function of one tensor, to be run. */
const traced =
  (fn: Fn, spec = X) =>
  () =>
    trace(({ x }) => ({ y: fn(x!) }), [spec]);
const tracedWith = (fn: Parameters<typeof trace>[0], specs: TensorSpec[], options?: TraceOptions) => () =>
  trace(fn, specs, options);
const anyBatch = (fn: Fn) => () =>
  traceAnyBatch((batch) => trace(({ x }) => ({ y: fn(x!) }), [{ ...X, shape: [batch, 3] }]));

const thrown = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
};

/** Keeps a tensor from the trace that made it. */
function ofAnEarlierTrace(): tf.Tensor {
  let kept: tf.Tensor | undefined;
  traced((x) => {
    kept = tf.keep(tf.neg(x)) as tf.Tensor;
    return tf.neg(kept);
  })();
  return kept!;
}

const averagePool = (x: tf.Tensor) => tf.grad((t: tf.Tensor) => tf.avgPool(t as tf.Tensor4D, 3, 2, 'same'))(x);
const gatherAt = (...at: number[]) => traced((x) => tf.gather(x, tf.tensor1d(at, 'int32')));
const STRINGS = 'its dtype must be float32, int32 or bool; turn text into numbers';
const [DROPOUT, SCALE] = [(x: tf.Tensor) => tf.dropout(x, 0.01), (x: tf.Tensor) => tf.mul(x, Math.random())];
const random = (what: string) =>
  `Cannot trace ${what} of it must be the same in every run, but changes, as random numbers do; pass noise as an input`;

describe('trace refuses', () => {
  const ofEarlier = ofAnEarlierTrace();
  let runs = 0;
  it.each<[string, () => unknown, string, kernel?: string]>([
    ['to read a value', traced((x) => tf.mul(x, tf.sum(x).dataSync()[0]!)), 'Cannot read a traced tensor: '],
    [
      'a kernel that no row can stand for, with what to write in its place',
      traced((x) => tf.unique(tf.reshape(x, [6])).values),
      'Cannot trace the tfjs kernel Unique: the size of its result depends on values; find the different values outside the graph.',
      'Unique',
    ],
    ['a kernel of a gradient', traced(averagePool, IMAGE), 'the gradient of avgPool', 'AvgPoolGrad'],
    [
      'arithmetic on bools',
      traced((x) => tf.add(x, x), BOOL),
      'Cannot trace Add: its operands must be float32 or int32, received bool. Cast them first.',
      'Add',
    ],
    ['strings', tracedWith(() => ({ y: tf.tensor(['a']) }), []), `Cannot trace a string tensor: ${STRINGS}`],
    [
      'a trace inside a trace',
      traced((x) => tf.add(x, traced((y) => y)().nodes.length)),
      'Cannot trace: another trace is running.',
    ],
    [
      'a tensor of an earlier trace',
      traced((x) => tf.add(x, ofEarlier)),
      'a tensor of an earlier trace was used.',
      'Add',
    ],
    [
      'an output named like an input',
      tracedWith(({ x }) => ({ x: tf.neg(x!) }), [X]),
      'the output x must not be named like',
    ],
    ['two inputs of one name', tracedWith(({ x }) => ({ y: x! }), [X, X]), 'two inputs or constants are named x.'],
    [
      'a constant of the wrong size',
      tracedWith(({ w }) => ({ y: w! }), [], { constants: [{ ...W, data: new Float32Array(5) }] }),
      'Cannot trace: the constant w must have 6 values, received 5.',
    ],
    [
      'a constant of another dtype',
      tracedWith(({ w }) => ({ y: w! }), [], { constants: [{ ...W, data: new Int32Array(6) }] }),
      'Cannot trace: the data of the constant w must be of class Float32Array, received Int32Array.',
    ],
    [
      'an output that is no tensor',
      tracedWith(() => ({ y: 1 as never }), []),
      'the output y must be a tensor, received 1.',
    ],
    [
      'a tensor without a name',
      tracedWith(({ x }) => tf.neg(x!) as never, [X]),
      'the function must return an object with one tensor or more, received a tensor; return { y: tensor }.',
    ],
    ['no output', tracedWith(() => ({}), [X]), 'must return an object with one tensor or more, received none'],
    [
      'a promise',
      tracedWith((async ({ x }: tf.NamedTensorMap) => ({ y: tf.mul(x!, (await x!.data())[0]!) })) as never, [X]),
      'Cannot trace: the function must return its tensors at once, received a promise; a traced tensor has no value to wait for.',
    ],
    ['random numbers', traced(DROPOUT), random('dropout: a constant')],
    ['a random factor', traced(SCALE), random('mul: a constant')],
    ['a random attribute', traced((x) => tf.leakyRelu(x, Math.random())), random('the function: the node LeakyRelu')],
    ['other operators', traced((x) => (runs++ === 0 ? tf.neg(x) : tf.exp(x))), random('the function: the node Neg')],
    ['more operators', traced((x) => (runs++ % 2 ? tf.neg(x) : tf.neg(tf.neg(x)))), 'in every run, but changes'],
    ['random numbers, for any batch', anyBatch(DROPOUT), 'pass noise as an input'],
    [
      'the batch size as a number',
      anyBatch((x) => tf.mul(x, x.shape[0])),
      'for any batch size: a constant of the node',
    ],
    [
      'nodes that depend on the batch size',
      anyBatch((x) => (x.shape[0] > 1010 ? tf.relu(x) : tf.exp(tf.relu(x)))),
      '1 nodes must not depend',
    ],
    [
      'an index below its axis',
      gatherAt(0, -1),
      'Cannot trace gather: its indices must be in 0 to 1, received -1.',
      'GatherV2',
    ],
    ['an index beyond its axis', gatherAt(0, 2), 'its indices must be in 0 to 1, received 2.', 'GatherV2'],
    [
      'a pad of one number where the sides of the window differ',
      traced((x) => tf.avgPool(x, [3, 1], 1, 1), IMAGE),
      "Cannot trace avgPool: its pad must be a list, 'same' or 'valid' for windows of 3x1 and strides of 1x1, received a number.",
      'AvgPool',
    ],
    [
      'too small an image to go back from',
      traced((x) => tf.conv2dTranspose(x, tf.zeros([1, 1, 3, 4]), [1, 3, 5, 3], 1, 'same'), IMAGE),
      'Cannot trace conv2dTranspose: what it goes back from must be at least [3,5], received [2,4].',
      'Conv2DBackpropInput',
    ],
    [
      'an axis that is not there',
      traced((x) => tf.expandDims(x, -4)),
      'Cannot trace expandDims: its axis must be in -3 to 2, received -4.',
      'ExpandDims',
    ],
    [
      'a stack of different shapes',
      traced((x) => tf.stack([x, tf.zeros([3, 2])])),
      'Cannot trace stack: its tensors must be alike, received float32[2,3] and float32[3,2].',
      'Pack',
    ],
  ])('%s', (_, run, sentence, kernel) => {
    tf.setBackend('cpu');
    const error = thrown(run);
    expect(tf.getBackend()).toBe('cpu');
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ name: 'TraceError', kernel });
    expect((error as Error).message).toContain(sentence);
  });

  it.each<[object, string]>([
    [{ dtype: 'float16' }, 'dtype of x must be float32, int32 or bool, received float16.'],
    [{ dtype: 'toString' }, 'dtype of x must be float32, int32 or bool, received toString.'],
    [{ name: '' }, 'name of an input or a constant must be a text, received none.'],
    [{ shape: undefined }, 'shape of x must be a list of whole numbers from 0 on, received undefined.'],
    [
      { shape: [null, 3] },
      'shape of x must be a list of whole numbers from 0 on, received [null, 3]; traceAnyBatch leaves the batch open.',
    ],
    [{ shape: [2.5] }, 'shape of x must be a list of whole numbers from 0 on, received [2.5].'],
    [{ shape: [-2] }, 'shape of x must be a list of whole numbers from 0 on, received [-2].'],
    [{ order: [0, 0] }, 'order of x must be the numbers from 0 to 1, received [0,0].'],
  ])('a spec that no graph can have, of an input or a constant: %j', (wrong, rule) => {
    const spec = { ...X, ...wrong };
    let called = false;
    const fn = ({ x }: tf.NamedTensorMap) => {
      called = true;
      return { y: tf.neg(x!) };
    };
    const constants = [{ ...spec, data: new Float32Array(6) }];
    for (const run of [tracedWith(fn, [spec]), ...('order' in wrong ? [] : [tracedWith(fn, [], { constants })])]) {
      expect(thrown(run)).toBeInstanceOf(TraceError);
      expect(run).toThrow(`Cannot trace: the ${rule}`);
    }
    expect(called).toBe(false);
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

  it("every kernel of tfjs' cpu backend that has no row in such a sentence", () => {
    const names = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
    const withoutInputs = ['Fill', 'Range', 'LinSpace', 'ZerosLike', 'OnesLike'];
    expect(names.filter((name) => !(name in kernels || name in refusals || withoutInputs.includes(name)))).toEqual([]);
    expect(Object.keys(refusals).filter((name) => name in kernels)).toEqual([]);
  });

  it('but not random numbers of a seed, a trace after a trace, nor nodes that depend on no other batch', () => {
    const fn = (x: tf.Tensor) => tf.add(x, tf.randomNormal([2, 3], 0, 1, 'float32', 7));
    for (const run of [traced(fn), traced((x) => x), anyBatch((x) => (x.shape[0] % 4 === 1 ? x : tf.exp(x)))]) {
      expect(run).not.toThrow();
    }
  });

  it('to read a tensor asynchronously, and an index outside of its axis when the graph runs', async () => {
    let reading: Promise<unknown> | undefined;
    const at = (index: number): Input[] => [
      { ...X, data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      { name: 'index', shape: [1], dtype: 'int32', data: Int32Array.of(index) },
    ];
    const graph = trace(({ x, index }) => {
      reading = x!.data();
      reading.catch(() => undefined);
      return { y: tf.gather(x!, index!) };
    }, at(0));
    await expect(reading).rejects.toThrow(/Cannot read a traced tensor/);
    expect([...Array.from((await runGraph(graph, at(1))).y!.data)]).toEqual([4, 5, 6]);
    await expect(runGraph(graph, at(-1), { expected: true })).rejects.toThrow(/out of data bounds/);
    await expect(runGraph(graph, at(2), { expected: true })).rejects.toThrow(/out of data bounds/);
  });

  it('nothing of its own where tfjs or the function throws', () => {
    const reshaped = thrown(traced((x) => tf.reshape(x, [5])));
    expect(reshaped).not.toBeInstanceOf(TraceError);
    expect((reshaped as Error).message).toMatch(/Size\(6\) must match/);
    const own = new Error('stop');
    expect(
      thrown(
        traced(() => {
          throw own;
        }),
      ),
    ).toBe(own);
  });
});

describe('an error says which line of the function asked', () => {
  /** The line of this file from which it is called. */
  const here = () => Number(/trace-errors\.test\.ts:(\d+)/.exec(new Error().stack!.split('\n')[2]!)![1]);

  it.each<[string, (x: tf.Tensor) => [number, () => tf.Tensor]]>([
    ['for a kernel', (x) => [here(), () => tf.unique(x).values]],
    ['for what a row refuses', (x) => [here(), () => tf.add(tf.cast(x, 'bool'), tf.cast(x, 'bool'))]],
    ['for a dtype', () => [here(), () => tf.tensor(['a'])]],
    ['for a tensor in a condition', (x) => [here(), () => (x > (0 as unknown as tf.Tensor) ? x : tf.neg(x))]],
    [
      'for a gradient',
      (x) => [here(), () => tf.grad((t) => tf.avgPool(tf.reshape(t, [1, 2, 3, 1]) as tf.Tensor4D, 3, 1, 'same'))(x)],
    ],
  ])('%s', (_, asks) => {
    const before = Error.stackTraceLimit;
    let line = 0;
    const error = thrown(
      traced((x) => {
        const [at, ask] = asks(x);
        line = at;
        return ask();
      }),
    ) as TraceError;
    expect(error.line).toMatch(new RegExp(`trace-errors\\.test\\.ts:${line}:\\d+$`));
    expect(error.message.endsWith(` It is asked for at ${error.line}.`)).toBe(true);
    expect(Error.stackTraceLimit).toBe(before);
  });
});

it('trace lets a function read constants and branch on them', () => {
  const graph = traced((x) => {
    const scale = tf.add(tf.tensor1d([1, 2, 3]), 1);
    const turned = tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])).dataSync();
    expect([...turned]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...tf.tile(tf.tensor2d([1, 2], [2, 1]), [1, 2]).dataSync()]).toEqual([1, 1, 2, 2]);
    return scale.dataSync()[2] === 4 ? tf.neg(x) : tf.exp(x);
  })();
  expect(graph.nodes.map(({ op }) => op)).toEqual(['Neg']);
});

describe('trace leaves', () => {
  it.each<[string, Fn]>([
    ['gradients and folded constants', (x) => tf.grad((t) => tf.mul(tf.softmax(t), tf.exp(tf.tensor1d([1, 2, 3]))))(x)],
    [
      'the function threw',
      (x) => {
        tf.exp(x);
        throw new Error('stop');
      },
    ],
    ['a kernel without a row', (x) => tf.unique(tf.exp(x)).values],
  ])('no tensor and the same backend after %s, and can be used again', (_, fn) => {
    const held = () => {
      const { numTensors, numDataBuffers } = tf.memory();
      return { numTensors, numDataBuffers, traced: traceBackend().numDataIds(), backend: tf.getBackend() };
    };
    tf.setBackend('cpu');
    const before = held();
    try {
      traced(fn)();
    } catch {}
    expect(held()).toEqual(before);
    const { nodes } = traced((x) => tf.grad((t) => tf.exp(t))(x))();
    expect(nodes.map(({ op }) => op)).toEqual(['Exp']);
  });

  it('the tensors that the function closes over as they were', () => {
    tf.setBackend('cpu');
    const closed = tf.tensor1d([1, 2, 3]);
    traced((x) => tf.add(x, closed))();
    traced(() => tf.tensorScatterUpdate(closed, tf.tensor2d([[0]], [1, 1], 'int32'), tf.tensor1d([9])))();
    expect([...closed.dataSync()]).toEqual([1, 2, 3]);
    closed.dispose();
  });

  it('tfjs on its own choice of a backend where none was in use', { tags: 'long' }, () => {
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
