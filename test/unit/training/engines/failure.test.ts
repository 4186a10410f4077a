import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { tinyPlan } from '#test/train/tiny-plan.ts';
import * as engines from '#training/engines/index.ts';
import { train } from '#training/run/train.ts';

vi.mock('#training/engines/index.ts', { spy: true });
afterEach(() => vi.restoreAllMocks());

/** A run whose engine ends after so many steps. */
async function runUntil(steps: number, error: Error, run = join(temporaryFolder(), 'run')) {
  const { createEngine } = await vi.importActual<typeof engines>('#training/engines/index.ts');
  vi.mocked(engines.createEngine).mockImplementation(async (...given) => {
    const engine = await createEngine(...given);
    let left = steps;
    return { ...engine, step: (inputs) => (left-- > 0 ? engine.step(inputs) : Promise.reject(error)) };
  });
  const plan = tinyPlan({ training: { steps: 6 }, output: { checkpointEvery: 2 } });
  const work = train({ plan, dataset: memoryDataset(), run, resume: existsSync(run) });
  return { run, error: (await work.catch((thrown) => thrown)) as Error };
}

describe('train with an engine that ends', () => {
  const crash = new engines.EngineError('tfjs-node failed, its process ended: it crashed with SIGSEGV');

  it('says what happened, and that there is no checkpoint', async () => {
    const { error } = await runUntil(1, crash);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(
      'Cannot continue training: tfjs-node failed, its process ended: it crashed with SIGSEGV. ' +
        'There is no checkpoint yet; start again with --resume.',
    );
  });

  it('names the newest checkpoint and what else to do', async () => {
    const { run, error } = await runUntil(5, new engines.EngineError('a step must fit', 'after freeing some memory'));
    const newest = join(run, 'checkpoints', 'step-00000004');
    expect(error.message).toBe(
      `Cannot continue training: a step must fit. The last checkpoint is ${newest}; continue with --resume after freeing some memory.`,
    );
    // It also names the checkpoint that it continued from.
    expect((await runUntil(0, crash, run)).error.message).toContain(`The last checkpoint is ${newest};`);
  });

  it('leaves a bug a bug', async () => {
    const bug = new TypeError('no function');
    expect((await runUntil(1, bug)).error).toBe(bug);
  });
});
