import { describe, expect, it, vi } from 'vitest';
import { ModelFault } from '#runtime-node/engine/fault.ts';
import { EngineGone } from '#runtime-node/engine/gone.ts';
import { gpuFor } from '#runtime-node/engine/gpus.ts';
import type { Engine, TaskCallbacks } from '#runtime-node/engine/process.ts';
import type { EngineModel, EngineOptions, Image, SampleTask } from '#runtime-node/engine/protocol.ts';
import { supervise } from '#runtime-node/engine/supervisor.ts';

const OPTIONS = { models: { tiny: 'models/tiny' }, device: 'cpu', maxBatch: 1 } as const;

/** Engines that only end: by themselves, drained or killed. */
function fakes() {
  const engines: (Engine & { die(reason: string): void })[] = [];
  const fail: Error[] = [];
  const start = vi.fn(async (_: EngineOptions) => {
    const error = fail.shift();
    if (error) throw error;
    let die!: (reason: string) => void;
    const ended = new Promise<string>((resolve) => {
      die = resolve;
    });
    const engine = {
      models: [],
      pid: engines.length + 1,
      sample: vi.fn(),
      call: vi.fn(),
      table: vi.fn(),
      ended,
      die,
      drain: vi.fn(async () => die('drained')),
      kill: vi.fn(() => die('killed')),
    };
    engines.push(engine);
    return engine;
  });
  const events = {
    onSteps: vi.fn(),
    onCrash: vi.fn(),
    onRestartFailed: vi.fn(),
    onNotKept: vi.fn(),
    onRunAgain: vi.fn(),
  };
  const kept: EngineOptions[] = [];
  const keep = vi.fn(async (options: EngineOptions) => {
    const own = { ...options, copy: `copy ${kept.length + 1}` };
    kept.push(own);
    const holds = vi.fn(async () => false);
    return { options: own, tell: (error: unknown) => error, holds, drop: vi.fn(async () => {}) };
  });
  return { engines, fail, start, events, keep };
}

describe('supervise', () => {
  it('throws what keeps the first engine from starting', async () => {
    const { fail, start, events, keep } = fakes();
    fail.push(new Error('no model'));
    await expect(supervise(OPTIONS, events, start, keep)).rejects.toThrow('no model');
  });

  it('starts another engine where one ends, and has none meanwhile', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    const meanwhile: unknown[] = [];
    events.onCrash.mockImplementation(() => {
      meanwhile.push(supervisor.ready);
      expect(supervisor.pids).toEqual([]);
    });
    engines[0]!.die('ended by SIGSEGV');
    await vi.waitFor(() => expect(events.onCrash).toHaveBeenCalledExactlyOnceWith('ended by SIGSEGV', 0));
    expect(meanwhile).toEqual([false]);
    await vi.waitFor(() => expect(supervisor.pids[0]).toBe(2));
    expect(supervisor.ready).toBe(true);
  });

  it('tries again, later and later, while starting fails', async () => {
    const { engines, fail, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    fail.push(new Error('gone'), new Error('still gone'));
    engines[0]!.die('exit code 1');
    await vi.waitFor(() => expect(engines).toHaveLength(2), { timeout: 5000 });
    expect(events.onRestartFailed.mock.calls.map(([error]) => error.message)).toEqual(['gone', 'still gone']);
    engines[1]!.die('exit code 1');
    await vi.waitFor(() => expect(events.onCrash).toHaveBeenLastCalledWith('exit code 1', 500));
    await supervisor.close();
  });

  it('puts a fresh engine in place, and lets the one before finish', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    await Promise.all([supervisor.reload(), supervisor.reload()]);
    expect(supervisor.pids[0]).toBe(3);
    expect(engines.map(({ drain }) => vi.mocked(drain).mock.calls.length)).toEqual([1, 1, 0]);
    expect(events.onCrash).not.toHaveBeenCalled();
  });

  it('has a fresh engine rest while another serves, and hurry where none does', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    await supervisor.reload();
    engines[1]!.die('exit code 1');
    await vi.waitFor(() => expect(engines).toHaveLength(3));
    const rests = start.mock.calls.map(([{ rest }]) => rest ?? 0);
    expect(rests).toEqual([0, expect.any(Number), 0]);
    expect(rests[1]).toBeGreaterThan(0);
  });

  it('leaves the engine in place where nothing has changed', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    const { holds } = await keep.mock.results[0]!.value;
    holds.mockResolvedValueOnce(true);
    expect([await supervisor.reload(), engines.length]).toEqual([false, 1]);
    expect([await supervisor.reload(), engines.length]).toEqual([true, 2]);
    expect(holds).toHaveBeenCalledWith(OPTIONS.models);
  });

  it('keeps the engine of before where the fresh one cannot be started, and reloads once it can', async () => {
    const { fail, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    fail.push(new Error('model.onnx is missing'));
    await expect(supervisor.reload()).rejects.toThrow('model.onnx is missing');
    expect(supervisor.pids[0]).toBe(1);
    await supervisor.reload();
    expect(supervisor.pids[0]).toBe(2);
  });

  it('starts none again once it is closed', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    await supervisor.close();
    await engines[0]!.ended;
    expect(supervisor.ready).toBe(false);
    expect([start.mock.calls.length, events.onCrash.mock.calls.length]).toEqual([1, 0]);
  });

  const started = ({ mock }: ReturnType<typeof fakes>['start']) => mock.calls.map(([{ copy }]) => copy);

  it('starts again with the models that it had, after a reload that failed too', async () => {
    const { engines, fail, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    await supervisor.reload();
    fail.push(new Error('broken'));
    await expect(supervisor.reload()).rejects.toThrow('broken');
    engines[1]!.die('exit code 1');
    await vi.waitFor(() => expect(engines).toHaveLength(3));
    expect(started(start)).toEqual(['copy 1', 'copy 2', 'copy 3', 'copy 2']);
    const drops = await Promise.all(keep.mock.results.map(({ value }) => value));
    expect(drops.map(({ drop }) => drop.mock.calls.length)).toEqual([1, 0, 1]);
    await supervisor.close();
    expect(drops[1]!.drop).toHaveBeenCalledTimes(1);
  });

  it('turns to the folders where what it had is gone, and tells where nothing is kept', async () => {
    const { engines, fail, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    fail.push(new Error('the copy is gone'));
    engines[0]!.die('exit code 1');
    await vi.waitFor(() => expect(engines).toHaveLength(2), { timeout: 5000 });
    expect(started(start)).toEqual(['copy 1', 'copy 1', 'copy 2']);
    const failed = new Error('no space');
    keep.mockImplementationOnce(
      async (options) => ({ options, failed, tell: (e: unknown) => e, drop: vi.fn() }) as never,
    );
    await supervisor.reload();
    expect(events.onNotKept).toHaveBeenCalledExactlyOnceWith(failed);
    await supervisor.close();
  });

  it('does not put an engine that was slow to start in the place of a reloaded one', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    const made = start.getMockImplementation()!;
    let go!: () => void;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    start.mockImplementationOnce(async (options) => {
      await held;
      return made(options);
    });
    engines[0]!.die('exit code 1');
    await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(2));
    await supervisor.reload();
    expect(supervisor.pids[0]).toBe(2);
    go();
    await vi.waitFor(() => expect(engines[2]?.kill).toHaveBeenCalled());
    expect(supervisor.pids[0]).toBe(2);
    await supervisor.close();
  });

  it('tells each engine what the first has measured, and starts the others after it', async () => {
    const { engines, start, events, keep } = fakes();
    const measured = { bytes: 5, faster: 1.2 };
    const made = start.getMockImplementation()!;
    start.mockImplementation(async (options) => {
      const engine = await made(options);
      return Object.assign(engine, { models: [{ name: 'tiny', measured }] });
    });
    const supervisor = await supervise({ ...OPTIONS, engines: 2 }, events, start, keep);
    engines[0]!.die('ended by SIGSEGV');
    await vi.waitFor(() => expect(engines).toHaveLength(3));
    await supervisor.reload();
    const told = start.mock.calls.map(([options]) => options.measured);
    expect(told).toEqual([{}, ...Array(4).fill({ tiny: measured })]);
    expect(start.mock.calls.map(([{ place }]) => place)).toEqual([0, 1, 0, 0, 1]); // the GPU of the one that ended
    await supervisor.close();
  });

  it('puts the spare engine in the place of one that ends, and starts another', async () => {
    const { engines, start, events, keep } = fakes();
    const supervisor = await supervise({ ...OPTIONS, spare: true }, events, start, keep);
    expect(supervisor.pids).toEqual([1]);
    engines[0]!.die('ended by SIGSEGV');
    await vi.waitFor(() => expect(supervisor.pids).toEqual([2]));
    expect(supervisor.ready).toBe(true);
    await vi.waitFor(() => expect(engines).toHaveLength(3));
    engines[1]!.die('ended by SIGSEGV');
    await vi.waitFor(() => expect(supervisor.pids).toEqual([3]));
    await supervisor.close();
  });
});

describe('gpuFor', () => {
  it('gives each engine one of several GPUs, and leaves one alone', () => {
    expect([0, 1, 2].map((place) => gpuFor(place, ['2', '5']))).toEqual(
      ['2', '5', '2'].map((CUDA_VISIBLE_DEVICES) => ({ CUDA_VISIBLE_DEVICES })),
    );
    expect([gpuFor(1, ['0']), gpuFor(1, [])]).toEqual([{}, {}]);
  });
});

describe('supervise, what is asked', () => {
  const MODEL = { name: 'tiny', shape: [1, 1, 1] } as unknown as EngineModel;
  const from = Float32Array.of(0.5, 0.25, 0.125);
  const TASK = { model: 'tiny', client: 'a', seeds: [1, 2, 3], labels: [4, 5, 6], from } as unknown as SampleTask;

  type Run = (engine: number, task: SampleTask, told: TaskCallbacks) => Promise<void>;

  /** Engines that run tasks. Each image is its seed, its label and its picture. */
  async function running(options: object, run: Run) {
    const { engines, start, events, keep, fail } = fakes();
    const made = start.getMockImplementation()!;
    start.mockImplementation(async (given) => {
      const engine = await made(given);
      const sample = vi.fn((task: SampleTask, told: TaskCallbacks = {}) => run(engine.pid, task, told));
      return Object.assign(engine, { models: [MODEL], sample });
    });
    return { engines, events, fail, supervisor: await supervise({ ...OPTIONS, ...options }, events, start, keep) };
  }
  const give = ({ seeds, labels, from: start }: SampleTask, index: number, told: TaskCallbacks) =>
    told.onImage?.({
      index,
      image: Float32Array.of(seeds[index] as number, labels![index]!, start![start!.length === 1 ? 0 : index]!),
      waited: 0,
      took: 0,
    });
  const all: Run = async (_, task, told) => {
    for (const index of task.seeds.keys()) give(task, index, told);
  };
  const made = (images: readonly Image[]) => images.map(({ index, image }) => [index, ...image]);
  const ALL = [
    [0, 1, 4, 0.5],
    [1, 2, 5, 0.25],
    [2, 3, 6, 0.125],
  ];

  it('spreads over the engines that have least to do', async () => {
    const asked: [number, readonly unknown[]][] = [];
    const { supervisor } = await running({ engines: 2 }, async (engine, task, told) => {
      asked.push([engine, task.seeds]);
      await all(engine, task, told);
    });
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);
    expect(asked).toEqual([
      [1, [1, 3]],
      [2, [2]],
    ]);
    await supervisor.close();
  });

  it('runs again what an engine had not finished, and tells of each image and prediction once', async () => {
    const { engines, supervisor, events } = await running({}, async (engine, task, told) => {
      const preview = (step: number) =>
        told.onPartial?.({ index: task.seeds.indexOf(3), step, steps: 9, image: Float32Array.of(engine) });
      preview(2);
      if (engine > 1) {
        preview(5);
        return all(engine, task, told);
      }
      give(task, 1, told);
      engines[0]!.die('ended by SIGKILL');
      throw new EngineGone('ended by SIGKILL');
    });
    const [images, previews]: [number[], number[][]] = [[], []];
    const pictures = await supervisor.sample(TASK, {
      onImage: ({ index }) => images.push(index),
      onPartial: ({ index, step, image }) => previews.push([index, step, ...image]),
    });
    expect(made(pictures)).toEqual(ALL);
    expect(images).toEqual([1, 0, 2]);
    expect(previews).toEqual([
      [2, 2, 1],
      [2, 5, 2],
    ]);
    expect(events.onRunAgain.mock.calls).toEqual([[2]]);
    await supervisor.close();
  });

  it('refuses the fourth time what was in an engine each time that one ended', async () => {
    const { engines, supervisor } = await running({}, async (engine) => {
      engines[engine - 1]!.die('ended by SIGSEGV');
      throw new EngineGone('ended by SIGSEGV');
    });
    await expect(supervisor.sample(TASK)).rejects.toThrow(EngineGone);
    expect(engines.length).toBeGreaterThanOrEqual(4);
    await supervisor.close();
  });

  it('runs nothing again that failed by itself, and ends its other parts', async () => {
    const fault = new ModelFault('NaN');
    let ended: unknown;
    const { supervisor, events } = await running({ engines: 2 }, (engine, _, { signal }) =>
      engine === 1
        ? Promise.reject(fault)
        : new Promise((_, reject) => {
            signal!.addEventListener('abort', () => {
              ended = signal!.reason;
              reject(ended);
            });
          }),
    );
    await expect(supervisor.sample(TASK)).rejects.toBe(fault);
    expect([ended, events.onRunAgain.mock.calls]).toEqual([fault, []]);
    await supervisor.close();
  });

  it('waits for an engine, but not for one that cannot be started, nor beyond its time', async () => {
    const { engines, supervisor, fail } = await running({}, all);
    engines[0]!.die('ended by SIGSEGV');
    await engines[0]!.ended;
    expect(supervisor.ready).toBe(false);
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);

    fail.push(new Error('no model'));
    engines[1]!.die('ended by SIGSEGV');
    await engines[1]!.ended;
    const late = new AbortController();
    const [refused, given] = [supervisor.sample(TASK), supervisor.sample(TASK, { signal: late.signal })];
    late.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    await expect(refused).rejects.toThrow(EngineGone);
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);
    await supervisor.close();
  });
});
