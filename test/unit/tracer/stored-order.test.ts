import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { type Input, runEager, runGraph } from '#test/models/traced.ts';
import { transposeData } from '#tracer/graph/layout.ts';
import { TraceError, trace } from '#tracer/index.ts';

const SHAPE = [4, 3, 2];
const ORDER = [2, 0, 1];
const DIMS = [2, 4, 3];
const data = Float32Array.from({ length: 24 }, (_, i) => i);
const x: Input = { name: 'x', shape: SHAPE, dtype: 'float32', data };
const fn = (t: Record<string, tf.Tensor>) => ({ y: tf.mul(t.x!, 2), z: tf.sum(t.x!, 1) });

it('trace takes inputs and gives outputs in the order that it is told, and moves nothing for it', async () => {
  const graph = trace(fn, [{ name: 'x', shape: SHAPE, dtype: 'float32', order: ORDER }], {
    orders: new Map([['y', ORDER]]),
  });
  expect(graph.inputs[0]!.dims).toEqual(DIMS);
  expect(graph.outputs.map((port) => port.dims)).toEqual([DIMS, [4, 2]]);
  const stored = { ...x, shape: DIMS, data: transposeData(data, SHAPE, ORDER) };
  const { y, z } = await runGraph(graph, [stored]);
  const expected = runEager(fn, [x]);
  expect(Array.from(y!.data)).toEqual(Array.from(transposeData(expected.y!.data as Float32Array, SHAPE, ORDER)));
  expect(Array.from(z!.data)).toEqual(Array.from(expected.z!.data));
  const { nodes } = trace(
    (t) => ({ y: tf.mul(t.x!, 2) }),
    [{ name: 'x', shape: SHAPE, dtype: 'float32', order: ORDER }],
    {
      orders: new Map([['y', ORDER]]),
    },
  );
  expect(nodes.map(({ op }) => op)).toEqual(['Mul']);
});

it('trace refuses an order that does not name every axis once', () => {
  const traced = () => trace(fn, [{ name: 'x', shape: SHAPE, dtype: 'float32', order: [0, 1, 1] }]);
  expect(traced).toThrow(TraceError);
  expect(traced).toThrow('Cannot trace: the order of x must be the numbers from 0 to 2, received [0,1,1].');
  expect(() => trace(fn, [x], { orders: new Map([['z', [0]]]) })).toThrow('the order of z must be');
});
