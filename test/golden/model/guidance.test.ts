import { readFileSync } from 'node:fs';
import { compileSampler, type Denoiser, guidedDenoiser, parseSchedulerConfig, sampleImages } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, unpack, useCpu, wave, waveParameters, within } from '#test/models/model.ts';
import { createModel } from '#training/model/index.ts';

interface Golden {
  config: Record<string, unknown>;
  labels: number[];
  null: number;
  steps: number;
  scheduler: Record<string, unknown>;
  cases: { scale: number; interval: [number, number]; x: string }[];
}

/** Made by scripts/golden/guidance.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/model/guidance.json', import.meta.url), 'utf8'));

useCpu();

async function sampled(scale: number, interval: [number, number]): Promise<Float32Array> {
  const model = createModel(golden.config);
  const parameters = tensorsOf(model, waveParameters(model.parameters));
  const size = model.shape.reduce((product, side) => product * side, 1);
  const start = wave(900, [golden.labels.length, ...model.shape], 1.2);
  const network =
    (labels: number[]): Denoiser =>
    async (x, timesteps) => {
      const sample = tf.tensor4d(x, [labels.length, ...model.shape]);
      const options = { training: false, labels: tf.tensor1d(labels, 'int32') };
      return model.forward(parameters, sample, tf.tensor1d(timesteps), options).dataSync<'float32'>();
    };
  const plain = network(golden.labels);
  const doubled = network([...golden.labels, ...golden.labels.map(() => golden.null)]);
  const config = parseSchedulerConfig(golden.scheduler);
  return sampleImages({
    table: compileSampler(config, { sampler: 'ddim', steps: golden.steps }),
    shape: model.shape,
    seeds: golden.labels.map((_, i) => i),
    denoise: guidedDenoiser(plain, doubled, { scale, interval }),
    noise: (seed, _, out) => out.set(start.subarray(seed * size, (seed + 1) * size)),
  });
}

describe('guidance', () => {
  it.each(golden.cases)("samples as diffusers' guider at scale $scale in the timesteps $interval", async (one) => {
    const expected = unpack(one.x);
    expectClose(await sampled(one.scale, one.interval), expected, within(1e-4, expected, 'x'));
  });

  it('changes the pictures of the cases', () => {
    expect(new Set(golden.cases.map(({ x }) => x)).size).toBe(golden.cases.length);
  });
});
