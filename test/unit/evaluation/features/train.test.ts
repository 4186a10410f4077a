import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { fitWeights } from '#evaluation/features/fit.ts';
import { createClassifier } from '#evaluation/features/network.ts';
import { sourceOfImages } from '#evaluation/features/source.ts';
import { createPlainStep, crossEntropy } from '#evaluation/features/step.ts';
import { stepsOf, trainClassifier } from '#evaluation/features/train.ts';
import { barImages } from '#test/bars.ts';
import { initParameters } from '#training/model/parameters.ts';

const length = { batch: 12, epochs: 1, least: 30, most: 30 };
const bars = barImages({ count: 60 });

describe('trainClassifier', () => {
  it('brings the loss down', async () => {
    const losses: number[] = [];
    await trainClassifier(sourceOfImages(bars), 3, { seed: 1, length, onProgress: ({ loss }) => losses.push(loss) });
    expect(losses).toHaveLength(30);
    expect(losses[0]).toBeCloseTo(Math.log(3), 1);
    expect(losses.at(-1)).toBeLessThan(0.5);
  });

  it('refuses labels that are no classes', async () => {
    await expect(trainClassifier(sourceOfImages(bars), 2, { seed: 1, length })).rejects.toThrow(
      'Cannot train a classifier: labels must be from 0 to 1, one of 2 classes, received 2.',
    );
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    let done = 0;
    const training = trainClassifier(sourceOfImages(bars), 3, {
      seed: 1,
      length,
      signal: controller.signal,
      onProgress(progress) {
        ({ done } = progress);
        if (done === 3) controller.abort(new Error('enough'));
      },
    });
    await expect(training).rejects.toThrow('enough');
    expect(done).toBe(3);
  });

  it('lets timers through between steps', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await trainClassifier(sourceOfImages(bars), 3, { seed: 1, length });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
  });
});

describe('fitWeights', () => {
  it('refuses to go on when the loss is not finite', async () => {
    const network = createClassifier([1, 8, 8], 2);
    const step = createPlainStep({
      parameters: network.parameters,
      inputs: [
        { name: 'images', shape: [2, 1, 8, 8], dtype: 'float32' },
        { name: 'targets', shape: [2, 2], dtype: 'float32' },
      ],
      loss: (weights, { images, targets }) =>
        crossEntropy(network.forward(weights, images as tf.Tensor4D, true).logits, targets!),
      adam: { optimizer: 'adamw', betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 },
    });
    const parameters = initParameters(network, 0);
    const batch = (number: number) => ({
      images: new Float32Array(128).fill(number === 1 ? Number.NaN : 0.5),
      targets: Float32Array.of(1, 0, 0, 1),
    });
    await expect(fitWeights({ step, parameters, steps: 5, lr: 0.001, batch })).rejects.toThrow(
      'Cannot train the feature network: the loss of step 2 must be finite, received NaN.',
    );
  });
});

describe('stepsOf', () => {
  it('follows the number of images between its bounds', () => {
    const usual = { batch: 100, epochs: 20, least: 300, most: 2000 };
    expect([50, 5000, 100000].map((count) => stepsOf(count, usual))).toEqual([300, 1000, 2000]);
  });
});
