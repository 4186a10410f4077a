import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { wave, waveParameters } from '#test/models/model.ts';
import { type Input, runGraph, type TracedFunction } from '#test/models/traced.ts';
import { blockConvolutions, trace } from '#tracer/index.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';
import { createModel } from '#training/model/index.ts';

interface Golden {
  config: Record<string, unknown>;
  timesteps: number[];
  /** float64 */
  gradients: Record<string, string>;
  /** Relative errors of PyTorch's float32: of each gradient, and of all together. */
  pytorch: { error: Record<string, number>; whole: number };
}

/** Made by scripts/golden/gradient.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/model/gradient.json', import.meta.url), 'utf8'));

const unpackDouble = (base64: string) => new Float64Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
const norm = (values: Iterable<number>) => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

it('a traced gradient of the tutorial network is about as near to float64 as PyTorch is', async () => {
  const model = createModel(golden.config);
  const shape = [golden.timesteps.length, ...model.shape];
  const input = (name: string, shape: readonly number[], data: Float32Array): Input => {
    return { name, shape, dtype: 'float32', data };
  };
  const weights = waveParameters(model.parameters);
  const inputs = [
    ...model.parameters.map(({ name, shape }) => input(name, shape, weights.get(name)!)),
    input('sample', shape, wave(900, shape, 1.2)),
    input('target', shape, wave(901, shape, 1)),
    input('timestep', [golden.timesteps.length], Float32Array.from(golden.timesteps)),
  ];
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const fn: TracedFunction = ({ sample, target, timestep, ...parameters }) => {
    const grads = tf.grads((...values: tf.Tensor[]) => {
      const used = { ...parameters, ...Object.fromEntries(trained.map((name, i) => [name, values[i]!])) };
      const output = model.forward(used, sample as tf.Tensor4D, timestep as tf.Tensor1D, { training: true });
      return tf.mean(tf.squaredDifference(output, target!));
    })(trained.map((name) => parameters[name]!));
    return Object.fromEntries(grads.map((gradient, i) => [`d.${trained[i]}`, gradient]));
  };
  const block = await blockSize();
  const graph = trace(fn, inputs, { sumsInSteps: true, block });
  if (block) blockConvolutions(graph, block);
  const found = await runGraph(graph, inputs);

  const errors = trained.map((name) => {
    const exact = unpackDouble(golden.gradients[name]!);
    return { name, off: norm(exact.map((value, i) => found[`d.${name}`]!.data[i]! - value)), size: norm(exact) };
  });
  const whole = norm(errors.map(({ off }) => off)) / norm(errors.map(({ size }) => size));
  expect(whole).toBeLessThanOrEqual(1.25 * golden.pytorch.whole);
  const ratios = errors.map(({ name, off, size }) => off / size / golden.pytorch.error[name]!).sort((a, b) => a - b);
  expect(ratios[Math.floor(ratios.length / 2)]).toBeLessThanOrEqual(1.25);
});
