import { describe, expect, it, vi } from 'vitest';
import { EngineGone } from '#runtime-node/engine/gone.ts';
import type { Engine } from '#runtime-node/engine/process.ts';
import type { EngineOptions } from '#runtime-node/engine/protocol.ts';
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
      ended,
      die,
      drain: vi.fn(async () => die('drained')),
      kill: vi.fn(() => die('killed')),
    };
    engines.push(engine);
    return engine;
  });
  const events = { onSteps: vi.fn(), onCrash: vi.fn(), onRestartFailed: vi.fn(), onNotKept: vi.fn() };
  const kept: EngineOptions[] = [];
  const keep = vi.fn(async (options: EngineOptions) => {
    const own = { ...options, copy: `copy ${kept.length + 1}` };
    kept.push(own);
    return { options: own, tell: (error: unknown) => error, drop: vi.fn(async () => {}) };
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
      expect(() => supervisor.engine).toThrow(EngineGone);
    });
    engines[0]!.die('ended by SIGSEGV');
    await vi.waitFor(() => expect(events.onCrash).toHaveBeenCalledExactlyOnceWith('ended by SIGSEGV', 0));
    expect(meanwhile).toEqual([false]);
    await vi.waitFor(() => expect(supervisor.engine.pid).toBe(2));
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
    expect(supervisor.engine.pid).toBe(3);
    expect(engines.map(({ drain }) => vi.mocked(drain).mock.calls.length)).toEqual([1, 1, 0]);
    expect(events.onCrash).not.toHaveBeenCalled();
  });

  it('keeps the engine of before where the fresh one cannot be started, and reloads once it can', async () => {
    const { fail, start, events, keep } = fakes();
    const supervisor = await supervise(OPTIONS, events, start, keep);
    fail.push(new Error('model.onnx is missing'));
    await expect(supervisor.reload()).rejects.toThrow('model.onnx is missing');
    expect(supervisor.engine.pid).toBe(1);
    await supervisor.reload();
    expect(supervisor.engine.pid).toBe(2);
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
    expect(supervisor.engine.pid).toBe(2);
    go();
    await vi.waitFor(() => expect(engines[2]?.kill).toHaveBeenCalled());
    expect(supervisor.engine.pid).toBe(2);
    await supervisor.close();
  });
});
