import { describe, expect, it, vi } from 'vitest';
import { EngineGone } from '../../../runtime-node/src/engine/gone.ts';
import type { Engine } from '../../../runtime-node/src/engine/process.ts';
import { supervise } from '../../../runtime-node/src/engine/supervisor.ts';

const OPTIONS = { models: { tiny: 'models/tiny' }, device: 'cpu', maxBatch: 1 } as const;

/** Engines that do nothing but end: by themselves, drained or killed. */
function fakes() {
  const engines: (Engine & { die(reason: string): void })[] = [];
  const fail: Error[] = [];
  const start = vi.fn(async () => {
    const error = fail.shift();
    if (error) throw error;
    let die!: (reason: string) => void;
    const ended = new Promise<string>((resolve) => {
      die = resolve;
    });
    const engine = {
      ...{ models: [], pid: engines.length + 1, sample: vi.fn(), call: vi.fn(), ended, die },
      drain: vi.fn(async () => die('drained')),
      kill: vi.fn(() => die('killed')),
    };
    engines.push(engine);
    return engine;
  });
  const events = { onSteps: vi.fn(), onCrash: vi.fn(), onRestartFailed: vi.fn() };
  return { engines, fail, start, events };
}

describe('supervise', () => {
  it('throws what keeps the first engine from starting', async () => {
    const { fail, start, events } = fakes();
    fail.push(new Error('no model'));
    await expect(supervise(OPTIONS, events, start)).rejects.toThrow('no model');
  });

  it('starts another engine where one ends, and has none meanwhile', async () => {
    const { engines, start, events } = fakes();
    const supervisor = await supervise(OPTIONS, events, start);
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
    const { engines, fail, start, events } = fakes();
    const supervisor = await supervise(OPTIONS, events, start);
    fail.push(new Error('gone'), new Error('still gone'));
    engines[0]!.die('exit code 1');
    await vi.waitFor(() => expect(engines).toHaveLength(2), { timeout: 5000 });
    expect(events.onRestartFailed.mock.calls.map(([error]) => error.message)).toEqual(['gone', 'still gone']);
    engines[1]!.die('exit code 1');
    await vi.waitFor(() => expect(events.onCrash).toHaveBeenLastCalledWith('exit code 1', 500));
    await supervisor.close();
  });

  it('puts a fresh engine in place, and lets the one before finish', async () => {
    const { engines, start, events } = fakes();
    const supervisor = await supervise(OPTIONS, events, start);
    await Promise.all([supervisor.reload(), supervisor.reload()]);
    expect(supervisor.engine.pid).toBe(3);
    expect(engines.map(({ drain }) => vi.mocked(drain).mock.calls.length)).toEqual([1, 1, 0]);
    expect(events.onCrash).not.toHaveBeenCalled();
  });

  it('keeps the engine of before where the fresh one cannot be started, and reloads once it can', async () => {
    const { fail, start, events } = fakes();
    const supervisor = await supervise(OPTIONS, events, start);
    fail.push(new Error('model.onnx is missing'));
    await expect(supervisor.reload()).rejects.toThrow('model.onnx is missing');
    expect(supervisor.engine.pid).toBe(1);
    await supervisor.reload();
    expect(supervisor.engine.pid).toBe(2);
  });

  it('starts none again once it is closed', async () => {
    const { engines, start, events } = fakes();
    const supervisor = await supervise(OPTIONS, events, start);
    await supervisor.close();
    await engines[0]!.ended;
    expect(supervisor.ready).toBe(false);
    expect([start.mock.calls.length, events.onCrash.mock.calls.length]).toEqual([1, 0]);
  });
});
