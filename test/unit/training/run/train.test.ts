import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { skipBecause } from '#test/skip.ts';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { cutPower, type Given, lines, newRun, runTiny } from '#test/train/tiny-run.ts';
import { train } from '#training/run/train.ts';

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

  it('lets one process at a time train in a folder, and gives the folder free when it ends', async () => {
    const run = newRun();
    let second: Promise<unknown> = Promise.resolve();
    await train({
      plan: tinyPlan({ training: { steps: 3 } }),
      dataset: memoryDataset(),
      run,
      resume: false,
      hooks: {
        onStep: ({ step }) => {
          if (step === 1) second = runTiny({ run, resume: true, training: { steps: 3 } }).catch((error) => error);
        },
      },
    });
    expect(await second).toMatchObject({
      message: expect.stringMatching(
        /^Cannot start training in .*run: another process \(pid \d+, since \d\d:\d\d\) is training there\./,
      ),
    });
    expect(lines(run).map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(existsSync(join(run, '.lock'))).toBe(false);
    await expect(runTiny({ run, resume: false })).rejects.toThrow('--out must be a folder without a run');
    expect(existsSync(join(run, '.lock'))).toBe(false);
  });

  it('augments the images that it trains on and never those held out', async () => {
    const training = { steps: 3, lr: 1e-30 }; // too little to change a weight
    const plain = await runTiny({ training });
    const augmented = await runTiny({ training, data: { rotate: 30, contrast: 0.5 } });
    expect(augmented.result.loss).not.toBe(plain.result.loss);
    expect(augmented.result.validation).toEqual(plain.result.validation);
    expect(plain.result.validation).toBeDefined();
  });

  it('counts epochs in full batches', async () => {
    const { run } = await runTiny({ training: { epochs: 2 } });
    expect(lines(run).map(({ epoch }) => epoch)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('stops after the running step when asked, and continues with the same losses to the last bit', async () => {
    const data = { rotate: 10, translate: 0.1, scale: 0.2, contrast: 0.3 };
    const straight = await runTiny({ data, training: { steps: 12 } });
    const stopped = await runTiny({ data, training: { steps: 12 }, abortAfter: 5 });
    expect(stopped.result).toMatchObject({ interrupted: true, step: 5 });
    expect(existsSync(join(stopped.run, 'samples.png'))).toBe(false);

    const { run } = stopped;
    const continued = await runTiny({ data, run, resume: true, training: { steps: 12 } });
    expect(continued.notes[0]).toBe('Continuing after step 5.');
    expect(courseOf(run)).toEqual(courseOf(straight.run));
    const state = (path: string) => readFileSync(join(path, 'checkpoints/step-00000012/state.safetensors'));
    expect(state(run).equals(state(straight.run))).toBe(true);
    expect(readFileSync(join(run, 'samples.png')).equals(readFileSync(join(straight.run, 'samples.png')))).toBe(true);
  });

  it('continues a process that was killed, from its last checkpoint and without double lines', {
    tags: 'long',
  }, async () => {
    const straight = await runTiny({ training: { steps: 12 } });
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
    const reference = await runTiny({ training: { steps: 1000 }, abortAfter: last + 3 });
    await runTiny({ run, resume: true, training: { steps: 1000 }, abortAfter: last + 3 });
    expect(courseOf(run)).toEqual(courseOf(reference.run));
    expect(readdirSync(join(run, 'checkpoints')).filter((name) => name.startsWith('tmp-'))).toEqual([]);
    expect(courseOf(straight.run)).not.toEqual(courseOf(reference.run).slice(0, 12));
  });

  it.each<[string, (fail: () => never) => Partial<Given>]>([
    [
      'before its held-out loss was measured',
      (fail) => {
        const dataset = memoryDataset();
        // The first images are the held-out ones.
        const read: typeof dataset.read = (indices, out) => (indices[0] === 0 ? fail() : dataset.read(indices, out));
        return { dataset: { ...dataset, read } };
      },
    ],
    ['while it was drawn', (fail) => ({ hooks: { onPreview: fail } })],
  ])('draws the pictures of a checkpoint that was stopped %s, to the same bits', { tags: 'long' }, async (_, stop) => {
    const config = { training: { steps: 9 }, output: { checkpointEvery: 3, sampleEvery: 3 } };
    const straight = await runTiny(config);
    const run = newRun();
    await expect(runTiny({ run, ...config, ...stop(cutPower) })).rejects.toThrow('the power is cut');
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-00000003']);
    expect(existsSync(join(run, 'samples'))).toBe(false);

    const { notes } = await runTiny({ run, resume: true, ...config });
    expect(notes).toContain('Drawing the missing pictures of step 3.');
    expect(readdirSync(join(run, 'samples'))).toEqual(readdirSync(join(straight.run, 'samples')));
    for (const name of readdirSync(join(run, 'samples'))) {
      const [mine, theirs] = [run, straight.run].map((folder) => readFileSync(join(folder, 'samples', name)));
      expect([name, mine!.equals(theirs!)]).toEqual([name, true]);
    }
    expect(lines(run, 'validation.jsonl')).toEqual(lines(straight.run, 'validation.jsonl'));
    // Existing pictures are not drawn again.
    expect((await runTiny({ run, resume: true, ...config, training: { steps: 9 } })).notes.join()).not.toContain(
      'missing',
    );
  });

  it('falls back to the older checkpoint when the newest is truncated', async () => {
    const { run } = await runTiny({ training: { steps: 6 }, output: { checkpointEvery: 2 } });
    truncateSync(join(run, 'checkpoints/step-00000006/state.safetensors'), 100);
    const { notes, result } = await runTiny({ run, resume: true, training: { steps: 7 } });
    expect(notes[0]).toMatch(
      /step-00000006: state\.safetensors is truncated \(100 of \d+ bytes\)\. It was set aside\./,
    );
    expect(notes[1]).toBe('Continuing after step 4.');
    expect(result.step).toBe(7);
    expect(lines(run).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(readdirSync(join(run, 'checkpoints'))).toContain('broken-00000006');
  });

  it('leaves a finished run as it is when it is continued', async () => {
    const { run } = await runTiny({ training: { steps: 3 } });
    const before = readFileSync(join(run, 'validation.jsonl'), 'utf8');
    const { notes, result } = await runTiny({ run, resume: true, training: { steps: 3 } });
    expect(notes).toContain('The run was already complete, after 3 steps.');
    expect(result).toMatchObject({ interrupted: false, step: 3 });
    expect(readFileSync(join(run, 'validation.jsonl'), 'utf8')).toBe(before);
    expect(lines(run).length).toBe(3);
  });

  it('tells the settings that a continued run changes', async () => {
    const { run } = await runTiny({ training: { steps: 2 } });
    const { notes } = await runTiny({ run, resume: true, training: { steps: 3, lr: 0.5, clipNorm: null } });
    expect(notes).toContain('--lr was 0.01 and is now 0.5.');
    expect(notes).toContain('--clip-norm was 1 and is now off.');
  });

  it('refuses a folder that holds a run, and names --resume', async () => {
    const { run } = await runTiny({ training: { steps: 1 } });
    await expect(runTiny({ run, training: { steps: 2 } })).rejects.toThrow(/this one holds one\. Add --resume/);
  });

  it('refuses to continue where there is no run', async () => {
    await expect(runTiny({ resume: true, training: { steps: 2 } })).rejects.toThrow(/must hold a config\.json/);
  });

  it('refuses to continue another architecture and names the first setting that differs', async () => {
    const { run } = await runTiny({ training: { steps: 1 } });
    const other = runTiny({ run, resume: true, training: { steps: 2 }, model: { channels: [4, 8] } });
    await expect(other).rejects.toThrow(/model\.channels must be \[2, 3\] as in its checkpoint, received \[4, 8\]/);
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-00000001']);
  });

  it('refuses to continue on other images', async () => {
    const { run } = await runTiny({ training: { steps: 1 } });
    const other = runTiny({ run, resume: true, training: { steps: 2 }, dataset: memoryDataset({ count: 30 }) });
    await expect(other).rejects.toThrow(/--data must be the images that it was started with \(blobs\)/);
  });

  it('stops at a loss that is no number, with the step, the last good checkpoint and advice', async () => {
    const run = newRun();
    const config = { training: { steps: 50, lr: 1e30, clipNorm: null }, output: { checkpointEvery: 1 } };
    await expect(runTiny({ run, ...config })).rejects.toThrow(
      /of step \d+ must be finite, received (NaN|Infinity)\. .*checkpoint.*a lower --lr than 1e\+30 or --clip-norm 1\.$/,
    );
    for (const name of readdirSync(join(run, 'checkpoints'))) expect(name).toMatch(/^step-/);
  });

  it('stops at a held-out loss that is no number, and writes no picture of it', async () => {
    const plan = tinyPlan({ training: { steps: 2, emaDecay: null } });
    // The training losses stay finite: the buffer is only read in evaluation.
    const forward: typeof plan.model.forward = (parameters, sample, timestep, options) => {
      const output = plan.model.forward(parameters, sample, timestep, options);
      return options.training ? output : tf.mul(output, Number.POSITIVE_INFINITY);
    };
    const run = newRun();
    const broken = { ...plan, model: { ...plan.model, forward } };
    await expect(train({ plan: broken, dataset: memoryDataset(), run, resume: false })).rejects.toThrow(
      /^Cannot continue training: the held-out loss of step 2 must be finite, received (NaN|Infinity)\. The last good checkpoint is /,
    );
    expect(existsSync(join(run, 'samples.png'))).toBe(false);
    expect(lines(run, 'validation.jsonl')).toEqual([]);
  });

  it('goes on without pictures where sampling does not stay finite, says why, and can continue with clipping', async () => {
    const broken = (steps: number, clip_sample: boolean) => {
      const training = { steps, emaDecay: null };
      const plan = tinyPlan({ training, output: { sampleEvery: 1 }, scheduler: { clip_sample } });
      // Each call of sampling enlarges the picture; the held-out loss is large, and finite.
      const forward: typeof plan.model.forward = (parameters, sample, timestep, options) =>
        options.training ? plan.model.forward(parameters, sample, timestep, options) : tf.mul(sample, -1e15);
      return { ...plan, model: { ...plan.model, forward } };
    };
    const run = newRun();
    const notes: string[] = [];
    const job = { dataset: memoryDataset(), run, hooks: { onNote: (line: string) => notes.push(line) } };
    const result = await train({ ...job, plan: broken(2, false), resume: false });
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
    await train({ ...job, plan: broken(3, true), resume: true });
    expect(readdirSync(join(run, 'samples'))).toContain('step-00000003.png');
  });

  it('refuses images of another shape than the network takes', async () => {
    const dataset = memoryDataset({ size: 6 });
    await expect(runTiny({ training: { steps: 1 }, dataset })).rejects.toThrow(
      /images must be 1 x 4 x 4 as the network takes them, received 1 x 6 x 6/,
    );
  });

  it('refuses more images a batch than there are', async () => {
    await expect(runTiny({ training: { steps: 1, batch: 20 } })).rejects.toThrow(/at most .* 19/);
  });

  it('refuses a folder that cannot be written before any work', skipBecause(LACKS_LOCKS), async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    await expect(runTiny({ run: join(folder, 'run'), training: { steps: 1 } })).rejects.toThrow(
      /--out must be a folder/,
    );
  });
});
