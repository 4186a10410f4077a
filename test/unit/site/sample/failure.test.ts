/** A sampling that fails says why, and the pictures from before come back. */
import { InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import { signal } from '@preact/signals';
import { beforeEach, expect, it, vi } from 'vitest';
import type { SampleRequest } from '#runtime-web/loading/protocol.ts';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';

const NOT_FINITE =
  'Cannot sample images: the network’s output must be finite, received NaN at step 2 of 3 (timestep 500).';

/** Steps until the network fails; it never fails if there are fewer steps. */
const bound = vi.hoisted(() => ({ steps: 99 }));

vi.mock('#site/state/store.ts', () => {
  const info = { shape: [1, 2, 2], classes: 0, hash: 'h', scheduler: parseSchedulerConfig({}) };
  const current = signal({ id: 'tiny', title: 'Tiny', note: '', own: false });
  const sample: SamplingWorker['sample'] = async ({ steps = 0, count = 1 }: SampleRequest, { onStep } = {}) => {
    const pixels = Uint8ClampedArray.from({ length: 4 * count }, () => 7);
    for (let step = 1; step <= steps; step++) {
      if (step > bound.steps) throw new InputError(NOT_FINITE);
      onStep?.({ step, steps, x: pixels, x0: pixels, seconds: step } as never);
    }
    return { seconds: 1, stepsPerSecond: steps } as never;
  };
  return {
    current,
    loaded: signal({ state: 'ready', info }),
    useModel: async () => info,
    samplingWorker: { sample },
    sentence: (error: Error) => error.message,
    announce: () => {},
    go: () => {},
  };
});
vi.stubGlobal('requestAnimationFrame', () => 1);
vi.stubGlobal('cancelAnimationFrame', () => {});

const { sample } = await import('#site/views/sample/state/run.ts');
const state = await import('#site/views/sample/state/state.ts');

beforeEach(() => {
  bound.steps = 99;
  state.run.value = null;
  state.last.value = -1;
  state.draft.value = { ...state.draft.peek(), count: '2', steps: '3', seed: '5' };
});

it('a network whose output is not finite gives one sentence, and the earlier pictures stay', async () => {
  await sample();
  const [run, pace] = [state.run.value, state.pace.value];
  expect([state.phase.value, state.last.value]).toEqual(['done', 3]);
  bound.steps = 1;
  state.draft.value = { ...state.draft.peek(), count: '4', seed: '6' };
  await sample();
  expect(state.trouble.value).toBe(NOT_FINITE);
  expect(state.phase.value).toBe('failed');
  expect(state.run.value).toBe(run);
  expect([state.last.value, state.pace.value]).toEqual([3, pace]);
  expect(state.shown.value).toMatchObject({ count: 2, step: 3 });
});

it('without earlier pictures the steps before the failure are shown', async () => {
  bound.steps = 2;
  await sample();
  expect([state.phase.value, state.trouble.value, state.last.value]).toEqual(['failed', NOT_FINITE, 2]);
});

it('the sentence goes with the next sampling', async () => {
  bound.steps = 0;
  await sample();
  bound.steps = 99;
  await sample();
  expect([state.phase.value, state.trouble.value]).toEqual(['done', null]);
});
