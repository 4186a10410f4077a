import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { privatePlan, runPrivate } from '#test/train/private-run.ts';
import { lines, newRun } from '#test/train/tiny-run.ts';
import { checkPrivateEngine, checkPrivateStart } from '#training/plan/private.ts';

const read = (run: string, file: string) => JSON.parse(readFileSync(join(run, file), 'utf8'));
const stateOf = (run: string, step: number) =>
  read(run, `checkpoints/step-${String(step).padStart(8, '0')}/checkpoint.json`).state.sha256;
const courseOf = (run: string) =>
  lines(run).map(({ step, epoch, loss, gradNorm, lr, epsilon }) => ({ step, epoch, loss, gradNorm, lr, epsilon }));

describe('a private run', () => {
  it('spends the epsilon that was asked for, and writes down how', async () => {
    const { run, notes } = await runPrivate();
    const spent = lines(run).map(({ epsilon }) => epsilon!);
    expect(spent).toHaveLength(6);
    for (const [i, epsilon] of spent.entries()) expect(epsilon).toBeGreaterThanOrEqual(spent[i - 1] ?? 0);
    expect(spent.at(-1)).toBeLessThanOrEqual(8);
    expect(spent.at(-1)).toBeGreaterThan(7.9);
    const { key, ...account } = read(run, 'privacy.json');
    expect(account).toMatchObject({ epsilon: 8, delta: 1e-3, clip: 1, unit: 'image', records: 19, batch: 6, steps: 6 });
    expect(notes.join('\n')).toMatch(
      /Privacy: epsilon 8 at delta 0\.001 for each image, by noise of \S+ times the clip of 1/,
    );
    // The key is where its owner alone reads it.
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(statSync(join(run, 'privacy.json')).mode & 0o077).toBe(0);
    for (const file of ['config.json', 'data.json', 'checkpoints/step-00000006/checkpoint.json']) {
      expect(readFileSync(join(run, file), 'utf8')).not.toContain(key);
    }
  });

  it.each([5, 1])('goes on to the bit after the power was cut in step %i', { tags: 'long' }, async (cutAt) => {
    const training = { dpTimesteps: 2 };
    const data = { flip: true, rotate: 10 };
    const run = newRun();
    await expect(runPrivate({ run, training, data, cutAt })).rejects.toThrow('the power is cut');
    // Whoever has the key has the same run.
    const unbroken = newRun();
    await expect(runPrivate({ run: unbroken, training, data, cutAt: 1 })).rejects.toThrow('the power is cut');
    writeFileSync(join(unbroken, 'privacy.json'), readFileSync(join(run, 'privacy.json')));
    await runPrivate({ run: unbroken, training, data, resume: true });
    await runPrivate({ run, training, data, resume: true });
    expect(courseOf(run)).toEqual(courseOf(unbroken));
    expect(stateOf(run, 6)).toBe(stateOf(unbroken, 6));
  });

  it('keeps its account: it goes on with no other options, steps or key', { tags: 'long' }, async () => {
    const { run } = await runPrivate({ training: { steps: 4 } });
    const goOn = (training: object) => runPrivate({ run, resume: true, training: { steps: 4, ...training } });
    await expect(goOn({ steps: 6 })).rejects.toThrow(
      `Cannot continue ${run}: its privacy account must stay as it was begun, with steps 4, received 6.`,
    );
    await expect(goOn({ dpEpsilon: undefined })).rejects.toThrow('(--dp-epsilon) must be 8 as in its checkpoint');
    const path = join(run, 'privacy.json');
    const kept = readFileSync(path, 'utf8');
    writeFileSync(path, kept.replace(/"sigma": [^,]+/, '"sigma": 0.1'));
    await expect(goOn({})).rejects.toThrow('privacy.json must hold the account of its checkpoints, received another');
    writeFileSync(path, kept.replace(/"key": "[^"]+"/, '"key": "none"'));
    await expect(goOn({})).rejects.toThrow('privacy.json must be the one that the run began with');
    rmSync(path);
    await expect(goOn({})).rejects.toThrow(
      'privacy.json must be the one that the run began with, or its account cannot be kept, received none',
    );
    expect(existsSync(path)).toBe(false);
  });

  it('protects groups where images are held out in groups, and each image where asked', { tags: 'long' }, async () => {
    const groups = Array.from({ length: 22 }, (_, image) => Math.floor(image / 2));
    const dataset = () => ({ ...memoryDataset({ heldOut: 2 }), groups });
    const grouped = await runPrivate({ dataset: dataset(), training: { steps: 2 } });
    expect(read(grouped.run, 'privacy.json')).toMatchObject({ unit: 'group', records: 10 });
    const alone = await runPrivate({ dataset: dataset(), training: { steps: 2, dpUnit: 'image' } });
    expect(read(alone.run, 'privacy.json')).toMatchObject({ unit: 'image', records: 20 });
  });
});

describe('what does not go with privacy is refused', () => {
  const SIMPLE = { _class_name: 'SimpleUnet', channels: [2, 3] };
  it.each([
    [
      { training: { steps: undefined, minutes: 1 } },
      '--minutes must be left out: the noise is chosen for a number of --steps or --epochs, received 1.',
    ],
    [{ training: { accumulate: 2 } }, '--accumulate must be 1, since it takes one image at a time, received 2.'],
    [{ training: { calls: 2 } }, '--calls must be left out, since a student also learns from its teacher, received 2.'],
    [{ model: SIMPLE }, 'the network must be without BatchNorm, which mixes the images of a batch, received one with '],
  ])('%o', (config, message) => {
    expect(() => privatePlan(config)).toThrow(message);
  });

  it('an engine that computes a batch at once, and weights that learnt from the same images', () => {
    const { config } = privatePlan();
    expect(() => checkPrivateEngine(config, 'onnxruntime-cuda')).toThrow(
      'Cannot train with --dp-epsilon: --engine must be onnxruntime, tfjs-cpu, tfjs-node or tfjs-node-gpu, received onnxruntime-cuda.',
    );
    const { hash } = memoryDataset();
    const named = { ...config, training: { ...config.training, init: 'runs/x' } };
    expect(() => checkPrivateStart(named, { name: 'runs/x', learnt: hash }, { hash })).toThrow(
      '--init must be a model that learnt from other images: runs/x learnt from these',
    );
    expect(() => checkPrivateStart(named, { name: 'runs/x', learnt: 'another' }, { hash })).not.toThrow();
  });
});
