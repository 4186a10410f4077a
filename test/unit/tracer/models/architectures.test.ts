/** The published architectures at seeded weights: the traced graph beside tfjs at several batch sizes. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '#test/architectures/index.ts';
import { expectSame, type Input, randomData, runGraph, uniforms } from '#test/models/traced.ts';
import { traceModel } from '#tracer/index.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** One of those that are quick. */
const SHORT = ['a transformer block'];
const others = Object.keys(ARCHITECTURES).filter((name) => !SHORT.includes(name));

describe.each(SHORT)('%s', computes);
describe.each(others)('%s', { tags: 'long' }, computes);

function computes(name: string): void {
  const { build, range, dtype } = ARCHITECTURES[name]!;
  it('computes what tfjs does, at batches of 1, 3 and 7', async () => {
    const model = build();
    const graph = traceModel(model);
    expect(graph.inputs.map(({ name }) => name)).toEqual(model.inputNames);
    expect(graph.outputs.map(({ name }) => name)).toEqual(model.outputNames);
    expect(graph.inputs[0]!.dims[0]).toBe('batch');
    expect(graph.outputs[0]!.dims[0]).toBe('batch');
    for (const batch of [1, 3, 7]) {
      const shape = [batch, ...(model.inputs[0]!.shape.slice(1) as number[])];
      const data = randomData(uniforms(batch), shape, dtype, range);
      const input: Input = { name: model.inputNames[0]!, dtype, shape, data };
      const expected = tf.tidy(() => {
        const output = model.predict(tf.tensor(data, shape, dtype)) as tf.Tensor;
        return { dtype: output.dtype, shape: output.shape, data: output.dataSync() };
      });
      expect(Math.max(...Array.from(expected.data, Math.abs))).toBeGreaterThan(0.1);
      expectSame(
        await runGraph(graph, [input]),
        { [model.outputNames[0]!]: expected },
        { absolute: 1e-5, relative: 1e-5 },
      );
    }
  });
}
