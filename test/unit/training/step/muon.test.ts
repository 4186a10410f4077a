import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useCpu } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { createModel } from '#training/model/index.ts';
import { isHiddenMatrix, muonMomentum, muonUpdates } from '#training/optimizer/muon.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/config.ts';

const NETWORK = unetConfig({
  sample_size: 8,
  block_out_channels: [16, 32],
  norm_num_groups: 8,
  add_attention: false,
  num_class_embeds: 20,
});

useCpu();

const matrix = (rows: number, columns: number, seed: number) => tf.randomNormal([rows, columns], 0, 1, 'float32', seed);

describe('muonUpdates', () => {
  it('are about orthogonal, of the size of an update of AdamW, whatever the shape', () => {
    const shapes = [
      [2, 16, 36],
      [1, 48, 16],
      [3, 16, 16],
    ] as [number, number, number][];
    const directions = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1e-3, 'float32', i + 1) as tf.Tensor3D);
    const updates = muonUpdates(directions, tf.scalar(1));
    expect(updates.map(({ shape }) => shape)).toEqual(shapes);
    for (const x of updates.flatMap((stack) => tf.unstack(stack) as tf.Tensor2D[])) {
      const [rows, columns] = x.shape;
      const gram = tf.matMul(x, x, rows > columns, rows <= columns);
      const side = Math.min(rows, columns);
      // Singular values of 0.7 to 1.2, times 0.2 sqrt(max(rows, columns)).
      const lengths = tf
        .unstack(gram)
        .map((row, n) => (row.arraySync() as number[])[n]! / (0.04 * Math.max(rows, columns)));
      for (const length of lengths) expect(length).toBeGreaterThan(0.35);
      for (const length of lengths) expect(length).toBeLessThan(1.6);
      const trace = lengths.reduce((sum, length) => sum + length, 0);
      expect(trace / side).toBeGreaterThan(0.5);
    }
  });

  it('do not depend on the length of the gradient, and are zero where it is', () => {
    const direction = tf.randomNormal([1, 16, 24], 0, 1, 'float32', 3) as tf.Tensor3D;
    const update = (x: tf.Tensor3D) => muonUpdates([x], tf.scalar(1))[0];
    const [one, large] = [update(direction), update(tf.mul(direction, 1e6))];
    const none = update(tf.zeros([1, 16, 24]));
    expect(tf.max(tf.abs(tf.sub(one!, large!))).dataSync()[0]).toBeLessThan(1e-3);
    expect(Array.from(none!.dataSync()).every((value) => value === 0)).toBe(true);
  });

  it('forget a gradient that was clipped to nothing', () => {
    const momentum = matrix(16, 24, 5);
    const { m } = muonMomentum(momentum, tf.mul(matrix(16, 24, 6), 1e9), tf.scalar(0));
    expect(tf.max(tf.abs(tf.sub(m, tf.mul(momentum, 0.95)))).dataSync()[0]).toBeLessThan(1e-6);
  });
});

describe('hidden matrices', () => {
  it('are the weights within the network: no vector, embedding, first or last layer', () => {
    const { parameters } = createModel(NETWORK);
    const names = parameters.filter(isHiddenMatrix).map(({ name }) => name);
    expect(names).toContain('down_blocks.0.resnets.0.conv1.weight');
    expect(names).toContain('down_blocks.0.resnets.0.time_emb_proj.weight');
    expect(names).toContain('mid_block.resnets.1.conv2.weight');
    for (const name of names) expect(name).not.toMatch(/bias|norm|embedding|conv_in|conv_out/);
  });

  it('have no second moment in the state of a training', () => {
    const config = {
      data: { source: 'digits', size: 8, channels: 1 as const },
      model: NETWORK,
      training: { steps: 1, optimizer: 'muon' as const },
    };
    const { step } = planFromConfig(resolveConfig([{ name: 'a test', config }]));
    const names = step.state.map(({ name }) => name);
    expect(names).toContain('adam.m.mid_block.resnets.1.conv2.weight');
    expect(names).not.toContain('adam.v.mid_block.resnets.1.conv2.weight');
    expect(names).toContain('adam.v.mid_block.resnets.1.conv2.bias');
    expect(names).toContain('ema.mid_block.resnets.1.conv2.weight');
  });
});
