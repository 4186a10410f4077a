/** The published architectures of pictures, trained for ten steps: the traced step beside tfjs on its cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { TRAINED } from '#test/architectures/index.ts';
import { expectTrained } from '#test/training-steps.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Which gradients pass depends on rounding. */
const CORNERS = 'MobileNet v2';

it.each(Object.entries(TRAINED))('%s trains as in tfjs for ten steps', async (name, { build, learningRate }) => {
  const model = build();
  model.compile({ optimizer: tf.train.momentum(learningRate, 0.9), loss: 'categoricalCrossentropy' });
  const { losses, apart } = await expectTrained(model, { batch: 4, range: [-1, 1], classes: true, tolerance: 1e-4 });
  process.stdout.write(`${name}: the changes of the weights are ${apart.toExponential(1)} apart\n`);
  expect(apart).toBeLessThan(name === CORNERS ? 0.1 : 1e-3);
  expect(new Set(losses).size).toBe(losses.length);
});
