import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawStep } from '#scheduler/training/draw.ts';
import { lrAt } from '#scheduler/training/lr.ts';
import { emaDecayAt } from '#scheduler/training/step-scalars.ts';
import { type LoopOptions, runLoop } from '#training/run/loop.ts';
import type { TrainEngine } from '#training/step/contracts.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A loop whose engine takes `secondsPerStep` on a simulated clock. */
function fakeLoop(options: Partial<LoopOptions>, { secondsPerStep = 1, loss = (_step: number): number => 0.5 } = {}) {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now * 1000);
  const events: string[] = [];
  const rates: number[] = [];
  let steps = 0;
  const whole: LoopOptions = {
    engine: {
      name: 'fake',
      depth: 1,
      async step() {
        now += secondsPerStep;
        return { loss: loss(++steps), gradNorm: 1 };
      },
      readState: async () => new Map(),
      writeState: async () => {},
      dispose: async () => {},
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
    onStep: ({ lr }) => void rates.push(lr),
    save: async ({ step }) => void events.push(`save ${step}`),
    preview: async ({ step }) => void events.push(`preview ${step}`),
    ...options,
  };
  return { events, rates, run: () => runLoop(whole), pass: (seconds: number) => (now += seconds) };
}

/** An engine in another process: each step takes longer than the loop takes to request many. */
function distantEngine(depth: number, fails?: number) {
  const events: string[] = [];
  let asked = 0;
  let queue: Promise<unknown> = Promise.resolve();
  const turns = async () => {
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  };
  const engine: TrainEngine = {
    name: 'distant',
    depth,
    readState: async () => new Map(),
    writeState: async () => {},
    dispose: async () => {},
    step() {
      const step = ++asked;
      events.push(`ask ${step}`);
      const answer = queue.then(turns).then(() => {
        events.push(`done ${step}`);
        if (step === fails) throw new Error('the wire is cut');
        return { loss: step, gradNorm: 1 };
      });
      queue = answer.catch(() => {});
      return answer;
    },
  };
  return { engine, events };
}

describe('runLoop with an engine that takes steps ahead', () => {
  it.each([2, 3, 20])('keeps %i steps under way, and lets all of them land before it saves or draws', async (depth) => {
    const { engine, events } = distantEngine(depth);
    const lines: number[] = [];
    const { run } = fakeLoop({
      engine,
      checkpointEvery: 4,
      previewEvery: 6,
      horizon: { kind: 'steps', steps: 10 },
      onStep: ({ step, loss }) => void lines.push(step, loss),
      save: async ({ step }) => void events.push(`save ${step}`),
      preview: async ({ step }) => void events.push(`preview ${step}`),
    });
    expect((await run()).last?.step).toBe(10);
    expect(lines).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10]);
    let [under, most] = [0, 0];
    for (const event of events) {
      const [what, step] = event.split(' ');
      under += what === 'ask' ? 1 : what === 'done' ? -1 : 0;
      most = Math.max(most, under);
      if (what === 'save' || what === 'preview') expect([step, under]).toEqual([step, 0]);
    }
    expect(most).toBe(Math.min(depth, 4));
    expect(events.filter((event) => /save|preview/.test(event))).toEqual(['save 4', 'preview 6', 'save 8', 'save 10']);
  });

  it('lands what is under way when it is asked to stop, and saves that', async () => {
    const { engine, events } = distantEngine(3);
    const controller = new AbortController();
    const { run } = fakeLoop({
      engine,
      signal: controller.signal,
      horizon: { kind: 'steps', steps: 1000 },
      onStep({ step }) {
        if (step === 5) controller.abort();
      },
      save: async ({ step }) => void events.push(`save ${step}`),
    });
    const { interrupted, last } = await run();
    expect({ interrupted, step: last?.step }).toEqual({ interrupted: true, step: 7 });
    expect(events.at(-1)).toBe('save 7');
  });

  it('keeps time by the clock for the steps that are under way at its end, at the speed that was seen', async () => {
    const { engine } = distantEngine(6);
    const seen: number[] = [];
    const reserve = (secondsPerStep: number) => {
      seen.push(secondsPerStep);
      return 1;
    };
    const saved: (number | null)[] = [];
    const loop = fakeLoop({
      engine,
      horizon: { kind: 'seconds', seconds: 50, reserve },
      onStep: () => void loop.pass(1),
      save: async (_, kept) => void saved.push(kept),
    });
    const { seconds } = await loop.run();
    // Of the eight finished steps the first took no time.
    expect(seen).toEqual([7 / 8]);
    expect(saved).toEqual([1 + (5 * 7) / 8]);
    expect(seconds).toBeLessThanOrEqual(50);
  });

  it('fails with the step that failed, and saves nothing', async () => {
    const { engine, events } = distantEngine(4, 3);
    const { run } = fakeLoop({ engine, save: async () => void events.push('save') });
    await expect(run()).rejects.toThrow('the wire is cut');
    expect(events).not.toContain('save');
  });
});

describe('runLoop', () => {
  it('saves and draws when due, and saves the last step once', async () => {
    const { events, rates, run } = fakeLoop({ checkpointEvery: 2, previewEvery: 3 });
    const { interrupted, last } = await run();
    expect(events).toEqual(['save 2', 'preview 3', 'save 4', 'save 5']);
    expect(rates).toEqual([1, 0.8, 0.6, 0.4, 0.2].map((rate) => expect.closeTo(rate, 12)));
    expect({ interrupted, step: last?.step, imagesPerSecond: last?.imagesPerSecond }).toEqual({
      interrupted: false,
      step: 5,
      imagesPerSecond: 2,
    });
  });

  it('does nothing when there is nothing left to do', async () => {
    const { events, run } = fakeLoop({ start: { step: 5, seconds: 9, reserve: null } });
    expect(await run()).toMatchObject({ interrupted: false, last: undefined });
    expect(events).toEqual([]);
  });

  it('ends a run by the clock in time for its reserve, with the rate following the clock to 0', async () => {
    const horizon = { kind: 'seconds', seconds: 60, reserve: (perStep: number) => 6 * perStep } as const;
    const { events, rates, run } = fakeLoop({ horizon });
    const { last } = await run();
    expect(last?.step).toBe(54);
    expect(events).toEqual(['save 54']);
    expect(rates.at(-1)).toBeCloseTo(1 - 53 / 54, 6);
    expect([...rates].sort((a, b) => b - a)).toEqual(rates);
  });

  it('gives at most a fifth of the time to the reserve', async () => {
    const { run } = fakeLoop({ horizon: { kind: 'seconds', seconds: 50, reserve: () => 1000 } });
    expect((await run()).last?.step).toBe(40);
  });

  it('finds nothing to do in a run by the clock whose time was up', async () => {
    let saved = { seconds: 0, reserve: null as number | null };
    const horizon = { kind: 'seconds', seconds: 20.5, reserve: () => 2 } as const;
    const save = async ({ seconds }: { seconds: number }, reserve: number | null) => {
      saved = { seconds, reserve };
    };
    const { last } = await fakeLoop({ horizon, save }).run();
    const again = await fakeLoop({ horizon, start: { step: last!.step, ...saved } }).run();
    expect(again.last).toBeUndefined();
  });

  it('finishes the running step when it is asked to stop, and saves it', async () => {
    const controller = new AbortController();
    const { events, run } = fakeLoop({
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
    });
    expect(await run()).toMatchObject({ interrupted: true, last: { step: 3 } });
    expect(events).toEqual(['save 3']);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops at a loss of %s without saving it', async (bad) => {
    const loss = (step: number) => (step === 4 ? bad : 0.5);
    const { events, run } = fakeLoop({ checkpointEvery: 2, advice: () => 'Lower it.' }, { loss });
    await expect(run()).rejects.toThrow(
      `Cannot continue training: the loss of step 4 must be finite, received ${bad}. Lower it.`,
    );
    expect(events).toEqual(['save 2']);
  });
});

describe('drawStep', () => {
  it('gives the same draw for the same seed and step, whatever came before, and others else', () => {
    const draw = drawStep(5, 7, 4, 9, 100);
    drawStep(5, 6, 4, 9, 100);
    expect(drawStep(5, 7, 4, 9, 100)).toEqual(draw);
    expect(drawStep(6, 7, 4, 9, 100).noise).not.toEqual(draw.noise);
    expect(drawStep(5, 8, 4, 9, 100).timesteps).not.toEqual(draw.timesteps);
  });

  it('draws every timestep about equally often and unit noise', () => {
    const counts = new Array(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let step = 0; step < 500; step++) {
      const { noise, timesteps } = drawStep(1, step, 20, 2, 10);
      for (const t of timesteps) counts[t]++;
      for (const z of noise) {
        sum += z;
        squares += z * z;
      }
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(squares / 20_000).toBeCloseTo(1, 1);
  });
});

describe('lrAt', () => {
  const at = (schedule: 'constant' | 'linear' | 'cosine', step: number, progress: number, warmupSteps = 0) =>
    lrAt({ lr: 2, lrSchedule: schedule, warmupSteps }, step, progress);

  it('starts at the rate and ends at 0, or stays', () => {
    expect([at('cosine', 0, 0), at('cosine', 0, 0.5), at('cosine', 0, 1)]).toEqual([2, 1, 0]);
    expect([at('linear', 0, 0), at('linear', 0, 0.25), at('linear', 0, 2)]).toEqual([2, 1.5, 0]);
    expect(at('constant', 9, 1)).toBe(2);
  });

  it('rises linearly to full height at the last warm-up step', () => {
    expect([0, 1, 3, 4].map((step) => at('constant', step, 0, 4))).toEqual([0.5, 1, 2, 2]);
  });

  it('never rises after the warm-up', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        expect(at('cosine', 9, late)).toBeLessThanOrEqual(at('cosine', 9, early));
      }),
    );
  });
});

describe('emaDecayAt', () => {
  it('warms up to the decay and stays there', () => {
    expect(emaDecayAt(0, 0.99)).toBe(0.1);
    expect(emaDecayAt(8, 0.99)).toBe(0.5);
    expect(emaDecayAt(10_000, 0.99)).toBe(0.99);
    expect(emaDecayAt(0, 0.05)).toBe(0.05);
  });
});
