/** Weights of a conditional network as the start of one without conditions: it must draw what they draw for none. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, useCpu } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { fitParameters } from '#training/fine-tuning/fit.ts';
import { createModel, initParameters, type Model } from '#training/model/index.ts';

const unet = unetConfig({ sample_size: 8, block_out_channels: [8, 16], norm_num_groups: 4 });
const AGE = { name: 'age', mean: 4, std: 2, min: 0, max: 9 };
const WEIGHT = { ...AGE, name: 'weight' };

useCpu();

const startOf = (model: Model) => {
  const values = initParameters(model, 3);
  const entries = model.parameters.map(({ name, shape }) => [name, { shape, values: values.get(name)! }] as const);
  return { name: 'x', hash: '', nullCondition: model.nullCondition, parameters: new Map(entries) };
};

describe('a network that loses its conditions', () => {
  it.each([
    ['classes', { num_class_embeds: 3 }, { labels: [2, 2] }],
    ['numbers', { conditions: [AGE, WEIGHT] }, { conditions: [0, 0, 0, 0] }],
    ['both', { num_class_embeds: 3, conditions: [AGE] }, { labels: [2, 2], conditions: [0, 0] }],
  ])('draws as before without them: %s', (_, given, none: { labels?: number[]; conditions?: number[] }) => {
    const conditional = createModel({ ...unet, ...given, null_condition: true });
    const plain = createModel(unet);
    const start = startOf(conditional);
    const sample = tf.randomNormal<tf.Rank.R4>([2, 1, 8, 8], 0, 1, 'float32', 7);
    const run = (model: Model, values: ReadonlyMap<string, Float32Array>, options = {}) =>
      model.forward(tensorsOf(model, new Map(values)), sample, tf.tensor1d([3, 700]), { training: false, ...options });
    const { labels, conditions } = none;
    const expected = run(conditional, fitParameters(start, conditional), {
      ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
      ...(conditions && { conditions: tf.tensor2d([conditions, conditions], undefined, 'float32') }),
    });
    const actual = run(plain, fitParameters(start, plain));
    expectClose(actual.dataSync() as Float32Array, expected.dataSync(), { absolute: 1e-5, what: 'output' });
  });

  it('keeps them where it was never trained without, and where the classes have pictures', () => {
    for (const given of [{}, { null_condition: true, class_pictures: true }]) {
      const start = startOf(createModel({ ...unet, num_class_embeds: 3, ...given }));
      expect(() => fitParameters(start, createModel(unet))).toThrow(
        /^Cannot start from x: its (class_embedding\.weight must be absent|conv_in\.weight must be \[8, 1, 3, 3\]) as in the network to train, /,
      );
    }
  });
});
