import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configOfMonai, isMonai, tensorsOfMonai } from '#pipeline/import/monai.ts';
import { readNetwork } from '#pipeline/import/read-network.ts';
import { expectClose } from '#test/compare.ts';
import { predict, unpack, useCpu, waveParameters, within } from '#test/models/model.ts';
import { fromStateDict } from '#training/folder/weights.ts';

interface Case {
  arguments: Record<string, unknown>;
  size: number;
  timesteps: number[];
  labels: number[] | null;
  parameters: Record<string, number[]>;
  output: string;
}

/** Made by scripts/golden/monai_unet.py. */
const cases: Record<string, Case> = JSON.parse(
  readFileSync(new URL('../data/checkpoints/monai.json', import.meta.url), 'utf8'),
);

/** Names that MONAI Generative had, by those of today. */
const formerly = (name: string): string =>
  name
    .replace(/\.attn\.(to_[qkv])\./, '.$1.')
    .replace('.attn.out_proj.', '.proj_attn.')
    .replace('.upsampler.postconv.', '.upsampler.conv.');

const networkOf = ({ arguments: given, size }: Case) =>
  readNetwork(configOfMonai(given, 'it'), { from: 'it', path: 'network.json', timesteps: 1000, size });

useCpu();

describe.each(Object.entries(cases))("MONAI's network with %s", (_, golden) => {
  const model = networkOf(golden);
  const specs = Object.entries(golden.parameters).map(([name, shape]) => ({ name, shape }));
  const stored = waveParameters(specs);

  it.each([
    ['today', (name: string) => name],
    ['MONAI Generative', formerly],
  ])("gives MONAI's output under the names of %s", (_, named) => {
    const tensors = new Map(specs.map(({ name, shape }) => [named(name), { shape, data: stored.get(name)! }] as const));
    const { values, faults } = fromStateDict(model, tensorsOfMonai(tensors));
    expect(faults).toEqual({ missing: [], surplus: [], reshaped: [] });
    const { timesteps, labels, output } = golden;
    const expected = unpack(output);
    expectClose(predict(model, values, 2, timesteps, labels), expected, within(1e-4, expected, 'output'));
  });
});

describe('configOfMonai', () => {
  const target = 'monai.networks.nets.DiffusionModelUNet';
  const given = { _target_: target, spatial_dims: 2, in_channels: 1, out_channels: 1 };

  it('knows the class by the names that bundles and files have', () => {
    const known = [given, { _target_: 'DiffusionModelUNet' }, { _class_name: 'DiffusionModelUNet' }];
    const others = [{}, { _target_: 'UNet' }, { _target_: 'DiffusionModelUNetMaisi' }];
    expect([...known, ...others].filter(isMonai)).toEqual(known);
  });

  it("fills in MONAI's defaults", () => {
    expect(configOfMonai(given, 'it')).toMatchObject({
      block_out_channels: [32, 64, 64, 64],
      down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
      attention_head_dim: 8,
      norm_eps: 1e-6,
      flip_sin_to_cos: true,
    });
  });

  it.each<[object, string]>([
    [{ spatial_dims: 3 }, 'Cannot import it: spatial_dims must be 2, received 3.'],
    [{ with_conditioning: true }, 'with_conditioning must be false: cross attention is not supported, received true.'],
    [{ include_fc: false }, 'include_fc must be true, received false.'],
    [
      { num_res_blocks: [1, 2, 2, 2] },
      'num_res_blocks must be one number, or the same for all levels, received [1, 2, 2, 2].',
    ],
    [
      { num_head_channels: [0, 0, 8, 16] },
      'num_head_channels must be one number, or the same for all levels, received [0, 0, 8, 16].',
    ],
    [{ depth: 2 }, 'unknown key "depth"'],
  ])('refuses %j', (changes, message) => {
    expect(() => configOfMonai({ ...given, ...changes }, 'it')).toThrow(message);
  });
});
