/** Pictures of the classes: what a config makes of them, and what they may not change. PyTorch's numbers are in test/golden. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { tensorsOf, useCpu } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const unet = unetConfig({
  sample_size: 8,
  in_channels: 2,
  out_channels: 2,
  patch_size: 2,
  block_out_channels: [8],
  norm_num_groups: 4,
  add_attention: false,
});

useCpu();

it('are off where there are no classes, and leave all other first values as they were', () => {
  const without = createModel({ ...unet, class_pictures: true });
  expect(without.config).not.toHaveProperty('class_pictures');
  expect(without.parameters).toEqual(createModel(unet).parameters);
  const plain = initParameters(createModel({ ...unet, num_class_embeds: 3 }), 5);
  const more = initParameters(createModel({ ...unet, num_class_embeds: 3, class_pictures: true }), 5);
  for (const [name, values] of plain) {
    if (!name.startsWith('conv_in.')) expect(more.get(name), name).toEqual(values);
  }
});

it('fit samples of their own size alone', () => {
  const model = createModel({ ...unet, num_class_embeds: 3, class_pictures: true });
  const given = { training: false, labels: tf.tensor1d([0], 'int32') };
  const large = tf.zeros<tf.Rank.R4>([1, 2, 16, 16]);
  expect(() => model.forward(tensorsOf(model, initParameters(model, 1)), large, tf.tensor1d([3]), given)).toThrow(
    'Cannot run the network: sample must be 8 by 8 pixels, as the pictures of its classes, received "16 by 16".',
  );
});
