import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import {
  type Cut,
  configOfMonaiAutoencoder,
  isMonaiAutoencoder,
  tensorsOfMonaiAutoencoder,
} from '#pipeline/import/monai-autoencoder.ts';
import { expectClose } from '#test/compare.ts';
import { unpack, useCpu, wave, waveParameters, within } from '#test/models/model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { createCoder, readAutoencoder } from '#training/autoencoder/index.ts';
import { writeSafetensors } from '#training/folder/safetensors.ts';
import { fromStateDict } from '#training/folder/weights.ts';
import { createModel } from '#training/model/index.ts';

type Shapes = Record<string, number[]>;

interface Case {
  arguments: Record<string, unknown>;
  size: number;
  parameters: Shapes;
  mean: string;
  logVariance: string;
  decoded: string;
}

/** Made by scripts/golden/monai_autoencoder.py. */
const {
  cases,
  tutorials,
}: {
  cases: Record<string, Case>;
  tutorials: Record<string, { arguments: Record<string, unknown>; parameters: Shapes }>;
} = JSON.parse(readFileSync(new URL('../data/checkpoints/monai-autoencoder.json', import.meta.url), 'utf8'));

/** Names that MONAI Generative had, by those of today. */
const formerly = (name: string): string =>
  name
    .replace(/\.attn\.(to_[qkv])\./, '.$1.')
    .replace('.attn.out_proj.', '.proj_attn.')
    .replace('.postconv.', '.conv.');

const networkOf = (given: Record<string, unknown>, size: number) =>
  createModel({ ...configOfMonaiAutoencoder(given, 'it'), sample_size: size });

useCpu();

describe.each(Object.entries(cases))("MONAI's autoencoder with %s", (_, golden) => {
  const model = networkOf(golden.arguments, golden.size);
  const specs = Object.entries(golden.parameters).map(([name, shape]) => ({ name, shape }));
  const stored = waveParameters(specs);

  it.each([
    ['today', (name: string) => name],
    ['MONAI Generative', formerly],
  ])("gives MONAI's latents and pictures under the names of %s", async (_, named) => {
    const tensors = new Map(specs.map(({ name, shape }) => [named(name), { shape, data: stored.get(name)! }] as const));
    const { values, faults } = fromStateDict(model, tensorsOfMonaiAutoencoder(tensors, model.config as unknown as Cut));
    expect(faults).toEqual({ missing: [], surplus: [], reshaped: [] });
    const coder = createCoder({ ...model, halves: model.halves! }, values);
    const { mean, logVariance } = await coder.encode(wave(900, [2, ...model.shape], 0.9));
    const decoded = await coder.decode(wave(902, [2, ...model.halves!.shape], 1.1));
    await coder.dispose();
    const actual = { mean, logVariance, decoded };
    for (const what of ['mean', 'logVariance', 'decoded'] as const) {
      const expected = unpack(golden[what]);
      expectClose(actual[what], expected, within(1e-4, expected, what));
    }
  });
});

it('is taken from a file and the arguments of its class, and its scale is said to be unknown', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const [golden] = Object.values(cases);
  const given = { _target_: 'monai.networks.nets.AutoencoderKL', ...golden!.arguments };
  const tensors = new Map(
    [...waveParameters(Object.entries(golden!.parameters).map(([name, shape]) => ({ name, shape })))].map(
      ([name, data]) => [name, { shape: golden!.parameters[name]!, data }] as const,
    ),
  );
  await writeFile(at('config.json'), JSON.stringify(given));
  await writeSafetensors(at('weights.safetensors'), tensors);
  const asked = { from: at('weights.safetensors'), config: at('config.json'), out: at('model') };
  const { notes } = await importCheckpoint({ ...asked, size: golden!.size });
  expect(notes).toEqual([
    'Its config has no scaling_factor: a diffusion model is taken to learn its latents as they are.',
  ]);
  const read = await readAutoencoder(at('model'));
  expect(read).toMatchObject({ library: 'modeling_extended_autoencoder_kl', scaling: 1 });
  expect(Object.keys(read.files)).toContain('vae/modeling_extended_autoencoder_kl.py');

  await expect(importCheckpoint(asked)).rejects.toThrow('does not say how large pictures are. Name that with --size.');
  await writeFile(at('config.json'), JSON.stringify({ ...given, spatial_dims: 3 }));
  await expect(importCheckpoint({ ...asked, size: golden!.size })).rejects.toThrow(
    'spatial_dims must be 2, received 3.',
  );
});

it.each(Object.entries(tutorials))('%s has the tensors of its network', (_, { arguments: given, parameters }) => {
  const model = networkOf(given, 64);
  const sizes = Object.entries(parameters).map(([name, shape]) => {
    return [name, { shape, data: new Float32Array(shape.reduce((product, side) => product * side, 1)) }] as const;
  });
  const { faults } = fromStateDict(model, tensorsOfMonaiAutoencoder(new Map(sizes), model.config as unknown as Cut));
  expect(faults).toEqual({ missing: [], surplus: [], reshaped: [] });
});

describe('configOfMonaiAutoencoder', () => {
  const given = { _target_: 'monai.networks.nets.AutoencoderKL', spatial_dims: 2, in_channels: 1, out_channels: 1 };

  it("knows MONAI's class, and not diffusers' of that name", () => {
    const known = [
      given,
      { _target_: 'generative.networks.nets.AutoencoderKL' },
      { _class_name: 'AutoencoderKL', spatial_dims: 2 },
    ];
    const others = [{ _class_name: 'AutoencoderKL' }, { _target_: 'AutoencoderKlMaisi' }, { spatial_dims: 2 }];
    expect([...known, ...others].filter(isMonaiAutoencoder)).toEqual(known);
  });

  it("fills in MONAI's defaults", () => {
    expect(configOfMonaiAutoencoder(given, 'it')).toMatchObject({
      block_out_channels: [32, 64, 64, 64],
      down_block_types: [
        'DownEncoderBlock2D',
        'DownEncoderBlock2D',
        'AttnDownEncoderBlock2D',
        'AttnDownEncoderBlock2D',
      ],
      layers_per_block: 2,
      decoder_layers_per_block: 2,
      latent_channels: 3,
      encoder_mid_block: true,
      scaling_factor: 1,
    });
  });

  it.each<[object, string]>([
    [{ spatial_dims: 3 }, 'Cannot import it: spatial_dims must be 2, received 3.'],
    [{ use_convtranspose: true }, 'use_convtranspose must be false: another way to double the sides, received true.'],
    [{ include_fc: false }, 'include_fc must be true, received false.'],
    [{ norm_eps: 1e-5 }, 'norm_eps must be 0.000001, as diffusers has it, received 0.00001.'],
    [
      { num_res_blocks: [1, 2, 2, 2] },
      'num_res_blocks must be one number, or the same for all levels, received [1, 2, 2, 2].',
    ],
    [{ depth: 2 }, 'unknown key "depth"'],
  ])('refuses %j', (changes, message) => {
    expect(() => configOfMonaiAutoencoder({ ...given, ...changes }, 'it')).toThrow(message);
  });
});
