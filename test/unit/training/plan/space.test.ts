import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '#base/terminal/errors.ts';
import { lacksMount, smallDisk } from '#test/pictures/disks.ts';
import { skipBecause } from '#test/skip.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import { requireRunSpace } from '#training/plan/space.ts';
import { checkpointName } from '#training/saved/checkpoint.ts';

describe('requireRunSpace', skipBecause(lacksMount()), () => {
  /** A checkpoint of 4 MiB. */
  const planOf = (steps: number, checkpointEvery: number | null, keep: number) => {
    const plan = tinyPlan({ training: { steps }, output: { checkpointEvery, keep } });
    return { ...plan, step: { ...plan.step, state: [{ name: 'w', shape: [1024, 1024], dtype: 'float32' as const }] } };
  };

  it('asks for as many checkpoints as are kept, and the one being written', async () => {
    const run = join(smallDisk(12 * 1024), 'run');
    await expect(requireRunSpace(planOf(10, 1, 3), run)).rejects.toThrow(
      /^Cannot write the checkpoints of .*: the disk must have 17 MiB free, but it has 12 MiB\./,
    );
    await expect(requireRunSpace(planOf(10, 1, 3), run)).rejects.toThrow(Failure);
    await requireRunSpace(planOf(10, 1, 1), run);
  });

  it('asks for no more than the run saves', async () => {
    const run = join(smallDisk(12 * 1024), 'run');
    await requireRunSpace(planOf(2, 1, 3), run);
    await requireRunSpace(planOf(1000, null, 3), run);
  });

  it('does not count what is there already', async () => {
    const run = join(smallDisk(12 * 1024), 'run');
    for (const step of [1, 2]) mkdirSync(join(run, 'checkpoints', checkpointName(step)), { recursive: true });
    await requireRunSpace(planOf(10, 1, 3), run);
  });
});
