import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createRuntimes } from '#runtime-web/loading/runtimes.ts';
import { loadOrt, type Ort, type OrtOptions } from '#runtime-web/session/ort.ts';

vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: vi.fn() }));

const WASM = { device: 'wasm', threads: 2, reason: 'WebAssembly.' } as const;
const asked = vi.mocked(loadOrt);
/** Of the last call: what it was given, and its end. */
let last: { options: OrtOptions; resolve: (ort: Ort) => void; reject: (error: Error) => void };

beforeEach(() => {
  asked.mockReset().mockImplementation(
    (_, options) =>
      new Promise((resolve, reject) => {
        last = { options, resolve, reject };
      }),
  );
});

describe('createRuntimes', () => {
  it('downloads once, before it is asked for, and tells no progress until then', async () => {
    const told: unknown[] = [];
    const runtimes = createRuntimes({ onProgress: (...progress) => told.push(progress) });
    runtimes.begin(WASM);
    last.options.onProgress?.(10, 100);
    last.options.onProgress?.(40, 100);
    expect(told).toEqual([]);
    const loading = runtimes.load(WASM);
    expect(told).toEqual([[40, 100]]);
    last.options.onProgress?.(100, 100);
    expect(told).toEqual([
      [40, 100],
      [100, 100],
    ]);
    const ort = {} as Ort;
    last.resolve(ort);
    expect(await loading).toBe(ort);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('downloads another for another device', async () => {
    const runtimes = createRuntimes({});
    runtimes.begin({ ...WASM, device: 'webgpu' });
    const first = last;
    const loading = runtimes.load(WASM);
    expect(asked).toHaveBeenCalledTimes(2);
    const ort = {} as Ort;
    last.resolve(ort);
    expect(await loading).toBe(ort);
    expect(first.options.signal!.aborted).toBe(false);
  });

  it('stops where there is no network for it, and with its signal; an early failure is told when it is asked for', async () => {
    const runtimes = createRuntimes({});
    runtimes.begin(WASM);
    const { signal } = last.options;
    runtimes.stop();
    expect(signal!.aborted).toBe(true);

    const leave = new AbortController();
    createRuntimes({ signal: leave.signal }).begin(WASM);
    leave.abort(new Error('left'));
    expect(last.options.signal!.reason).toEqual(new Error('left'));

    const failing = createRuntimes({});
    failing.begin(WASM);
    last.reject(new Error('no line'));
    await new Promise((resolve) => setTimeout(resolve)); // unhandled rejections would end the test
    await expect(failing.load(WASM)).rejects.toThrow('no line');
  });
});
