import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { newRun, runTiny } from '#test/train/tiny-run.ts';
import { withRun } from '#training/run/held-run.ts';

const plan = tinyPlan({ training: { steps: 1 } });

it('withRun holds the folder from the checks to the end of the work, whatever is done there', async () => {
  const run = newRun();
  const answer = await withRun(plan, run, false, async (held) => {
    expect(held).toMatchObject({ folder: run, resume: false, choice: { kind: 'tfjs-cpu' } });
    await expect(withRun(plan, run, false, async () => 'never')).rejects.toThrow('is training there');
    return 'done';
  });
  expect(answer).toBe('done');
  expect(existsSync(join(run, '.lock'))).toBe(false);
});

it('withRun does no work where it refuses, and gives the folder free', async () => {
  const { run } = await runTiny({ training: { steps: 1 } });
  const work = async () => {
    throw new Error('this must not be done');
  };
  await expect(withRun(plan, run, false, work)).rejects.toThrow('this one holds one. Add --resume');
  await expect(withRun(tinyPlan({ training: { batch: 2 } }), run, true, work)).rejects.toThrow('training.batch');
  await expect(withRun(plan, newRun(), true, work)).rejects.toThrow('must hold a config.json');
  expect(existsSync(join(run, '.lock'))).toBe(false);
});
