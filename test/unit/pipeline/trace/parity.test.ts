import { encodeModel, reportGraph, traceModel } from '@onnoise/tracer';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { compareWithTfjs } from '#pipeline/trace/parity.ts';

function joined(): tf.LayersModel {
  const inputs = ['left', 'right'].map((name) => tf.input({ shape: [4], name }));
  const outputs = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
  return tf.model({ inputs, outputs });
}

describe('compareWithTfjs', () => {
  it('refuses a file that takes one input for another of its shape', async () => {
    await tf.setBackend('cpu');
    const model = joined();
    const graph = traceModel(model);
    const compare = () =>
      compareWithTfjs('trace it', { model, onnx: encodeModel(graph), report: reportGraph(graph), ranges: {} });
    expect((await compare()).difference).toBeLessThan(1e-6);
    graph.nodes.find(({ op }) => op === 'Concat')!.inputs.reverse();
    await expect(compare()).rejects.toThrow(
      'Cannot trace it: the largest difference between tfjs and ONNX must be at most',
    );
    model.dispose();
  });
});
