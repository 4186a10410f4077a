/** Whole pipelines on latents that diffusers saved, imported: the pictures of its own LDMPipeline, and of the folder in diffusers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const SCRIPT = join(import.meta.dirname, '../../support/diffusers/latent_pipeline.py');
const STEPS = 6;

const blocks = (count: number) => ({
  down_block_types: Array(count).fill('DownEncoderBlock2D'),
  up_block_types: Array(count).fill('UpDecoderBlock2D'),
});
const unet = (channels: number) => ({
  sample_size: 8,
  in_channels: channels,
  out_channels: channels,
  block_out_channels: [8, 16],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 8,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
});
/** As CompVis/ldm-celebahq-256 has it. */
const scheduler = { beta_start: 0.0015, beta_end: 0.0195, beta_schedule: 'scaled_linear', clip_sample: false };

/** By the name of the case. */
const CASES: Record<
  string,
  { kind: string; name: string; vae: object; unet: ReturnType<typeof unet>; scheduler: object }
> = {
  'codes, as CompVis/ldm-celebahq-256': {
    kind: 'VQModel',
    name: 'vqvae',
    vae: {
      ...blocks(3),
      block_out_channels: [8, 8, 16],
      layers_per_block: 2,
      norm_num_groups: 4,
      num_vq_embeddings: 64,
      sample_size: 32,
      scaling_factor: 0.7,
    },
    unet: unet(3),
    scheduler,
  },
  'a distribution, clipped': {
    kind: 'AutoencoderKL',
    name: 'vqvae',
    vae: {
      ...blocks(2),
      block_out_channels: [8, 16],
      norm_num_groups: 4,
      latent_channels: 4,
      sample_size: 16,
      scaling_factor: 0.5,
    },
    unet: unet(4),
    scheduler: { beta_schedule: 'linear' },
  },
};

describe('a pipeline on latents', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();
  const saved = (name: string) => join(root, `${name} saved`);
  const imported = (name: string) => join(root, name);
  const ask = (mode: string, place: (name: string) => string): Map<string, number[]> => {
    const cases = Object.entries(CASES).map(([name, spec]) => ({ ...spec, folder: place(name), steps: STEPS }));
    const env = { ...process.env, HF_HOME: join(root, 'cache'), HF_HUB_OFFLINE: '1' };
    const drawn: number[][] = askPython([SCRIPT, mode, JSON.stringify(cases)], { env });
    return new Map(Object.keys(CASES).map((name, i) => [name, drawn[i]!]));
  };
  let theirs: Map<string, number[]>;
  let again: Map<string, number[]>;
  beforeAll(async () => {
    theirs = ask('save', saved);
    for (const name of Object.keys(CASES)) {
      const { parity, autoencoder, notes } = await importCheckpoint({ from: saved(name), out: imported(name) });
      expect([autoencoder, notes, parity.difference < 1e-4]).toEqual([false, [], true]);
    }
    again = ask('sample', imported);
  }, 600_000);

  it.each(Object.entries(CASES))("draws LDMPipeline's pictures: %s", async (name, { kind, unet }) => {
    const index = JSON.parse(await readFile(join(imported(name), 'model_index.json'), 'utf8'));
    expect(index).toMatchObject({ _class_name: 'OnnoisePipeline', vae: ['diffusers', kind] });
    const model = await loadModel(imported(name), { device: 'cpu' });
    const latents = Float32Array.from({ length: 2 * unet.in_channels * 64 }, (_, i) => 1.4 * Math.sin(1.3 * i));
    const { images } = await model.sample({ count: 2, steps: STEPS, sampler: 'ddim', latents });
    await model.dispose();
    const shown = images.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5)));
    const expected = theirs.get(name)!;
    // Many pixels must not be clipped, or the comparison says little.
    const inside = expected.filter((value) => value > 0 && value < 1);
    expect(inside.length / expected.length).toBeGreaterThan(0.2);
    expectClose(shown, expected, { absolute: 1e-4, what: 'pictures' });
    expectClose(again.get(name)!, expected, { absolute: 1e-4, what: 'pictures of the folder in diffusers' });
  });
});
