import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { useCpu } from '#test/models/model.ts';
import { unetConfig } from '#test/models/unet.ts';
import { createModel } from '#training/model/index.ts';
import { isHiddenMatrix, muonMomentum } from '#training/optimizer/muon.ts';
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
    const pictured = createModel({ ...NETWORK, class_pictures: true }).parameters.at(-1)!;
    expect([pictured.name, isHiddenMatrix(pictured)]).toEqual(['class_picture_embedding.weight', false]);
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
