/** Folders that diffusers wrote, imported; and what they are then good for. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { compileSampler, parseSchedulerConfig, type SamplerName, sampleImages } from '#scheduler/index.ts';
import { expectClose } from '#test/compare.ts';
import { unpack, wave, within } from '#test/models/model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { readStart } from '#training/fine-tuning/read-start.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { draftPlan } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import { resolveConfig } from '#training/settings/config.ts';

/** Made by scripts/golden/checkpoints.py. */
const DATA = fileURLToPath(new URL('../data/checkpoints/', import.meta.url));
const pictures: { folder: string; sampler: SamplerName; steps: number; x: string } = JSON.parse(
  readFileSync(join(DATA, 'pictures.json'), 'utf8'),
);
const WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

const root = temporaryFolder();
const at = (name: string) => join(root, name);
const importOf = (name: string) => importCheckpoint({ from: join(DATA, 'folders', name), out: at(name) });

beforeAll(() => importOf('plain'));

it("draws diffusers' pictures from the same noise", async () => {
  const { sampler, steps, x } = pictures;
  const session = await ort.InferenceSession.create(join(at('plain'), 'unet/model.onnx'));
  const config = parseSchedulerConfig(
    JSON.parse(await readFile(join(at('plain'), 'scheduler/scheduler_config.json'), 'utf8')),
  );
  const shape = [3, 8, 8] as const;
  const size = 3 * 8 * 8;
  const start = wave(902, [2, ...shape], 1.2);
  const drawn = await sampleImages({
    table: compileSampler(config, { sampler, steps }),
    shape,
    seeds: [0, 1],
    denoise: async (sample, timestep) => {
      const feeds = {
        sample: new ort.Tensor('float32', sample, [2, ...shape]),
        timestep: new ort.Tensor('float32', timestep, [2]),
      };
      return (await session.run(feeds)).out_sample!.data as Float32Array;
    },
    noise: (seed, _, out) => out.set(start.subarray(seed * size, (seed + 1) * size)),
  });
  const expected = unpack(x);
  expectClose(drawn, expected, within(1e-4, expected, 'picture'));
});

it.each(['sharded', 'former', 'training/unet_ema'])(
  'has the same weights and network from the folder %s',
  async (name) => {
    await importCheckpoint({ from: join(DATA, 'folders', name), out: at('other') });
    for (const file of [WEIGHTS, 'unet/config.json', 'scheduler/scheduler_config.json']) {
      expect(await readFile(join(at('other'), file), 'utf8')).toBe(await readFile(join(at('plain'), file), 'utf8'));
    }
  },
);

it('widens half precision', async () => {
  await importOf('half');
  const [half, whole] = [
    await readSafetensors(join(at('half'), WEIGHTS)),
    await readSafetensors(join(at('plain'), WEIGHTS)),
  ];
  for (const [name, { data }] of whole.tensors) {
    const values = half.tensors.get(name)!.data as Float32Array;
    expectClose(values, data as Float32Array, { absolute: 1e-7, relative: 2 ** -11, what: name });
  }
});

it('refuses a pickle', async () => {
  await expect(importOf('pickled')).rejects.toThrow(/received diffusion_pytorch_model\.bin, a pickle/);
});

it('takes it after the two lines of the documentation', {
  ...skipBecause(lacksPython('diffusers')),
  tags: 'long',
}, async () => {
  const from = at('to convert');
  await cp(join(DATA, 'folders', 'pickled'), from, { recursive: true });
  const page = await readFile(fileURLToPath(new URL('../../../docs/import.md', import.meta.url)), 'utf8');
  const [, lines] = /```python\n(import torch.*?)```/s.exec(page)!;
  const code = lines!
    .replace('unet.pt', 'diffusion_pytorch_model.bin')
    .replace('unet.saf', 'diffusion_pytorch_model.saf');
  execFileSync(PYTHON, ['-c', code], { cwd: join(from, 'unet'), stdio: 'ignore' });
  await importCheckpoint({ from, out: at('converted') });
  expect(await readFile(join(at('converted'), WEIGHTS))).toEqual(await readFile(join(at('plain'), WEIGHTS)));
});

describe('train --init with an imported folder', () => {
  it('starts at its weights, and goes on', async () => {
    const { start, layer } = await readStart(at('plain'));
    const config = resolveConfig([
      layer,
      {
        name: 'the test',
        config: {
          data: { source: 'blobs', size: 8, channels: 3 },
          training: { steps: 2, batch: 2, lr: 1e-30, engine: 'onnxruntime', emaDecay: 0.9 },
          output: { sampleCount: 1, sampleSteps: 2, checkpointEvery: null, sampleEvery: null },
        },
      },
    ]);
    const { plan } = draftPlan(config, start);
    const run = at('run');
    await train({ plan, dataset: memoryDataset({ size: 8, channels: 3 }), run, resume: false });
    const { start: after } = await readStart(run);
    for (const [name, { values }] of start.parameters) {
      expectClose(after.parameters.get(name)!.values, values, { absolute: 1e-6, what: name });
    }
    expect(plan.scheduler).toMatchObject({ prediction_type: 'v_prediction', beta_schedule: 'squaredcos_cap_v2' });
  });
});
