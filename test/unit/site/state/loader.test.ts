import { signal } from '@preact/signals';
import { describe, expect, test, vi } from 'vitest';
import type { ModelInfo } from '#runtime-web/loading/protocol.ts';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import { createLoader, type Loaded, legibly, sentence } from '#site/state/loader.ts';
import type { ModelEntry } from '#site/state/models.ts';

const made = { note: '', shape: [1, 8, 8] } as const;
const entry = (id: string): ModelEntry => ({ id, title: id, ...made, url: `https://example.org/${id}`, own: false });
const info = (device: 'webgpu' | 'wasm') => ({ device, threads: 1, reason: '' }) as ModelInfo;

/** A sampler whose loads end when the test says so. */
function fakeSampler() {
  const calls: {
    source: Parameters<SamplingWorker['load']>[0];
    options: NonNullable<Parameters<SamplingWorker['load']>[1]>;
    done: (info: ModelInfo) => void;
    failed: (error: Error) => void;
  }[] = [];
  const load: SamplingWorker['load'] = (source, options = {}) =>
    new Promise((done, failed) => {
      calls.push({ source, options, done, failed });
      options.signal?.addEventListener('abort', () => failed(options.signal!.reason));
    });
  const loaded = signal<Loaded>({ state: 'none' });
  return { calls, loaded, use: createLoader({ load }, loaded) };
}

const digits = entry('digits');
const hands = entry('hands');

describe('createLoader', () => {
  test('tells the progress, then what was loaded', async () => {
    const { calls, loaded, use } = fakeSampler();
    const ready = use(digits, 'auto');
    expect(loaded.value.state).toBe('loading');
    expect(calls[0]!.source).toEqual({ kind: 'url', url: 'https://example.org/digits' });
    expect(calls[0]!.options.device).toBe('auto');
    calls[0]!.options.onProgress!({ stage: 'model', loaded: 5, total: 10 });
    expect(loaded.value).toEqual({ state: 'loading', progress: { stage: 'model', loaded: 5, total: 10 } });
    calls[0]!.done(info('wasm'));
    expect(await ready).toEqual(info('wasm'));
    expect(loaded.value).toEqual({ state: 'ready', info: info('wasm') });
  });

  test('loads once for all who ask for the same, before and after it is there', async () => {
    const { calls, use } = fakeSampler();
    const both = [use(digits, 'auto'), use(digits, 'auto')];
    calls[0]!.done(info('wasm'));
    await Promise.all(both);
    await use(digits, 'auto');
    expect(calls).toHaveLength(1);
  });

  test('starts a model that waits once another asks for it without waiting', async () => {
    const { calls, use } = fakeSampler();
    const never = new Promise<never>(() => {});
    void use(digits, 'auto', never);
    let started = false;
    void calls[0]!.options.after!.then(() => (started = true));
    void use(digits, 'auto', never);
    await new Promise((resolve) => setTimeout(resolve));
    expect(started).toBe(false);
    void use(digits, 'auto');
    await vi.waitFor(() => expect(started).toBe(true));
    expect(calls).toHaveLength(1);
  });

  test('loads anew for another device', async () => {
    const { calls, use } = fakeSampler();
    const first = use(digits, 'auto');
    calls[0]!.done(info('webgpu'));
    await first;
    const second = use(digits, 'wasm');
    calls[1]!.done(info('wasm'));
    expect((await second).device).toBe('wasm');
  });

  test('ends the load under way when another model is asked for, and does not show its end', async () => {
    const { calls, loaded, use } = fakeSampler();
    const first = use(digits, 'auto');
    const second = use(hands, 'auto');
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(loaded.value.state).toBe('loading');
    calls[0]!.options.onProgress!({ stage: 'session', loaded: 1, total: 1 });
    expect(loaded.value).toMatchObject({ progress: { stage: 'runtime' } });
    calls[1]!.done(info('wasm'));
    await second;
    expect(loaded.value.state).toBe('ready');
  });

  test('does not take a load for good that ended as it was given up', async () => {
    const { calls, loaded, use } = fakeSampler();
    const first = use(digits, 'auto');
    calls[0]!.done(info('wasm'));
    const second = use(hands, 'auto');
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(loaded.value.state).toBe('loading');
    calls[1]!.done(info('wasm'));
    await second;
  });

  test('tells a failure to the page and to who asked, and tries again when asked again', async () => {
    const { calls, loaded, use } = fakeSampler();
    const first = use(digits, 'auto');
    calls[0]!.failed(new Error('Cannot load the model: it must be there, received status 404.'));
    await expect(first).rejects.toThrow('status 404');
    expect(loaded.value).toEqual({
      state: 'failed',
      message: 'Cannot load the model: it must be there, received status 404.',
    });
    const again = use(digits, 'auto');
    calls[1]!.done(info('wasm'));
    await again;
    expect(loaded.value.state).toBe('ready');
  });

  test('gives files as files', () => {
    const { calls, use } = fakeSampler();
    const files = { 'unet/model.onnx': new Blob(['x']) };
    void use({ id: 'own-1', title: 'Mine', ...made, files, own: true }, 'wasm');
    expect(calls[0]!.source).toEqual({ kind: 'files', files });
  });
});

describe('sentence', () => {
  test('has words where an error has none', () => {
    expect(sentence(new Error('It broke.'))).toBe('It broke.');
    expect(sentence('cut off')).toBe('cut off');
    expect(sentence(new Error(''))).toMatch(/did not say/);
  });
});

describe('legibly', () => {
  test('passes on the first and the last sign of a stage, and a new stage at once', () => {
    vi.useFakeTimers({ now: 1000 });
    const told: unknown[] = [];
    const tell = legibly((progress) => told.push(progress));
    const model = (loaded: number) => ({ stage: 'model', loaded, total: 10 }) as const;
    for (const loaded of [1, 2, 3]) tell(model(loaded));
    expect(told).toEqual([model(1)]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([model(1), model(3)]);
    tell(model(4));
    tell(model(5));
    tell({ stage: 'runtime' } as never);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([model(1), model(3), model(4), { stage: 'runtime' }]);
    vi.useRealTimers();
  });
});
