import { describe, expect, it } from 'vitest';
import { unetConfig } from '#test/models/unet.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const model = createModel({ _class_name: 'SimpleUnet', channels: [16, 32], sample_size: 8, num_class_embeds: 100 });
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: Float32Array) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));

describe('initParameters', () => {
  const values = initParameters(model, 7);

  it('gives the same values for a seed, others for another, and others to every parameter', () => {
    expect(initParameters(model, 7)).toEqual(values);
    expect(initParameters(model, 8).get('conv0.weight')).not.toEqual(values.get('conv0.weight'));
    const [first, second] = ['downs.0.conv2.weight', 'ups.0.conv2.weight'].map((name) => values.get(name)!);
    expect(first!.slice(0, 20)).not.toEqual(second!.slice(0, 20));
  });

  // PyTorch: kaiming_uniform(a = sqrt 5) is U(-1, 1) / sqrt(fan-in); a transposed convolution counts its second axis.
  it.each([
    ['downs.0.conv1.weight', 16 * 9],
    ['downs.0.conv1.bias', 16 * 9],
    ['ups.0.transform.weight', 16 * 16],
    ['downs.0.time_mlp.weight', 32],
  ])('draws %s uniformly within 1 / sqrt(%i)', (name, fanIn) => {
    const drawn = values.get(name)!;
    const bound = 1 / Math.sqrt(fanIn);
    const largest = drawn.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.85 * bound);
    if (drawn.length > 500) expect(Math.abs(deviation(drawn) / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.05);
  });

  it('draws embeddings from the unit normal and starts norms at the identity', () => {
    expect(Math.abs(deviation(values.get('class_embedding.weight')!) - 1)).toBeLessThan(0.05);
    expect(values.get('downs.0.bnorm1.weight')).toEqual(new Float32Array(32).fill(1));
    expect(values.get('downs.0.bnorm1.running_var')).toEqual(new Float32Array(32).fill(1));
    expect(values.get('downs.0.bnorm1.running_mean')).toEqual(new Float32Array(32));
  });
});

describe('initParameters with zeroInit', () => {
  const unet = createModel(
    unetConfig({ sample_size: 8, block_out_channels: [16, 32], norm_num_groups: 8, attention_head_dim: 8 }),
  );
  const zerosOf = (of: typeof unet) =>
    [...initParameters(of, 7, true)].filter(([, values]) => values.every((v) => v === 0)).map(([name]) => name);

  it('starts the last layers of the residual branches and of the network at zero', () => {
    const ends = /resnets\.\d\.conv2|attentions\.\d\.to_out|^conv_out/;
    const closing = zerosOf(unet).filter((name) => !/norm.*bias$/.test(name));
    expect(closing).toEqual(unet.parameters.map(({ name }) => name).filter((name) => ends.test(name)));
    expect(closing).toContain('down_blocks.0.resnets.0.conv2.weight');
    expect(zerosOf(model)).toContain('output.weight');
    expect(zerosOf(model)).not.toContain('downs.0.conv2.weight');
  });
});
