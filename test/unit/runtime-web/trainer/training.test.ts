import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Keeper } from '#runtime-web/trainer/checkpoints.ts';
import type { ImageBatches } from '#runtime-web/trainer/images.ts';
import type { TrainerEvent } from '#runtime-web/trainer/protocol.ts';
import type { State } from '#runtime-web/trainer/runner.ts';
import type { Sampler } from '#runtime-web/trainer/samples.ts';
import { createTraining, type Training } from '#runtime-web/trainer/training.ts';
import { readStepFile, type StepFile } from '#scheduler/training/index.ts';

const SHIPPED = join(import.meta.dirname, '../../../../site/public/training/pictures/train/step.json');

let file: StepFile;
beforeAll(async () => {
  file = readStepFile(await readFile(SHIPPED, 'utf8'));
});

const stateOf = (value: number): State => new Map([['model', Float32Array.of(value)]]);
const weightIn = (state: State) => state.get('model')![0]!;

/** A training of one weight that counts its steps, and is NaN from step `brokenAt` on, as its loss is. */
function training({ brokenAt = Number.POSITIVE_INFINITY } = {}) {
  let weight = 0;
  let position = { epoch: 0, index: 0 };
  const kept: { step: number; weight: number }[] = [];
  const events: TrainerEvent[] = [];
  const batches: ImageBatches = {
    get position() {
      return position;
    },
    set position(value) {
      position = value;
    },
    next: () => ({ epoch: 0, images: new Float32Array(file.batch * 256) }),
    hash: 'none',
    count: 100,
  };
  const keeper: Keeper = {
    save: async ({ step }, state) => void kept.push({ step, weight: weightIn(state) }),
    last: (progress, state) => ({ place: 'test/last', slot: { id: 'test', serial: 0, progress, state } }),
    close: () => {},
  };
  const made: Training = createTraining({
    file,
    runner: {
      // As on a GPU: the weights are new before anybody knows the loss.
      async step() {
        weight = weight + 1 >= brokenAt ? Number.NaN : weight + 1;
        await sleep(5);
        return { loss: weight, gradNorm: 1 };
      },
      read: async () => stateOf(weight),
      write: async (state) => {
        weight = weightIn(state as State);
      },
      dispose: async () => {},
    },
    sampler: undefined as unknown as Sampler,
    batches,
    keep: async () => keeper,
    tell: (event) => void events.push(event),
    handOver: () => undefined,
    sampleEvery: null,
    samples: {},
  });
  return { made, kept, events };
}

describe('createTraining', () => {
  it('gives the weights of a whole step, with the progress of that step, while it trains', async () => {
    const { made, events } = training();
    const running = made.run(6);
    for (let i = 0; i < 4; i++) {
      await sleep(4);
      const { state, progress } = await made.snapshot();
      expect(weightIn(state)).toBe(progress.step);
    }
    await running;
    expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(6);
    expect(weightIn((await made.snapshot()).state)).toBe(6);
  });

  it('neither keeps nor gives away weights after a loss that is not finite, until it is restarted', async () => {
    const { made, kept } = training({ brokenAt: 3 });
    const sentence = /^Cannot go on with the training: the loss of step 3 must be finite, received NaN\./;
    await expect(made.run(5)).rejects.toThrow(sentence);
    await expect(made.run(5)).rejects.toThrow(sentence);
    await expect(made.snapshot()).rejects.toThrow(sentence);
    expect(kept.map(({ weight }) => weight)).toEqual([0]);
    await made.restart(stateOf(0), file.progress);
    await made.run(2);
    expect(weightIn((await made.snapshot()).state)).toBe(2);
    expect(kept.at(-1)).toEqual({ step: 2, weight: 2 });
  });

  it('refuses a second run while one is under way, and stops after a step when it is paused', async () => {
    const { made } = training();
    const running = made.run();
    await expect(made.run()).rejects.toThrow('Cannot train: the training must be paused, and it is under way.');
    await vi.waitFor(() => expect(made.progress.step).toBeGreaterThan(0), 20_000);
    await made.pause();
    await running;
    const { step } = made.progress;
    await sleep(15);
    expect(made.progress.step).toBe(step);
  });
});
