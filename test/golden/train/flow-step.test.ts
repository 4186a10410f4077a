import { readFileSync } from 'node:fs';
import { makeSchedule, parseSchedulerConfig } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, unpack, useCpu, wave, waveParameters } from '#test/models/model.ts';
import { createOnnxruntimeEngine } from '#training/engines/onnx/onnxruntime.ts';
import { createModel } from '#training/model/index.ts';
import type { TrainStepOptions } from '#training/step/contracts.ts';
import { differentiate } from '#training/step/objective.ts';
import { createTrainStep } from '#training/step/step.ts';

interface Golden {
  config: Record<string, unknown>;
  timesteps: number[];
  cases: { shift: number; told: number[]; loss: number; gradients: Record<string, string> }[];
}

/** Made by scripts/golden/flow.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/train/flow-step.json', import.meta.url), 'utf8'));

useCpu();

describe('a step of flow matching is that of PyTorch and diffusers', () => {
  const batch = golden.timesteps.length;
  const shape = [batch, 1, 8, 8];
  const [images, noise] = [wave(900, shape, 0.9), wave(901, shape, 1.4)];
  const T = golden.config.num_train_timesteps as number;
  const model = createModel({ ...golden.config, num_train_timesteps: T + 1 });
  const weights = waveParameters(model.parameters);

  const optionsOf = (shift: number): TrainStepOptions => {
    return {
      batch,
      accumulate: 1,
      shape: model.shape,
      schedule: makeSchedule(
        parseSchedulerConfig({ prediction_type: 'flow_prediction', num_train_timesteps: T, shift }),
      ),
      predictionType: 'flow_prediction',
      minSnr: null,
      clipNorm: null,
      ema: false,
      loss: 'l2',
      huberDelta: 1,
      optimizer: 'adam',
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
    };
  };

  it.each(golden.cases)('shift $shift: loss and every gradient', ({ shift, told, loss, gradients }) => {
    const options = optionsOf(shift);
    expectClose(
      golden.timesteps.map((t) => options.schedule.times[t]!),
      told,
      { absolute: 1e-5, what: 'told' },
    );
    const state = Object.fromEntries(
      Object.entries(tensorsOf(model, weights)).map(([name, tensor]) => [`model.${name}`, tensor]),
    );
    const found = differentiate(model, options, state, {
      images: tf.tensor(images, shape),
      noise: tf.tensor(noise, shape),
      timesteps: tf.tensor1d(golden.timesteps, 'int32'),
    });
    expectClose(found.loss.dataSync(), [loss], { relative: 1e-5, absolute: 0, what: 'loss' });
    expect(new Set(found.gradients.keys())).toEqual(new Set(Object.keys(gradients)));
    for (const [name, gradient] of found.gradients) {
      const expected = unpack(gradients[name]!);
      expectClose(gradient.dataSync(), expected, { absolute: 1e-5, relative: 1e-4, what: name });
    }
  });

  it.each(golden.cases)('shift $shift: loss and norm of the gradients in onnxruntime', async (row) => {
    const step = createTrainStep(model, optionsOf(row.shift));
    const engine = await createOnnxruntimeEngine(step, step.initialState(weights));
    const scalars = step.scalars({ step: 1, lr: 0.001, emaDecay: 0 });
    const timesteps = Int32Array.from(golden.timesteps);
    const { loss, gradNorm } = await engine.step({ images, noise, timesteps, ...scalars });
    await engine.dispose();
    const all = Object.values(row.gradients).flatMap((packed) => [...unpack(packed)]);
    expectClose([loss, gradNorm], [row.loss, Math.hypot(...all)], { relative: 1e-5, absolute: 0, what: 'step' });
  });
});
