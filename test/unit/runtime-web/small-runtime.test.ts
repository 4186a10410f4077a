/** The small runtime, and the sampler that does without it once it has stopped. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelInfo, SampleResult, StepFrame } from '#runtime-web/loading/protocol.ts';
import type { Ort } from '#runtime-web/session/ort.ts';
import { RuntimeStopped, type SamplingWorker } from '#runtime-web/worker/client.ts';
import { smallFirst } from '#runtime-web/worker/small-first.ts';

describe('stoppable', () => {
  let module: typeof import('#runtime-web/session/small-runtime.ts');
  beforeEach(async () => {
    vi.resetModules(); // what has stopped stays so
    module = await import('#runtime-web/session/small-runtime.ts');
  });

  const session = (run: () => Promise<unknown>, release: () => Promise<void>) => ({ run, release, inputNames: ['x'] });
  const ortOf = (create: () => Promise<unknown>) =>
    ({ InferenceSession: { create }, Tensor: class {} }) as unknown as Ort;

  it('gives sessions that run as the whole one’s do', async () => {
    const release = vi.fn(async () => {});
    const made = session(async () => ({ y: 1 }), release);
    const opened = await module.stoppable(ortOf(async () => made)).InferenceSession.create('x');
    expect(opened.inputNames).toEqual(['x']);
    expect(await opened.run({})).toEqual({ y: 1 });
    await opened.release();
    expect(release).toHaveBeenCalledOnce();
    expect(module.smallRuntimeStopped()).toBe(false);
  });

  it.each([
    ['a trap', new WebAssembly.RuntimeError('unreachable')],
    ['an error of its own', new Error('failed to load model because protobuf parsing failed.')],
  ])('stops at %s, and no session of it is called again', async (_, error) => {
    const release = vi.fn(async () => {});
    const made = session(() => Promise.reject(error), release);
    const create = vi.fn(async () => made);
    const ort = module.stoppable(ortOf(create));
    const opened = await ort.InferenceSession.create('x');
    await expect(opened.run({})).rejects.toBe(error);
    expect(module.smallRuntimeStopped()).toBe(true);
    await expect(opened.release()).rejects.toThrow('stopped');
    await expect(ort.InferenceSession.create('x')).rejects.toThrow('stopped');
    expect(release).not.toHaveBeenCalled();
    expect(create).toHaveBeenCalledOnce();
  });
});

describe('smallFirst', () => {
  const SMALL = { url: 'small.wasm', bytes: 1 };
  const frame = (step: number) => ({ step }) as StepFrame;
  let started: string[];
  let asked: string[];
  /** What the small worker does once; the whole one does all. */
  let small: Partial<SamplingWorker>;

  const worker = (name: string): SamplingWorker => ({
    load: async (source) => {
      asked.push(`${name} loads ${source}`);
      return { reason: name } as ModelInfo;
    },
    sample: async (_, { onStep } = {}) => {
      asked.push(`${name} samples`);
      for (const step of [1, 2, 3]) onStep?.(frame(step));
      return { seconds: 1 } as SampleResult;
    },
    run: async () => {
      asked.push(`${name} runs`);
      return {};
    },
    devices: async () => ({ webgpu: null, wasm: { threads: 1, reason: name } }),
    dispose: () => void asked.push(`${name} ends`),
  });
  const start = () =>
    smallFirst((given) => {
      started.push(given?.url ?? 'whole');
      return given ? { ...worker('small'), ...small } : worker('whole');
    }, SMALL);
  const stop = async () => {
    throw new RuntimeStopped('stopped');
  };

  beforeEach(() => {
    [started, asked, small] = [[], [], {}];
  });

  it('stays with the small one while nothing fails, or what fails is no fault of the runtime', async () => {
    small = { run: () => Promise.reject(new RangeError('no such file')) };
    const sampler = start();
    await sampler.load('digits');
    await sampler.sample({});
    await expect(sampler.run({} as never)).rejects.toThrow(RangeError);
    sampler.dispose();
    expect(started).toEqual(['small.wasm']);
    expect(asked).toEqual(['small loads digits', 'small samples', 'small ends']);
  });

  it('loads in the whole one what the small one cannot', async () => {
    small = { load: stop };
    const sampler = start();
    expect(await sampler.load('digits')).toEqual({ reason: 'whole' });
    await sampler.sample({});
    expect(started).toEqual(['small.wasm', 'whole']);
    expect(asked).toEqual(['whole loads digits', 'whole samples']);
  });

  it('loads the model again before the whole one samples, and tells each step once', async () => {
    small = {
      sample: async (_, { onStep } = {}) => {
        onStep?.(frame(1));
        return stop();
      },
    };
    const sampler = start();
    await sampler.load('digits', { device: 'wasm' });
    const steps: number[] = [];
    await sampler.sample({}, { onStep: ({ step }) => steps.push(step) });
    await sampler.sample({});
    expect(steps).toEqual([1, 2, 3]);
    expect(asked).toEqual(['small loads digits', 'whole loads digits', 'whole samples', 'whole samples']);
  });

  it('starts one worker for all that was under way', async () => {
    small = { sample: stop, run: stop };
    const sampler = start();
    await sampler.load('digits');
    await Promise.all([sampler.sample({}), sampler.run({} as never), sampler.run({} as never)]);
    expect(started).toEqual(['small.wasm', 'whole']);
    expect(asked.filter((one) => one === 'whole runs')).toHaveLength(2);
    expect(asked.filter((one) => one === 'whole loads digits')).toHaveLength(1);
  });

  it('tries again to load the model where the connection was lost', async () => {
    small = { sample: stop };
    const sampler = smallFirst((given) => {
      if (given) return { ...worker('small'), ...small };
      const whole = worker('whole');
      const load = vi.fn(whole.load).mockRejectedValueOnce(new Error('offline'));
      return { ...whole, load };
    }, SMALL);
    await sampler.load('digits');
    await expect(sampler.sample({})).rejects.toThrow('offline');
    expect(await sampler.sample({})).toEqual({ seconds: 1 });
  });

  it('loads no model again in place of one that was asked for since', async () => {
    small = { run: stop };
    const sampler = start();
    await sampler.load('digits');
    await sampler.run({} as never);
    await sampler.load('hands');
    await sampler.sample({});
    expect(asked).toEqual(['small loads digits', 'whole runs', 'whole loads hands', 'whole samples']);
  });
});
