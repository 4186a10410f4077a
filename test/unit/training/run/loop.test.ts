import { afterEach, describe, expect, it, vi } from 'vitest';
import { lrAt } from '#scheduler/training/lr.ts';
import { type LoopOptions, runLoop } from '#training/run/loop.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A loop whose engine has many steps under way, each of which takes a second on a simulated clock. */
function fakeLoop(options: Partial<LoopOptions> = {}, { depth = 1, fails = 0, broken = {} } = {}) {
  let [now, asked] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => now * 1000);
  const events: string[] = [];
  const lines: { step: number; loss: number; lr: number }[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  /** Longer than the loop takes to request many steps. */
  const turns = async () => {
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  };
  const whole: LoopOptions = {
    engine: {
      name: 'fake',
      depth,
      readState: async () => new Map(),
      writeState: async () => {},
      dispose: async () => {},
      step() {
        const step = ++asked;
        events.push(`ask ${step}`);
        const answer = queue.then(turns).then(() => {
          now += 1;
          events.push(`done ${step}`);
          if (step === fails) throw new Error('the wire is cut');
          return { loss: step, gradNorm: 1, ...(step === 4 && broken) };
        });
        queue = answer.catch(() => {});
        return answer;
      },
    },
    step: { scalars: () => ({}) },
    batches: { position: { epoch: 0, index: 0 }, next: async () => ({ images: new Float32Array(2), epoch: 0 }) },
    conditionInputs: () => ({}),
    batch: 2,
    size: 1,
    T: 10,
    seed: 1,
    emaDecay: null,
    checkpointEvery: null,
    previewEvery: null,
    lr: { lr: 1, lrSchedule: 'linear', warmupSteps: 0 },
    start: { step: 0, seconds: 0, reserve: null },
    horizon: { kind: 'steps', steps: 5 },
    onStep: ({ step, loss, lr }) => void lines.push({ step, loss, lr }),
    save: async ({ step }) => void events.push(`save ${step}`),
    preview: async ({ step }) => void events.push(`preview ${step}`),
    ...options,
  };
  const saved = () => events.filter((event) => /save|preview/.test(event));
  return { events, saved, lines, run: () => runLoop(whole) };
}

describe('runLoop', () => {
  it.each([1, 2, 3, 20])(
    'keeps %i steps under way, and lets all of them land before it saves or draws',
    async (depth) => {
      const horizon = { kind: 'steps', steps: 10 } as const;
      const { events, saved, lines, run } = fakeLoop({ checkpointEvery: 4, previewEvery: 6, horizon }, { depth });
      expect(await run()).toMatchObject({ interrupted: false, last: { step: 10, imagesPerSecond: 2 } });
      expect(lines).toEqual(
        Array.from({ length: 10 }, (_, i) => ({ step: i + 1, loss: i + 1, lr: expect.closeTo(1 - i / 10, 12) })),
      );
      let [under, most] = [0, 0];
      for (const event of events) {
        const [what, step] = event.split(' ');
        under += what === 'ask' ? 1 : what === 'done' ? -1 : 0;
        most = Math.max(most, under);
        if (what === 'save' || what === 'preview') expect([step, under]).toEqual([step, 0]);
      }
      expect(most).toBe(Math.min(depth, 4));
      expect(saved()).toEqual(['save 4', 'preview 6', 'save 8', 'save 10']);
    },
  );

  it.each([
    [1, 5],
    [3, 7],
  ])('lands what is under way when it is asked to stop, %i steps at once, and saves that', async (depth, end) => {
    const controller = new AbortController();
    const { saved, run } = fakeLoop(
      {
        signal: controller.signal,
        horizon: { kind: 'steps', steps: 1000 },
        onStep: ({ step }) => void (step === 5 && controller.abort()),
      },
      { depth },
    );
    expect(await run()).toMatchObject({ interrupted: true, last: { step: end } });
    expect(saved()).toEqual([`save ${end}`]);
  });

  it('fails with the step that failed, and saves nothing', async () => {
    const { saved, run } = fakeLoop({}, { depth: 4, fails: 3 });
    await expect(run()).rejects.toThrow('the wire is cut');
    expect(saved()).toEqual([]);
  });

  it.each([
    [{ loss: Number.NaN }, 'the loss of step 4 must be finite, received NaN. Lower it.'],
    [{ gradNorm: Number.POSITIVE_INFINITY }, 'of step 4 must be finite, received Infinity. Lower it.'],
  ])('stops at %j without saving it', async (broken, message) => {
    const { saved, run } = fakeLoop({ checkpointEvery: 2, advice: () => 'Lower it.' }, { broken });
    await expect(run()).rejects.toThrow(message);
    expect(saved()).toEqual(['save 2']);
  });

  it('keeps time by the clock for the steps that are under way at its end, at the speed that was seen', async () => {
    const [seen, kept]: [number[], unknown[]] = [[], []];
    const reserve = (secondsPerStep: number) => {
      seen.push(secondsPerStep);
      return 1;
    };
    const horizon = { kind: 'seconds', seconds: 50, reserve } as const;
    const { run } = fakeLoop({ horizon, save: async (_, reserved) => void kept.push(reserved) }, { depth: 6 });
    expect((await run()).seconds).toBeLessThanOrEqual(50);
    expect([seen, kept]).toEqual([[1], [1 + 5]]);
  });

  it('ends a run by the clock in time for its reserve, with the rate following the clock to 0', async () => {
    const timed = (seconds: number, reserve: (perStep: number) => number) =>
      fakeLoop({ horizon: { kind: 'seconds', seconds, reserve } });
    const { lines, saved, run } = timed(60, (perStep) => 6 * perStep);
    expect((await run()).last?.step).toBe(54);
    expect(saved()).toEqual(['save 54']);
    const rates = lines.map(({ lr }) => lr);
    expect(rates.at(-1)).toBeCloseTo(1 - 53 / 54, 6);
    expect([...rates].sort((a, b) => b - a)).toEqual(rates);
    // At most a fifth of the time is for the reserve.
    expect((await timed(50, () => 1000).run()).last?.step).toBe(40);
  });

  it('finds nothing to do after its last step, nor in a run by the clock whose time was up', async () => {
    const start = { step: 5, seconds: 9, reserve: null as number | null };
    const done = fakeLoop({ start });
    expect(await done.run()).toMatchObject({ interrupted: false, last: undefined });
    expect(done.events).toEqual([]);
    const horizon = { kind: 'seconds', seconds: 20.5, reserve: () => 2 } as const;
    const save: LoopOptions['save'] = async ({ step, seconds }, reserve) =>
      void Object.assign(start, { step, seconds, reserve });
    await fakeLoop({ horizon, save }).run();
    expect((await fakeLoop({ horizon, start }).run()).last).toBeUndefined();
  });
});

describe('lrAt', () => {
  const at = (schedule: 'constant' | 'linear' | 'cosine', step: number, progress: number, warmupSteps = 0) =>
    lrAt({ lr: 2, lrSchedule: schedule, warmupSteps }, step, progress);

  it('rises to full height at the last warm-up step, and falls from the rate to 0, or stays', () => {
    expect([at('cosine', 0, 0), at('cosine', 0, 0.5), at('cosine', 0, 1)]).toEqual([2, 1, 0]);
    expect([at('linear', 0, 0), at('linear', 0, 0.25), at('linear', 0, 2)]).toEqual([2, 1.5, 0]);
    expect(at('constant', 9, 1)).toBe(2);
    expect([0, 1, 3, 4].map((step) => at('constant', step, 0, 4))).toEqual([0.5, 1, 2, 2]);
  });
});
