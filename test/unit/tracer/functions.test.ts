/** What `trace` makes of the inputs, constants and outputs of any tfjs function. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { asTensor, expectSame, expectTraced, randomInput, runEager, runGraph, uniforms } from '#test/models/traced.ts';
import { transposeData } from '#tracer/graph/layout.ts';
import { trace } from '#tracer/tracing/trace.ts';

const next = uniforms(5);
const input = (name: string, ...shape: number[]) => randomInput(next, name, shape);

describe('trace', () => {
  it('takes named constants, which become initializers of those names, and keeps an input that nothing reads', async () => {
    const [w, x] = [input('dense.weight', 3, 2), input('x', 4, 3)];
    const fn = (t: tf.NamedTensorMap) => ({ y: tf.matMul(t.x!, t['dense.weight']!) });
    const constants = [{ ...w, data: w.data as Float32Array }];
    const graph = trace(fn, [x, input('unused', 3)], { name: 'dense', constants });
    expect(graph.name).toBe('dense');
    expect([...graph.constants.keys()]).toEqual(['dense.weight']);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x', 'unused']);
    expectSame(await runGraph(graph, [x, input('unused', 3)]), runEager(fn, [x, w]));
  });

  it('takes tensors that the function closes over as constants', async () => {
    tf.setBackend('cpu');
    const closed = asTensor(input('c', 3));
    const variable = tf.variable(asTensor(input('v', 2, 1)));
    const graph = await expectTraced(({ x }) => ({ y: tf.add(tf.mul(x!, closed), variable) }), [input('x', 2, 3)]);
    expect(graph.constants.size).toBe(2);
    tf.dispose([closed, variable]);
  });

  it('gives an input or a constant as an output, one value as two, and a name like that of an operator', async () => {
    const graph = await expectTraced(
      ({ x }) => {
        const y = tf.exp(x!);
        return { same: x!, also: x!, constant: tf.tensor1d([1, 2, 3]), y, z: y, Neg: tf.exp(y), Exp: tf.neg(y) };
      },
      [input('x', 2, 3)],
    );
    const names = graph.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(names).size).toBe(names.length);
  });

  it('takes inputs and gives outputs in the order that it is told, and moves nothing for it', async () => {
    const [shape, order, dims] = [
      [4, 3, 2],
      [2, 0, 1],
      [2, 4, 3],
    ];
    const x = input('x', ...shape!);
    const fn = (t: tf.NamedTensorMap) => ({ y: tf.mul(t.x!, 2) });
    const orders = new Map([['y', order!]]);
    const graph = trace(fn, [{ name: 'x', shape: shape!, dtype: 'float32', order: order! }], { orders });
    expect([graph.inputs[0]!.dims, graph.outputs[0]!.dims]).toEqual([dims, dims]);
    const turned = ({ data }: { data: ArrayLike<number> }) => {
      return transposeData(data as Float32Array, shape!, order!) as Float32Array;
    };
    const y = runEager(fn, [x]).y!;
    const found = await runGraph(graph, [{ ...x, shape: dims!, data: turned(x) }]);
    expectSame(found, { y: { ...y, shape: dims!, data: turned(y) } });
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Mul']);
  });
});
