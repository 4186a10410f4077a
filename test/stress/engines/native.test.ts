import type { ChildProcess } from 'node:child_process';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { describeEngine } from '#test/train/contract.ts';
import { lossesOf, missingReason, networks, planOf, startState, stepOn } from '#test/train/engines.ts';
import { createEngine, EngineError } from '#training/engines/index.ts';
import { startEngineProcess } from '#training/engines/native/host.ts';
import { nativeEnvironment } from '#training/engines/native/install.ts';
import { lastWords, saysOutOfMemory, whyNoGpu } from '#training/engines/native/reason.ts';

const plan = planOf(networks.SimpleUnet);

/** The engine's process, found among this process's handles. */
function childOf(kind: string): ChildProcess {
  const held = (process as unknown as { _getActiveHandles(): ChildProcess[] })._getActiveHandles();
  const found = held.find(({ spawnargs }) => spawnargs?.includes(kind));
  if (!found) throw new Error(`no process of ${kind} runs`);
  return found;
}

/** Either of them is enough: they differ only in the library. */
const kinds =
  (await missingReason('tfjs-node-gpu')) === undefined ? (['tfjs-node-gpu'] as const) : (['tfjs-node'] as const);

for (const kind of kinds) {
  describeEngine(kind, 'in its own process', () => {
    it('is replaced in place before its tensor handles run out, and no loss is another for it', async () => {
      const notes: string[] = [];
      const onNote = (note: string) => void notes.push(note);
      const straight = await createEngine(kind, plan.step, startState(plan));
      const losses = await lossesOf(straight, plan, 0, 12);
      await straight.dispose();
      // A step of this network takes several hundred handles, so several of the twelve pass the limit.
      const engine = await createEngine(kind, plan.step, startState(plan), { tf32: true, onNote, handleLimit: 2000 });
      expect(await lossesOf(engine, plan, 0, 12)).toEqual(losses);
      expect(await engine.countTensors!()).toBe(plan.step.state.length);
      await engine.dispose();
      expect(notes.length).toBeGreaterThanOrEqual(2);
      expect(notes.length).toBeLessThanOrEqual(6);
      expect(notes[0]).toMatch(/^Restarted tfjs-node(-gpu)? in place: its tensor handles were nearly used up/);
    });

    it('gives the same losses where it reads several at a time, also when no more steps come', async () => {
      const straight = await createEngine(kind, plan.step, startState(plan));
      const losses = await lossesOf(straight, plan, 0, 7);
      await straight.dispose();
      const engine = await createEngine(kind, plan.step, startState(plan), { tf32: true, lossEvery: 3 });
      expect(engine.depth).toBe(6);
      expect(await lossesOf(engine, plan, 0, 7)).toEqual(losses);
      expect(await engine.countTensors!()).toBe(plan.step.state.length);
      await engine.dispose();
    });

    it('reads several losses at a time of batches that are larger than what the wire holds, too', async () => {
      const { model, training } = networks.SimpleUnet;
      const large = planOf({
        ...networks.SimpleUnet,
        model: { ...model, sample_size: 64 },
        training: { ...training, batch: 16 },
      });
      const engine = await createEngine(kind, large.step, startState(large), { tf32: true, lossEvery: 3 });
      onTestFinished(() => engine.dispose());
      const order: string[] = [];
      // Losses that are read together are answered together, before the next step begins: sooner where the next batch is late.
      const steps = Array.from({ length: 6 }, (_, n) => stepOn(engine, large, n));
      await Promise.all(steps.map(async (answer) => order.push(`${(await answer).memory}`)));
      expect(new Set(order).size).toBeLessThan(6);
    });

    it('tells what became of it when it is killed', async () => {
      const engine = await createEngine(kind, plan.step, startState(plan));
      const losses = lossesOf(engine, plan, 0, 50);
      childOf(kind).kill('SIGKILL');
      await expect(losses).rejects.toThrow(/must fit the memory .* killed, most likely because memory ran out/);
      await expect(engine.readState()).rejects.toThrow(/its process ended/);
      await expect(engine.readState()).rejects.toBeInstanceOf(EngineError);
      await engine.dispose();
    });

    it('reports its own memory with every step', async () => {
      const engine = await createEngine(kind, plan.step, startState(plan));
      expect((await stepOn(engine, plan, 0)).memory).toBeGreaterThan(50 * 2 ** 20);
      await engine.dispose();
    });
  });
}

test('startEngineProcess gives up on a process that does not say it is ready', async () => {
  const install = { route: 'npm', tensorflow: '2.9.1', env: {} } as const;
  const work = startEngineProcess('tfjs-node', install, { tf32: true, limit: 1 });
  await expect(work).rejects.toThrow('it does not start within 0.001 s');
});

describe('lastWords', () => {
  const banner = [
    '2026-01-01 I tensorflow/core/util/port.cc:153] oneDNN custom operations are on. You may see errors.',
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
    'E0000 cuda_dnn.cc:8579] Unable to register cuDNN factory: Attempting to register factory twice',
    'This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations.',
    'To enable the following instructions: AVX2 AVX512F FMA, in other operations, rebuild TensorFlow.',
  ];

  it.each([
    ['', banner],
    ['F tensorflow/core/x.cc:1] Check failed: y', ['F tensorflow/core/x.cc:1] Check failed: y', ...banner, '']],
    ['corrupted double-linked list', [...banner, 'corrupted double-linked list', 'at the end']],
  ])('are %j, whatever is said at every start', (words, lines) => {
    expect(lastWords(lines.join('\n'))).toBe(words);
  });
});

describe('saysOutOfMemory', () => {
  it.each([
    [true, 'OOM when allocating tensor with shape[1024,1024,1024] and type float on /CPU:0 by allocator cpu'],
    [true, "terminate called after throwing an instance of 'std::bad_alloc'"],
    [false, 'Invalid TF_Status: 3 Message: Incompatible shapes: [2] vs. [3]'],
  ])('is %j of %j', (answer, words) => {
    expect(saysOutOfMemory(words)).toBe(answer);
  });
});

describe('nativeEnvironment', () => {
  const install = {
    route: 'pypi',
    tensorflow: '2.18.1',
    env: { LD_LIBRARY_PATH: '/v/a:/v/b', XLA_FLAGS: '--x' },
  } as const;

  it('puts the library folders in front of the ones that are set, and leaves what the user set', () => {
    const before = { ...process.env };
    try {
      Object.assign(process.env, { LD_LIBRARY_PATH: '/mine', XLA_FLAGS: '--mine' });
      const env = nativeEnvironment(install, true);
      expect(env.LD_LIBRARY_PATH).toBe('/v/a:/v/b:/mine');
      expect(env.XLA_FLAGS).toBe('--mine');
      expect(env.TF_FORCE_GPU_ALLOW_GROWTH).toBe('true');
    } finally {
      process.env = before;
    }
  });

  it('switches TensorFloat-32 off when told to', () => {
    expect(nativeEnvironment(install, true).NVIDIA_TF32_OVERRIDE).toBeUndefined();
    expect(nativeEnvironment(install, false).NVIDIA_TF32_OVERRIDE).toBe('0');
  });
});

describe('whyNoGpu', () => {
  const cudnn = ['libcudnn.so.9'];
  it.each<[string, string[], RegExp]>([
    [
      'cuda_driver.cc:152] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)',
      cudnn,
      /no NVIDIA driver \(libcuda\.so\.1/,
    ],
    [
      'gpu_device.cc:2344] Cannot dlopen some GPU libraries.',
      cudnn,
      /^the CUDA library libcudnn\.so\.9 is missing \("npx pipeline setup tfjs-node-gpu --cuda" fetches/,
    ],
    ['', ['libcudart.so.12', 'libcudnn.so.9'], /^the CUDA libraries libcudart\.so\.12, libcudnn\.so\.9 are missing/],
    ['failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected', [], /driver sees no GPU/],
    ['kernel version 535.1 does not match DSO version 550.2 -- cannot find working devices', [], /535\.1 .* 550\.2/],
    ['failed call to cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH', [], /not start \(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH\)/],
    [
      "Could not load dynamic library 'libcudnn.so.8'; dlerror: ...",
      ['libcudnn.so.9'],
      /libcudnn\.so\.8 is missing \(TensorFlow 2\.9 needs it from CUDA 11\)/,
    ],
    ['', [], /did not say why/],
  ])('finds the reason in %j, missing %j', (log, missing, reason) => {
    expect(whyNoGpu(log, missing)).toMatch(reason);
  });
});
