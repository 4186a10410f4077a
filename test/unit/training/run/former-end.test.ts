import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { cutPower, type Given, lines, newRun, runTiny } from '#test/train/tiny-run.ts';

/** Step 6, the end, is no multiple of the steps between pictures. */
const output = { checkpointEvery: 2, sampleEvery: 4 };
const toSix = { training: { steps: 6 }, output };
const toNine = { training: { steps: 9 }, output };
const isSaved = (run: string) => existsSync(join(run, 'checkpoints', 'step-00000006'));

describe('a run that was stopped before the pictures of its end, and goes on to a later one', () => {
  it.each<[string, (run: string) => Partial<Given>]>([
    [
      'before its held-out loss was measured',
      (run) => {
        const dataset = memoryDataset();
        // The first images are the held-out ones.
        const read: typeof dataset.read = (indices, out) =>
          indices[0] === 0 && isSaved(run) ? cutPower() : dataset.read(indices, out);
        return { dataset: { ...dataset, read } };
      },
    ],
    ['while it was drawn', (run) => ({ hooks: { onPreview: () => void (isSaved(run) && cutPower()) } })],
  ])('%s: draws them with its former settings, to the same bits, once', async (_, stop) => {
    const straight = await runTiny(toSix);
    const run = newRun();
    await expect(runTiny({ run, ...toSix, ...stop(run) })).rejects.toThrow('the power is cut');
    expect(readdirSync(join(run, 'samples')).join()).not.toContain('step-00000006');
    const others = { ...output, sampler: 'ddpm', sampleCount: 3, sampleSteps: 5 };
    // It stops before the next picture is due.
    const goOn = (abortAfter: number) => runTiny({ run, resume: true, abortAfter, ...toNine, output: others });
    expect((await goOn(7)).notes).toContain('Drawing the missing pictures of step 6.');
    const samples = readdirSync(join(straight.run, 'samples')).map((name) => join('samples', name));
    expect(readdirSync(join(run, 'samples')).map((name) => join('samples', name))).toEqual(samples);
    for (const name of [...samples, 'samples.png', 'denoising.png', 'forming.webp']) {
      const [mine, theirs] = [run, straight.run].map((folder) => readFileSync(join(folder, name)));
      expect([name, mine!.equals(theirs!)]).toEqual([name, true]);
    }
    expect(lines(run, 'validation.jsonl')).toEqual(lines(straight.run, 'validation.jsonl'));
  });

  it('does so for an end by the clock', { tags: 'long' }, async () => {
    const byClock = { training: { minutes: 1e-6 }, output: { checkpointEvery: null, sampleEvery: null } };
    const run = newRun();
    await expect(runTiny({ run, ...byClock, hooks: { onPreview: cutPower } })).rejects.toThrow('the power is cut');
    const [end] = lines(run).slice(-1);
    const { notes } = await runTiny({ run, resume: true, ...byClock, training: { steps: end!.step! + 1 } });
    expect(notes).toContain(`Drawing the missing pictures of step ${end!.step}.`);
    expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([end!.step, end!.step! + 1]);
  });
});

it('a run by the clock that ends in its warm-up says so', async () => {
  const byClock = (warmupSteps: number) => runTiny({ training: { steps: undefined, minutes: 1e-6, warmupSteps } });
  expect((await byClock(200)).notes.join()).toContain('The time was up in the warm-up, after 1 step of 200');
  expect((await byClock(0)).notes.join()).not.toContain('warm-up');
});

it('pictures are not missing after a stop where none was due, nor where they are off from here on', async () => {
  const { run } = await runTiny({ ...toNine, abortAfter: 6 });
  const { notes } = await runTiny({ run, resume: true, abortAfter: 7, ...toNine });
  expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([4]);
  const cut = newRun();
  await expect(runTiny({ run: cut, ...toNine, hooks: { onPreview: cutPower } })).rejects.toThrow('the power is cut');
  const off = { ...output, sampleEvery: null };
  notes.push(...(await runTiny({ run: cut, resume: true, abortAfter: 5, ...toNine, output: off })).notes);
  expect(notes.join()).not.toContain('missing');
  expect(existsSync(join(cut, 'samples'))).toBe(false);
});
