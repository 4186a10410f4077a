import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { drawing, tinyPlan } from '#test/train/tiny-plan.ts';
import { lines, newRun, runTiny } from '#test/train/tiny-run.ts';
import { train } from '#training/run/train.ts';
import { checkpointName } from '#training/saved/checkpoint.ts';

const LACKS_LOCKS =
  process.getuid?.() === 0 ? 'root may write to every folder: run the tests as another user' : undefined;

/** The files and values that must be the same in a run that stopped and one that did not. */
const courseOf = (run: string) =>
  lines(run).map(({ step, epoch, loss, gradNorm, lr }) => ({ step, epoch, loss, gradNorm, lr }));

describe('train', () => {
  it('writes metrics, checkpoints, configuration and pictures', async () => {
    const output = { checkpointEvery: 2, keep: 2, sampleEvery: 3 };
    const { run, result } = await runTiny({ training: { steps: 6 }, output });

    expect(result).toMatchObject({ interrupted: false, step: 6 });
    expect(lines(run).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([3, 6]);
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-00000004', 'step-00000006']);
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).training.steps).toBe(6);
    expect(JSON.parse(readFileSync(join(run, 'data.json'), 'utf8'))).toMatchObject({ name: 'blobs', train: 19 });
    expect(readdirSync(join(run, 'samples')).sort()).toEqual([
      ...['step-00000003-denoising.png', 'step-00000003.png'],
      ...['step-00000006-denoising.png', 'step-00000006.png'],
    ]);
    const strip = await sharp(join(run, 'denoising.png')).metadata();
    expect(strip.width! / strip.height!).toBeGreaterThan(3);
    expect((await sharp(join(run, 'forming.webp')).metadata()).pages).toBe(5);
    expect((await sharp(join(run, 'loss.png')).metadata()).format).toBe('png');
  });

  it('augments the images that it trains on and never those held out', async () => {
    const training = { steps: 3, lr: 1e-30 }; // too little to change a weight
    const plain = await runTiny({ training });
    const augmented = await runTiny({ training, data: { rotate: 30, contrast: 0.5 } });
    expect(augmented.result.loss).not.toBe(plain.result.loss);
    expect(augmented.result.validation).toEqual(plain.result.validation);
    expect(plain.result.validation).toBeDefined();
  });

  it('continues a process that was killed, from its last checkpoint and without double lines', {
    tags: 'long',
  }, async () => {
    const run = newRun();
    const script = fileURLToPath(new URL('../../../support/train/run-tiny.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, run, '1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('step 8\n')) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(lines(run).length).toBeGreaterThanOrEqual(8);
    // As a kill in the middle of saving leaves it.
    mkdirSync(join(run, 'checkpoints/tmp-step-00000010-1'), { recursive: true });

    // The learning rate depends on the horizon, so the killed run is compared with one of the same horizon.
    const last = Math.max(
      ...readdirSync(join(run, 'checkpoints')).map((name) => Number(/^step-(\d+)/.exec(name)?.[1] ?? 0)),
    );
    const reference = await runTiny({ ...drawing(1000), abortAfter: last + 3 });
    const { notes, result } = await runTiny({ run, resume: true, ...drawing(1000), abortAfter: last + 3 });
    expect([notes[0], result.interrupted]).toEqual([`Continuing after step ${last}.`, true]);
    expect(courseOf(run)).toEqual(courseOf(reference.run));
    const state = (path: string) =>
      readFileSync(join(path, 'checkpoints', checkpointName(last + 3), 'state.safetensors'));
    expect(state(run).equals(state(reference.run))).toBe(true);
    expect(existsSync(join(run, 'samples.png'))).toBe(false);
    expect(readdirSync(join(run, 'checkpoints')).filter((name) => name.startsWith('tmp-'))).toEqual([]);
  });

  it('stops at a loss that is no number, with the step, the last good checkpoint and advice', async () => {
    const run = newRun();
    const config = { training: { steps: 50, lr: 1e30, clipNorm: null }, output: { checkpointEvery: 1 } };
    await expect(runTiny({ run, ...config })).rejects.toThrow(
      /of step \d+ must be finite, received (NaN|Infinity)\. .*checkpoint.*a lower --lr than 1e\+30 or --clip-norm 1\.$/,
    );
    for (const name of readdirSync(join(run, 'checkpoints'))) expect(name).toMatch(/^step-/);
  });

  /** A plan whose output in evaluation is another than in training, where the losses stay finite. */
  const broken = (
    given: Parameters<typeof tinyPlan>[0],
    output: (network: tf.Tensor4D, sample: tf.Tensor4D) => tf.Tensor4D,
  ) => {
    const plan = tinyPlan({ ...given, training: { emaDecay: null, ...given?.training } });
    const forward: typeof plan.model.forward = (parameters, sample, timestep, options) => {
      const found = plan.model.forward(parameters, sample, timestep, options);
      return options.training ? found : output(found, sample);
    };
    return { ...plan, model: { ...plan.model, forward } };
  };

  it('stops at a held-out loss that is no number, and writes no picture of it', async () => {
    const run = newRun();
    const plan = broken({ training: { steps: 2 } }, (network) => tf.mul(network, Number.POSITIVE_INFINITY));
    await expect(train({ plan, dataset: memoryDataset(), run, resume: false })).rejects.toThrow(
      /^Cannot continue training: the held-out loss of step 2 must be finite, received (NaN|Infinity)\. The last good checkpoint is /,
    );
    expect(existsSync(join(run, 'samples.png'))).toBe(false);
    expect(lines(run, 'validation.jsonl')).toEqual([]);
  });

  it('goes on without pictures where sampling does not stay finite, says why, and can continue with clipping', async () => {
    // Each call of sampling enlarges the picture; the held-out loss is large, and finite.
    const growing = (steps: number, clip_sample: boolean) =>
      broken({ training: { steps }, output: { sampleEvery: 1 }, scheduler: { clip_sample } }, (_, x) =>
        tf.mul(x, -1e15),
      );
    const run = newRun();
    const notes: string[] = [];
    const job = { dataset: memoryDataset(), run, hooks: { onNote: (line: string) => notes.push(line) } };
    const result = await train({ ...job, plan: growing(2, false), resume: false });
    expect(result).toMatchObject({ step: 2, interrupted: false });
    expect(notes.filter((line) => line.startsWith('Cannot'))).toEqual(
      [1, 2].map((step) =>
        expect.stringMatching(
          `^Cannot draw the pictures of step ${step}: the network's output must be finite numbers, received .* at step \\d of \\d ` +
            '.*\\. With scheduler\\.clip_sample true it stays within bounds\\.$',
        ),
      ),
    );
    expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([1, 2]);
    expect(existsSync(join(run, 'samples.png'))).toBe(false);
    await train({ ...job, plan: growing(3, true), resume: true });
    expect(readdirSync(join(run, 'samples'))).toContain('step-00000003.png');
  });

  it('refuses other images than it was started with, and those of another shape than the network takes', async () => {
    const { run } = await runTiny({ training: { steps: 1 } });
    const other = runTiny({ run, resume: true, training: { steps: 2 }, dataset: memoryDataset({ count: 30 }) });
    await expect(other).rejects.toThrow(/--data must be the images that it was started with \(blobs\)/);
    await expect(runTiny({ training: { steps: 1 }, dataset: memoryDataset({ size: 6 }) })).rejects.toThrow(
      /images must be 1 x 4 x 4 as the network takes them, received 1 x 6 x 6/,
    );
  });

  it('refuses a folder that cannot be written before any work', skipBecause(LACKS_LOCKS), async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    await expect(runTiny({ run: join(folder, 'run'), training: { steps: 1 } })).rejects.toThrow(
      /--out must be a folder/,
    );
  });
});
