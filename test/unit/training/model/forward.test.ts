import { InputError } from '@onnoise/scheduler/rules';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { tensorsOf, useCpu } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { createModel, initParameters } from '#training/model/index.ts';

useCpu();

const AGE = { name: 'age', mean: 1, std: 2, min: 0, max: 9 };

describe.each([
  ['SimpleUnet', { _class_name: 'SimpleUnet', channels: [3, 4], sample_size: 4, time_emb_dim: 4 }],
  ['UNet2DModel', unetConfig({ block_out_channels: [4, 4], attention_head_dim: 2 })],
])('%s', (_, config) => {
  type Told = { labels?: number[]; conditions?: number[][] };
  const run = (told: object, shape: number[], { labels, conditions }: Told, training = false) => {
    const model = createModel({ ...config, ...told });
    const weights = tensorsOf(model, initParameters(model, 3));
    const given = [tf.zeros<tf.Rank.R4>(shape as never), tf.fill([shape[0]!], 7) as tf.Tensor1D] as const;
    const options = {
      training,
      ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
      ...(conditions && { conditions: tf.tensor2d(conditions) }),
    };
    const before = tf.memory().numTensors;
    return { output: model.forward(weights, ...given, options), before };
  };
  const CLASSES = { num_class_embeds: 3 };

  it('leaves no tensor behind but its result', () => {
    const { before } = run(CLASSES, [2, 1, 4, 4], { labels: [0, 1] }, true);
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it.each<[string, object, number[], Told, string]>([
    ['a sample of other channels', CLASSES, [1, 2, 4, 4], { labels: [0] }, 'sample must be [N, 1, H, W]'],
    ['a size that cannot be halved', CLASSES, [1, 1, 5, 4], { labels: [0] }, 'H and W divisible by 2'],
    ['no labels', CLASSES, [1, 1, 4, 4], {}, 'labels must be [N], one of 3 classes a sample'],
    ['too few labels', CLASSES, [2, 1, 4, 4], { labels: [0] }, 'labels must be [N], one of 3 classes a sample'],
    ['labels without classes', {}, [1, 1, 4, 4], { labels: [0] }, 'labels must be absent'],
    [
      'no conditions',
      { conditions: [AGE] },
      [2, 1, 4, 4],
      {},
      'conditions must be [N, 2], a value and a flag for each, received undefined.',
    ],
    ['too few conditions', { conditions: [AGE] }, [2, 1, 4, 4], { conditions: [[1, 1]] }, 'received [1, 2].'],
    [
      'conditions that it has not',
      {},
      [1, 1, 4, 4],
      { conditions: [[1, 1]] },
      'conditions must be absent: it has none',
    ],
  ])('refuses %s', (_, told, shape, given, message) => {
    const call = () => run(told, shape, given);
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});
