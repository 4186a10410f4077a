import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportRun } from '#pipeline/export/export.ts';
import { barsDataset } from '#test/bars.ts';
import { autoencoderConfig } from '#test/models/autoencoder.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { train } from '#training/run/index.ts';
import { readLines, type ValidationMetrics } from '#training/saved/index.ts';
import { resolveConfig, type TrainConfig } from '#training/settings/index.ts';

const at = temporaryFolder();
const images = barsDataset({ count: 30, held: 6, size: 8 });

const settings = (more: { training?: object; output?: object; data?: object; scheduler?: object } = {}): TrainConfig =>
  resolveConfig([
    {
      name: 'the test',
      config: {
        data: { source: 'bars', size: 8, channels: 1, ...more.data },
        model: autoencoderConfig(),
        scheduler: { ...more.scheduler },
        training: { steps: 6, batch: 4, lr: 0.01, loss: 'l1', emaDecay: 0.5, ...more.training },
        output: { sampleEvery: 3, checkpointEvery: 3, sampleCount: 4, ...more.output },
      },
    },
  ]);

const run = (folder: string, more: Parameters<typeof settings>[0] = {}, resume = false) =>
  train({ run: join(at, folder), resume, plan: planFromConfig(settings(more)), dataset: images });

describe('a run of an autoencoder', () => {
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    whole = await run('whole');
  });
  const text = (folder: string, name: string) => readFile(join(at, folder, name), 'utf8');
  const lossesOf = async (folder: string) =>
    (await readLines<{ step: number; loss: number }>(join(at, folder, 'metrics.jsonl'))).map(({ loss }) => loss);

  it('measures held-out images and latents, and draws pairs', async () => {
    expect(whole.step).toBe(6);
    const lines = await readLines<ValidationMetrics>(join(at, 'whole/validation.jsonl'));
    expect(lines.map(({ step }) => step)).toEqual([3, 6]);
    for (const { loss, psnr, detail } of lines) expect(Math.min(loss, psnr!, detail!)).toBeGreaterThan(0);
    expect(JSON.parse(await text('whole', 'latents.json'))).toMatchObject({ step: 6, images: 24 });
    const png = await readFile(join(at, 'whole/samples.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it('goes on to the bit where it was stopped', async () => {
    await run('parts', { training: { steps: 3 } });
    const { step } = await run('parts', {}, true);
    expect(step).toBe(6);
    expect(await lossesOf('parts')).toEqual(await lossesOf('whole'));
  });

  it('becomes a folder, whose graphs are what was trained', async () => {
    const { parity, step } = await exportRun({ run: join(at, 'whole'), out: join(at, 'model') });
    expect(step).toBe(6);
    expect(parity.difference).toBeLessThan(1e-4 * Math.max(1, parity.largest));
    const config = JSON.parse(await text('model', 'vae/config.json'));
    expect(config).toMatchObject({ _class_name: 'AutoencoderKL', scaling_factor: 0.25, shift_factor: 0 });
    expect(Object.keys(config)).not.toContain('num_train_timesteps');
    expect(await text('model', 'README.md')).toContain(
      'pictures of 8 x 8 pixels and one channel to latents of 4 x 4 x 2',
    );
    // Once more, over the older one.
    await exportRun({ run: join(at, 'whole'), out: join(at, 'model'), checkpoint: 3 });
  });

  it('is not exported before its latents are measured', async () => {
    const stopped = new AbortController();
    await train({
      run: join(at, 'early'),
      resume: false,
      plan: planFromConfig(settings({ output: { sampleEvery: null } })),
      dataset: images,
      signal: stopped.signal,
      hooks: { onStep: () => stopped.abort() },
    });
    await expect(exportRun({ run: join(at, 'early'), out: join(at, 'none') })).rejects.toThrow(
      'it must have measured its latents, which a run does where it draws, but it has not yet. Continue it with --resume.',
    );
  });
});

it.each([
  ['min-snr', { training: { minSnr: 5 } }, '5'],
  ['sampler', { output: { sampler: 'euler' } }, '"euler"'],
  ['scheduler.prediction_type', { scheduler: { prediction_type: 'v_prediction' } }, '"v_prediction"'],
])('--%s is refused', (flag, more, received) => {
  expect(() => planFromConfig(settings(more))).toThrow(
    `Cannot train an autoencoder: --${flag} must be left out: an autoencoder learns to give images back, without noise and labels, received ${received}.`,
  );
});
