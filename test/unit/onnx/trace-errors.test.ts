/** What trace refuses, in what words, and what it leaves behind: nothing. */
import { execFileSync } from 'node:child_process';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceBackend } from '../../../pipeline/src/onnx/register.ts';
import { type TensorSpec, trace } from '../../../pipeline/src/onnx/trace.ts';

const X: TensorSpec = { name: 'x', shape: [2, 3], dtype: 'float32' };

describe('trace refuses', () => {
  it('to read a traced tensor, and says why', () => {
    expect(() => trace(({ x }) => ({ y: tf.mul(x!, tf.sum(x!).dataSync()[0]!) }), [X])).toThrow(
      /Cannot read a traced tensor: .*no value yet/,
    );
    expect(() => trace(({ x }) => ({ y: tf.mul(x!, tf.sum(x!).arraySync() as number) }), [X])).toThrow(
      /Cannot read a traced tensor/,
    );
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
    expect(() => trace(({ x }) => ({ y: tf.topk(x!, 2).values }), [X])).toThrow(
      /Cannot trace the tfjs kernel TopK: it has no row. Add one to a table in pipeline\/src\/onnx\/kernels/,
    );
  });

  it('arithmetic on bools, naming the operator', () => {
    const bool: TensorSpec = { ...X, dtype: 'bool' };
    expect(() => trace(({ x }) => ({ y: tf.add(x!, x!) }), [bool])).toThrow(
      'Cannot trace Add: its operands must be float32 or int32, received bool. Cast them first.',
    );
    expect(() => trace(({ x }) => ({ y: tf.abs(x!) }), [bool])).toThrow(/Cannot trace Abs/);
  });

  it('strings and complex numbers', () => {
    expect(() => trace(() => ({ y: tf.tensor(['a']) }), [])).toThrow(/string tensor/);
    expect(() => trace(({ x }) => ({ y: tf.complex(x!, x!) }), [X])).toThrow(/Complex/);
    expect(() => trace(({ x }) => ({ y: tf.cast(x!, 'complex64') }), [X])).toThrow(/complex/i);
  });

  it('a trace inside a trace', () => {
    const inner = () => trace(({ x }) => ({ y: x! }), [X]);
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
    expect(() => trace(({ x }) => ({ y: tf.add(x!, kept!) }), [X])).toThrow(
      'Cannot trace: a tensor of an earlier trace was used.',
    );
    expect(() => kept!.dataSync()).toThrow('Cannot read a traced tensor: its trace is over.');
    kept!.dispose();
  });

  it('an output that is named like an input or a constant', () => {
    expect(() => trace(({ x }) => ({ x: tf.neg(x!) }), [X])).toThrow(/the output x must not be named like/);
    const constants = [{ ...X, name: 'w', data: new Float32Array(6) }];
    expect(() => trace(({ x, w }) => ({ w: tf.add(x!, w!) }), [X], { constants })).toThrow(/the output w/);
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

  it('an output that is no tensor', () => {
    expect(() => trace(() => ({ y: 1 as never }), [])).toThrow('Cannot trace: the output y must be a tensor.');
  });

  it('shapes that do not fit, as tfjs does', () => {
    const refused = (fn: (x: tf.Tensor) => tf.Tensor) => expect(() => trace(({ x }) => ({ y: fn(x!) }), [X]));
    refused((x) => tf.reshape(x, [5])).toThrow(/Size\(6\) must match/);
    refused((x) => tf.reshape(x, [-1, 4])).toThrow(/implicit shape/);
    refused((x) => tf.matMul(x, x)).toThrow('Cannot multiply [2,3] by [2,3]: their inner dimensions must be the same.');
    refused((x) => tf.concat([x, tf.zeros([3, 2])], 0)).toThrow(/Shape/);
    refused((x) => tf.slice(x, [1, 0], [2, 3])).toThrow(/slice/i);
    refused((x) => tf.split(x, 2, 1)[0]!).toThrow(/evenly divide/);
    refused((x) => tf.add(x, tf.zeros([2]))).toThrow(/could not be broadcast/);
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
    expect(() => trace(({ x }) => ({ y: tf.topk(tf.exp(x!), 2).values }), [X])).toThrow(/TopK/);
  });

  it('the tensors that the function closes over as they were', () => {
    const closed = tf.tensor1d([1, 2, 3]);
    trace(({ x }) => ({ y: tf.add(x!, closed) }), [X]);
    expect([...closed.dataSync()]).toEqual([1, 2, 3]);
    closed.dispose();
  });
});

describe('trace', () => {
  it('restores the backend after a gradient threw, and can be used again', () => {
    tf.setBackend('cpu');
    const image: TensorSpec = { name: 'x', shape: [1, 4, 4, 1], dtype: 'float32' };
    const gradient = tf.grad((t: tf.Tensor) => tf.maxPool(t as tf.Tensor4D, 2, 2, 'valid'));
    expect(() => trace(({ x }) => ({ y: gradient(x!) }), [image])).toThrow(/MaxPoolGrad/);
    expect(tf.getBackend()).toBe('cpu');
    const { nodes } = trace(({ x }) => ({ y: tf.grad((t: tf.Tensor) => tf.exp(t))(x!) }), [X]);
    expect(nodes.map(({ op }) => op)).toEqual(['Exp']);
  });

  it('leaves tfjs on its own choice of a backend where none was in use', () => {
    const script = `
      import * as tf from '@tensorflow/tfjs';
      import { trace } from './pipeline/src/onnx/trace.ts';
      trace(({ x }) => ({ y: tf.neg(x) }), [{ name: 'x', shape: [2], dtype: 'float32' }]);
      process.stdout.write(tf.getBackend());`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(output).toBe('cpu');
  });
});
