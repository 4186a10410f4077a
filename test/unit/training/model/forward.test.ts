import { InputError } from '@onnoise/scheduler/rules';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, useCpu, wave } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const configs = {
  SimpleUnet: { _class_name: 'SimpleUnet', channels: [3, 4], sample_size: 4, time_emb_dim: 4, num_class_embeds: 3 },
  UNet2DModel: unetConfig({ block_out_channels: [4, 4], attention_head_dim: 2, num_class_embeds: 3 }),
};

useCpu();

for (const [name, config] of Object.entries(configs)) {
  describe(name, () => {
    const model = createModel(config);
    const run = (shape: [number, number, number, number], times: number[], labels: number[] | null, from = 0) => {
      const parameters = tensorsOf(model, initParameters(model, 3));
      const size = shape.reduce((a, b) => a * b, 1);
      const sample = tf.tensor4d(wave(5, [from + size], 1).slice(from), shape);
      const options = { training: false, ...(labels && { labels: tf.tensor1d(labels, 'int32') }) };
      return model.forward(parameters, sample, tf.tensor1d(times, 'float32'), options);
    };

    it('treats every sample of a batch as if it were alone', () => {
      const [times, labels] = [
        [3, 250, 7],
        [2, 0, 1],
      ];
      const together = run([3, 1, 4, 4], times!, labels!).dataSync();
      const alone = [0, 1, 2].flatMap((n) => [...run([1, 1, 4, 4], [times![n]!], [labels![n]!], 16 * n).dataSync()]);
      expectClose(together, alone, { absolute: 1e-6 });
    });

    it('takes other sizes than that of its config', () => {
      expect(run([1, 1, 6, 8], [1], [0]).shape).toEqual([1, 1, 6, 8]);
    });

    it('depends on the timestep, whole or not, and on the label', () => {
      const at = (time: number, label: number) => [...run([1, 1, 4, 4], [time], [label]).dataSync()];
      expect(at(10, 0)).not.toEqual(at(11, 0));
      expect(at(10, 0)).not.toEqual(at(10, 1));
      for (const whole of [10, 11]) expect(at(10.75, 0)).not.toEqual(at(whole, 0));
    });

    it('leaves no tensor behind but its result', () => {
      const parameters = tensorsOf(model, initParameters(model, 3));
      const [sample, time, labels] = [tf.zeros([2, 1, 4, 4]), tf.tensor1d([1, 2]), tf.tensor1d([0, 1], 'int32')];
      const before = tf.memory().numTensors;
      model.forward(parameters, sample as tf.Tensor4D, time, { labels, training: true });
      expect(tf.memory().numTensors).toBe(before + 1);
    });

    for (const [what, call, message] of [
      ['a sample of other channels', () => run([1, 2, 4, 4], [1], [0]), 'sample must be [N, 1, H, W]'],
      ['a size that cannot be halved', () => run([1, 1, 5, 4], [1], [0]), 'H and W divisible by 2'],
      ['no labels', () => run([1, 1, 4, 4], [1], null), 'labels must be [N], one of 3 classes a sample'],
      ['too few labels', () => run([2, 1, 4, 4], [1, 1], [0]), 'labels must be [N], one of 3 classes a sample'],
    ] as const) {
      it(`refuses ${what}`, () => {
        expect(call).toThrow(InputError);
        expect(call).toThrow(message);
      });
    }

    it('refuses labels when it is unconditional', () => {
      const plain = createModel({ ...config, num_class_embeds: null });
      const labels = tf.tensor1d([0], 'int32');
      const call = () => plain.forward({}, tf.zeros([1, 1, 4, 4]), tf.tensor1d([1]), { labels, training: false });
      expect(call).toThrow('labels must be absent');
    });
  });
}

describe('SimpleUnet in training', () => {
  it('reports a new value for every buffer, and none in evaluation', () => {
    const model = createModel(configs.SimpleUnet);
    const parameters = tensorsOf(model, initParameters(model, 3));
    const labels = tf.tensor1d([0, 1], 'int32');
    const report = (training: boolean) => {
      const names: string[] = [];
      const onBuffer = (name: string) => void names.push(name);
      model.forward(parameters, tf.ones([2, 1, 4, 4]), tf.tensor1d([1, 2]), { labels, training, onBuffer });
      return names.sort();
    };
    const buffers = model.parameters.filter(({ trainable }) => !trainable).map(({ name }) => name);
    expect(report(true)).toEqual(buffers.sort());
    expect(report(false)).toEqual([]);
  });
});
