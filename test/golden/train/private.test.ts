import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeSchedule, parseSchedulerConfig } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { wave, waveParameters } from '#test/models/model.ts';
import { createOnnxruntimeEngine } from '#training/engines/onnx/onnxruntime.ts';
import { createTfjsEngine } from '#training/engines/tfjs/tfjs.ts';
import { createModel } from '#training/model/index.ts';
import { createTrainStep } from '#training/step/step.ts';

interface Golden {
  config: Record<string, unknown>;
  timesteps: number[];
  expected: number;
  lr: number;
  clip: number;
  norms: number[];
  loss: number;
  sums: Record<string, number[]>;
}

/** Made by scripts/golden/clipped.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/privacy/clipped.json', import.meta.url), 'utf8'));

it.each(['onnxruntime', 'tfjs-cpu'])('%s clips and adds the gradients of images as Opacus does', async (kind) => {
  const { config, timesteps, expected, lr, clip, norms } = golden;
  const model = createModel(config);
  const betas = [0.9, 0.99] as const;
  const step = createTrainStep(model, {
    batch: expected,
    accumulate: 1,
    shape: model.shape,
    schedule: makeSchedule(parseSchedulerConfig({ num_train_timesteps: 20 })),
    predictionType: 'epsilon',
    loss: 'l2',
    huberDelta: 1,
    minSnr: null,
    optimizer: 'adam',
    betas,
    eps: 1e-8,
    weightDecay: 0,
    clipNorm: null,
    ema: false,
    privacy: { clip, timesteps: 1 },
  });
  const start = step.initialState(waveParameters(model.parameters));
  const engine =
    kind === 'onnxruntime'
      ? await createOnnxruntimeEngine(step, start)
      : await createTfjsEngine('cpu', 'tfjs-cpu', step, start);
  const shape = [timesteps.length, ...model.shape];
  const size = model.shape.reduce((product, side) => product * side, 1);
  const images = wave(900, shape, 1).map((value, i) => value * (0.2 + 0.2 * Math.floor(i / size)));
  const { loss } = await engine.step({
    images,
    noise: wave(901, shape, 1.4),
    timesteps: Int32Array.from(timesteps),
    ...step.scalars({ step: 1, lr, emaDecay: 0 }),
  });
  const state = await engine.readState();
  await engine.dispose();

  // Some are clipped, others are not.
  expect(norms.filter((norm) => norm > clip)).toHaveLength(3);
  // The loss is over the images that were expected.
  expect((loss * expected) / timesteps.length).toBeCloseTo(golden.loss, 5);
  const most = Math.max(...Object.values(golden.sums).flat().map(Math.abs));
  for (const [name, sums] of Object.entries(golden.sums)) {
    // Adam's first mean is 1 - beta1 of the gradient.
    const found = state.get(`adam.m.${name}`)!.map((value) => (value * expected) / (1 - betas[0]));
    expectClose(found, sums, { absolute: 1e-4 * most });
  }
});
