import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ModelFault } from '#runtime-node/engine/fault.ts';
import { EngineGone } from '#runtime-node/engine/gone.ts';
import { gpuFor } from '#runtime-node/engine/gpus.ts';
import type { Engine, TaskCallbacks } from '#runtime-node/engine/process.ts';
import type { EngineModel, EngineOptions, Image, SampleTask } from '#runtime-node/engine/protocol.ts';
import { type SupervisorOptions, supervise } from '#runtime-node/engine/supervisor.ts';

const MODEL = { name: 'tiny', shape: [1, 1, 1], measured: { bytes: 5, faster: 1.2 } } as unknown as EngineModel;
const PATIENCE = { timeout: 20_000 };
const soon = (check: () => void) => vi.waitFor(check, PATIENCE);

type Run = (engine: number, task: SampleTask, told: TaskCallbacks) => Promise<void>;

/** A supervisor of engines that run tasks and end: by themselves, drained or killed. */
async function begin(more: Partial<SupervisorOptions> = {}, run: Run = async () => {}) {
  const engines: (Engine & { die(reason: string): void })[] = [];
  const fail: Error[] = [];
  const start = vi.fn(async (_: EngineOptions) => {
    const error = fail.shift();
    if (error) throw error;
    let die!: (reason: string) => void;
    const ended = new Promise<string>((resolve) => {
      die = resolve;
    });
    const pid = engines.length + 1;
    const engine = {
      models: [MODEL],
      pid,
      sample: vi.fn((task: SampleTask, told: TaskCallbacks = {}) => run(pid, task, told)),
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
  const [onSteps, onCrash, onRestartFailed, onNotKept, onRunAgain] = Array.from({ length: 5 }, () => vi.fn());
  const events = { onSteps, onCrash, onRestartFailed, onNotKept, onRunAgain } as Record<
    string,
    ReturnType<typeof vi.fn>
  >;
  let copies = 0;
  const keep = vi.fn(async (options: EngineOptions) => ({
    options: { ...options, copy: `copy ${++copies}` },
    tell: (error: unknown) => error,
    holds: vi.fn(async () => false),
    drop: vi.fn(async () => {}),
  }));
  const options = { models: { tiny: 'models/tiny' }, device: 'cpu', maxBatch: 1, ...more } as const;
  const supervisor = await supervise(options, events as never, start, keep);
  onTestFinished(() => supervisor.close());
  const started = () => start.mock.calls.map(([{ copy }]) => copy);
  const crash = (engine = engines.length, reason = 'exit code 1') => engines[engine - 1]!.die(reason);
  return { engines, fail, start, started, events, keep, supervisor, crash };
}

describe('supervise', () => {
  it('throws what keeps the first engine from starting', async () => {
    const start = () => Promise.reject(new Error('no model'));
    const keep = async (options: EngineOptions) => ({ options, tell: (error: unknown) => error, drop: async () => {} });
    await expect(supervise({ models: {} } as never, {} as never, start, keep as never)).rejects.toThrow('no model');
  });

  it('starts another engine where one ends, and has none meanwhile', async () => {
    const { events, supervisor, crash } = await begin();
    const meanwhile: unknown[] = [];
    events.onCrash!.mockImplementation(() => meanwhile.push(supervisor.ready, ...supervisor.pids));
    crash(1, 'ended by SIGSEGV');
    await soon(() => expect(supervisor.pids).toEqual([2]));
    expect([meanwhile, supervisor.ready]).toEqual([[false], true]);
    expect(events.onCrash).toHaveBeenCalledExactlyOnceWith('ended by SIGSEGV', 0);
  });

  it('tries again, later and later, while starting fails: with what it had and with the folders in turn', async () => {
    const { engines, fail, events, started, keep, supervisor, crash } = await begin();
    fail.push(new Error('gone'), new Error('still gone'));
    crash();
    await soon(() => expect(engines).toHaveLength(2));
    expect(events.onRestartFailed!.mock.calls.map(([error]) => error.message)).toEqual(['gone', 'still gone']);
    expect(started()).toEqual(['copy 1', 'copy 1', 'copy 2', 'copy 1']);
    crash();
    await soon(() => expect(events.onCrash).toHaveBeenLastCalledWith('exit code 1', 500));
    const failed = new Error('no space');
    keep.mockImplementationOnce(
      async (options) => ({ options, failed, tell: (e: unknown) => e, drop: vi.fn() }) as never,
    );
    await supervisor.reload();
    expect(events.onNotKept).toHaveBeenCalledExactlyOnceWith(failed);
  });

  it('puts a fresh engine in place, which rests meanwhile, and lets the one before finish', async () => {
    const { engines, start, events, supervisor, crash } = await begin();
    await Promise.all([supervisor.reload(), supervisor.reload()]);
    expect(supervisor.pids).toEqual([3]);
    expect(engines.map(({ drain }) => vi.mocked(drain).mock.calls.length)).toEqual([1, 1, 0]);
    expect(events.onCrash).not.toHaveBeenCalled();
    crash();
    await soon(() => expect(engines).toHaveLength(4));
    expect(start.mock.calls.map(([{ rest = 0 }]) => rest > 0)).toEqual([false, true, true, false]);
  });

  it('leaves the engine in place where nothing has changed', async () => {
    const { engines, supervisor, keep } = await begin();
    const { holds } = await keep.mock.results[0]!.value;
    holds.mockResolvedValueOnce(true);
    expect([await supervisor.reload(), engines.length]).toEqual([false, 1]);
    expect([await supervisor.reload(), engines.length]).toEqual([true, 2]);
    expect(holds).toHaveBeenCalledWith({ tiny: 'models/tiny' });
  });

  it('keeps the engine of before, and its models, where the fresh one cannot be started', async () => {
    const { engines, fail, started, supervisor, keep, crash } = await begin();
    await supervisor.reload();
    fail.push(new Error('model.onnx is missing'));
    await expect(supervisor.reload()).rejects.toThrow('model.onnx is missing');
    expect(supervisor.pids).toEqual([2]);
    crash();
    await soon(() => expect(engines).toHaveLength(3));
    expect(started()).toEqual(['copy 1', 'copy 2', 'copy 3', 'copy 2']);
    const kept = await Promise.all(keep.mock.results.map(({ value }) => value));
    const drops = () => kept.map(({ drop }) => drop.mock.calls.length);
    expect(drops()).toEqual([1, 0, 1]);
    await supervisor.close();
    expect(drops()).toEqual([1, 1, 1]);
  });

  it('does not put an engine that was slow to start in the place of a reloaded one', async () => {
    const { engines, start, supervisor, crash } = await begin();
    const made = start.getMockImplementation()!;
    let go!: () => void;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    start.mockImplementationOnce(async (options) => {
      await held;
      return made(options);
    });
    crash();
    await soon(() => expect(start).toHaveBeenCalledTimes(2));
    await supervisor.reload();
    go();
    await soon(() => expect(engines[2]?.kill).toHaveBeenCalled());
    expect(supervisor.pids).toEqual([2]);
  });

  it('tells each engine what the first has measured, and starts the others after it', async () => {
    const { engines, start, supervisor, crash } = await begin({ engines: 2 });
    crash(1);
    await soon(() => expect(engines).toHaveLength(3));
    await supervisor.reload();
    expect(start.mock.calls.map(([{ measured }]) => measured)).toEqual([
      {},
      ...Array(4).fill({ tiny: MODEL.measured }),
    ]);
    expect(start.mock.calls.map(([{ place }]) => place)).toEqual([0, 1, 0, 0, 1]); // the GPU of the one that ended
  });

  it('puts the spare engine in the place of one that ends, and starts another', async () => {
    const { engines, supervisor, crash } = await begin({ spare: true });
    for (const pid of [1, 2]) {
      await soon(() => expect(engines).toHaveLength(pid + 1));
      expect(supervisor.pids).toEqual([pid]);
      crash(pid);
      await soon(() => expect(supervisor.pids).toEqual([pid + 1]));
      expect(supervisor.ready).toBe(true);
    }
  });
});

it('gpuFor gives each engine one of several GPUs, and leaves one alone', () => {
  const places = [0, 1, 2].map((place) => gpuFor(place, ['2', '5']));
  expect(places).toEqual(['2', '5', '2'].map((CUDA_VISIBLE_DEVICES) => ({ CUDA_VISIBLE_DEVICES })));
  expect([gpuFor(1, ['0']), gpuFor(1, [])]).toEqual([{}, {}]);
});

describe('supervise, what is asked', () => {
  const from = Float32Array.of(0.5, 0.25, 0.125);
  const TASK = { model: 'tiny', client: 'a', seeds: [1, 2, 3], labels: [4, 5, 6], from } as unknown as SampleTask;

  /** Each image is its seed, its label and its picture. */
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
    const { supervisor } = await begin({ engines: 2 }, async (engine, task, told) => {
      asked.push([engine, task.seeds]);
      await all(engine, task, told);
    });
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);
    expect(asked).toEqual([
      [1, [1, 3]],
      [2, [2]],
    ]);
  });

  it('runs again what an engine had not finished, and tells of each image and prediction once', async () => {
    const { supervisor, events, crash } = await begin({}, async (engine, task, told) => {
      const preview = (step: number) =>
        told.onPartial?.({ index: task.seeds.indexOf(3), step, steps: 9, image: Float32Array.of(engine) });
      preview(2);
      if (engine > 1) {
        preview(5);
        return all(engine, task, told);
      }
      give(task, 1, told);
      crash();
      throw new EngineGone('exit code 1');
    });
    const [images, previews]: [number[], number[][]] = [[], []];
    const pictures = await supervisor.sample(TASK, {
      onImage: ({ index }) => images.push(index),
      onPartial: ({ index, step, image }) => previews.push([index, step, ...image]),
    });
    expect([made(pictures), images]).toEqual([ALL, [1, 0, 2]]);
    expect(previews).toEqual([
      [2, 2, 1],
      [2, 5, 2],
    ]);
    expect(events.onRunAgain!.mock.calls).toEqual([[2]]);
  });

  it('refuses the fourth time what was in an engine each time that one ended', async () => {
    const { engines, supervisor, crash } = await begin({}, async (engine) => {
      crash(engine);
      throw new EngineGone('exit code 1');
    });
    await expect(supervisor.sample(TASK)).rejects.toThrow(EngineGone);
    expect(engines.length).toBeGreaterThanOrEqual(4);
  });

  it('runs nothing again that failed by itself, and ends its other parts', async () => {
    const fault = new ModelFault('NaN');
    const ended: unknown[] = [];
    const { supervisor, events } = await begin({ engines: 2 }, async (engine, _, { signal }) => {
      if (engine === 1) throw fault;
      await new Promise((resolve) => signal!.addEventListener('abort', resolve));
      ended.push(signal!.reason);
      throw signal!.reason;
    });
    await expect(supervisor.sample(TASK)).rejects.toBe(fault);
    expect([ended, events.onRunAgain!.mock.calls]).toEqual([[fault], []]);
  });

  it('waits for an engine, but not for one that cannot be started, nor beyond its time', async () => {
    const { engines, supervisor, fail, crash } = await begin({}, all);
    crash();
    await engines[0]!.ended;
    expect(supervisor.ready).toBe(false);
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);

    fail.push(new Error('no model'));
    crash();
    await engines[1]!.ended;
    const late = new AbortController();
    const [refused, given] = [supervisor.sample(TASK), supervisor.sample(TASK, { signal: late.signal })];
    late.abort(new Error('too late'));
    await expect(given).rejects.toThrow('too late');
    await expect(refused).rejects.toThrow(EngineGone);
    expect(made(await supervisor.sample(TASK))).toEqual(ALL);
  });

  it.each([1, 3, 4])(
    'counts %i in a row that end while they load, and gives up waiting at the fourth',
    async (ends) => {
      const { engines, supervisor, events, fail, crash } = await begin({}, all);
      fail.push(...Array.from({ length: ends }, () => new EngineGone('ended by SIGKILL')));
      crash();
      await engines[0]!.ended;
      const given = await supervisor.sample(TASK).then(made, (error: unknown) => error);
      expect(given).toEqual(ends < 4 ? ALL : new EngineGone('another could not be started'));
      const loading = Array(ends).fill('ended by SIGKILL, while it loaded the models');
      expect(events.onCrash!.mock.calls.map(([reason]) => reason)).toEqual(['exit code 1', ...loading]);
      expect(events.onRestartFailed).not.toHaveBeenCalled();
    },
  );
});
