import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutPower, type Given, lines, newRun, runTiny } from '#test/train/tiny-run.ts';
import type { PartialConfig } from '#training/settings/config.ts';

/** Step 6, the end, is no multiple of the steps between pictures. */
const toSix: PartialConfig = { training: { steps: 6 }, output: { checkpointEvery: 2, sampleEvery: 4 } };
const toNine: PartialConfig = { training: { steps: 9 }, output: { checkpointEvery: 2, sampleEvery: 4 } };

/** Trains to step 6 and fails while it draws the pictures of the end. */
async function killAtTheEnd(config: PartialConfig): Promise<string> {
  const run = newRun();
  const onPreview = () => void (existsSync(join(run, 'checkpoints', 'step-00000006')) && cutPower());
  await expect(runTiny({ run, ...config, hooks: { onPreview } })).rejects.toThrow('the power is cut');
  expect(readdirSync(join(run, 'samples')).join()).not.toContain('step-00000006');
  return run;
}

/** Continues and stops after step 7, before the next picture is due. */
const resume = (run: string, config: Given) => runTiny({ run, resume: true, abortAfter: 7, ...config });

function expectSamePictures(run: string, reference: string): void {
  const samples = readdirSync(join(reference, 'samples')).map((name) => join('samples', name));
  expect(readdirSync(join(run, 'samples')).map((name) => join('samples', name))).toEqual(samples);
  for (const name of [...samples, 'samples.png', 'denoising.png', 'forming.webp']) {
    const [mine, theirs] = [run, reference].map((folder) => readFileSync(join(folder, name)));
    expect([name, mine!.equals(theirs!)]).toEqual([name, true]);
  }
  expect(lines(run, 'validation.jsonl')).toEqual(lines(reference, 'validation.jsonl'));
}

describe('a run that was stopped before the pictures of its end, and goes on to a later one', () => {
  it('draws them as a run to the former end did, to the same bits', async () => {
    const straight = await runTiny(toSix);
    const run = await killAtTheEnd(toSix);
    const { notes } = await resume(run, toNine);
    expect(notes).toContain('Drawing the missing pictures of step 6.');
    expectSamePictures(run, straight.run);
  });

  it.each([null, 6])(
    'does so where pictures are drawn every %s steps, at the end alone',
    { tags: 'long' },
    async (sampleEvery) => {
      const atTheEnd = { training: { steps: 6 }, output: { checkpointEvery: 2, sampleEvery } };
      const straight = await runTiny(atTheEnd);
      const run = newRun();
      await expect(runTiny({ run, ...atTheEnd, hooks: { onPreview: cutPower } })).rejects.toThrow('the power is cut');
      await resume(run, { ...atTheEnd, training: { steps: 9 } });
      expectSamePictures(run, straight.run);
    },
  );

  it('draws them with the settings of the former run, whatever changes from there on', { tags: 'long' }, async () => {
    const straight = await runTiny(toSix);
    const run = await killAtTheEnd(toSix);
    const output = { ...toNine.output, sampler: 'ddpm', sampleCount: 3, sampleSteps: 5 };
    await resume(run, { training: { steps: 9 }, output });
    expectSamePictures(run, straight.run);
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

  it('ends with the pictures of both ends', { tags: 'long' }, async () => {
    const run = await killAtTheEnd(toSix);
    const finished = await runTiny(toSix);
    for (const each of [run, finished.run]) await runTiny({ run: each, resume: true, ...toNine });
    expectSamePictures(run, finished.run);
    expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([4, 6, 8, 9]);
  });
});

it('a finished run that goes on to a later end draws nothing again', { tags: 'long' }, async () => {
  const { run } = await runTiny(toSix);
  const { notes } = await resume(run, toNine);
  expect(notes.join()).not.toContain('missing');
});

it('a stop within a run owes no picture where none was due', async () => {
  const { run } = await runTiny({ ...toNine, abortAfter: 6 });
  const { notes } = await resume(run, toNine);
  expect(notes.join()).not.toContain('missing');
  expect(lines(run, 'validation.jsonl').map(({ step }) => step)).toEqual([4]);
});

it('a run whose regular pictures are off from here on does not draw the one that was due', async () => {
  const config: PartialConfig = { training: { steps: 9 }, output: { checkpointEvery: 3, sampleEvery: 3 } };
  const run = newRun();
  await expect(runTiny({ run, ...config, hooks: { onPreview: cutPower } })).rejects.toThrow('the power is cut');
  const off = { checkpointEvery: 3, sampleEvery: null };
  const { notes } = await runTiny({ run, resume: true, abortAfter: 4, training: { steps: 9 }, output: off });
  expect(notes.join()).not.toContain('missing');
  expect(existsSync(join(run, 'samples'))).toBe(false);
});
