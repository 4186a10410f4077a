import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { unetConfig } from '#test/models/unet.ts';
import { fromStateDict, namedTensors, requireWeights, toStateDict } from '#training/folder/weights.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const attention = createModel(unetConfig({ attention_head_dim: 2 }));
const tutorial = createModel({ _class_name: 'SimpleUnet', sample_size: 8, channels: [4, 6], time_emb_dim: 8 });

describe('toStateDict', () => {
  it('counts the batches of every BatchNorm, as strict loading asks', () => {
    const dict = toStateDict(tutorial, initParameters(tutorial, 1));
    const counters = [...dict].filter(([name]) => name.endsWith('num_batches_tracked'));
    expect(counters.map(([name]) => name)).toEqual(
      ['downs.0', 'ups.0'].flatMap((block) => [1, 2].map((n) => `${block}.bnorm${n}.num_batches_tracked`)),
    );
    expect(counters.every(([, { shape, data }]) => shape.length === 0 && data[0] === 0n)).toBe(true);
    expect(dict.size).toBe(tutorial.parameters.length + 4);
    expect(() => toStateDict(tutorial, new Map())).toThrow(/lack time_mlp\.1\.weight/);
  });
});

describe('fromStateDict', () => {
  it.each([
    ['UNet2DModel', attention],
    ['SimpleUnet', tutorial],
  ])('gives back what was written of a %s, in order', (_, model) => {
    const written = initParameters(model, 2);
    const { values, faults } = fromStateDict(model, toStateDict(model, written));
    expect([...values.keys()]).toEqual(model.parameters.map(({ name }) => name));
    for (const [name, each] of written) expect(values.get(name)).toBe(each);
    expect(() => requireWeights(faults, 'read weights')).not.toThrow();
  });

  it('reads the names of 2022, as matrices and as 1 x 1 convolutions', () => {
    const written = initParameters(attention, 2);
    const older = new Map(
      [...toStateDict(attention, written)].map(([name, entry]) => {
        const former = name
          .replace(/to_([qkv])\./, (_, part) => `${{ q: 'query', k: 'key', v: 'value' }[part as 'q']}.`)
          .replace('to_out.0', 'proj_attn');
        const convolution = former.endsWith('query.weight');
        return [former, { ...entry, shape: convolution ? [...entry.shape, 1, 1] : entry.shape }] as const;
      }),
    );
    expect([...older.keys()].filter((name) => name.includes('proj_attn')).length).toBe(2);
    const shortcut = 'down_blocks.0.resnets.0.conv_shortcut.weight';
    const data = new Float32Array(6);
    const kept = namedTensors(new Map([[shortcut, { shape: [2, 3, 1, 1], data }]])); // it is a 1 x 1 convolution
    expect(kept.get(shortcut)!.shape).toEqual([2, 3, 1, 1]);
    const { values, faults } = fromStateDict(attention, older);
    expect(faults).toEqual({ missing: [], surplus: [], reshaped: [] });
    expect(values.get('mid_block.attentions.0.to_q.weight')).toBe(written.get('mid_block.attentions.0.to_q.weight'));
  });

  it('names what is missing, surplus and of another shape, and counts the others', () => {
    const dict = toStateDict(attention, initParameters(attention, 2));
    dict.delete('conv_out.weight');
    dict.delete('conv_out.bias');
    dict.set('conv_more.weight', { shape: [1, 2], data: new Float32Array(2) });
    dict.set('conv_in.bias', { shape: [5], data: new Float32Array(5) });
    const { values, faults } = fromStateDict(attention, dict);
    expect(values.has('conv_in.bias')).toBe(false);
    const refused = () => requireWeights(faults, 'read x');
    expect(refused).toThrow(InputError);
    expect(refused).toThrow(
      "Cannot read x: the weights must be the network's, received others: conv_in.bias has [5], not [4]; " +
        "conv_out.weight [1, 4, 3, 3] is missing (and 1 more); conv_more.weight [1, 2] is not one of the network's.",
    );
  });
});
