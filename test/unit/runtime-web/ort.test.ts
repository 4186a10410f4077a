import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DownloadOptions, download } from '#runtime-web/session/download.ts';

/** Downloads, in turn: what they were given, and their ends. */
const begun: { options: DownloadOptions; arrive: () => void; fail: (error: Error) => void }[] = [];
vi.mock('#runtime-web/session/download.ts', () => ({
  download: ((_, options) =>
    new Promise((resolve, reject) => {
      begun.push({ options, arrive: () => resolve(new Uint8Array(8)), fail: reject });
    })) satisfies typeof download,
}));
vi.mock('onnxruntime-web/wasm', () => ({ env: { wasm: {} }, InferenceSession: {} }));

const WASM = { device: 'wasm', threads: 2, reason: 'WebAssembly.' } as const;
let loadOrt: typeof import('#runtime-web/session/ort.ts').loadOrt;

beforeEach(async () => {
  begun.length = 0;
  vi.resetModules();
  ({ loadOrt } = await import('#runtime-web/session/ort.ts'));
});

describe('loadOrt', () => {
  it('downloads once for all who ask meanwhile; who comes late hears how far it is', async () => {
    const told: unknown[] = [];
    const early = loadOrt(WASM, {});
    begun[0]!.options.onProgress!(40, 100);
    const late = loadOrt(WASM, { onProgress: (...progress) => told.push(progress) });
    begun[0]!.options.onProgress!(100, 100);
    begun[0]!.arrive();
    expect(await late).toBe(await early);
    expect(await loadOrt(WASM, {})).toBe(await early);
    expect(told).toEqual([
      [40, 100],
      [100, 100],
    ]);
    expect(begun).toHaveLength(1);
    expect((await early).env.wasm.numThreads).toBe(2);
  });

  it('goes on for the others when one leaves', async () => {
    const leave = new AbortController();
    const leaving = loadOrt(WASM, { signal: leave.signal });
    const staying = loadOrt(WASM, {});
    leave.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    begun[0]!.arrive();
    await staying;
    await expect(loadOrt(WASM, { signal: leave.signal })).resolves.toBe(await staying);
  });

  it('tells a failure to all, and begins anew for the next', async () => {
    const [one, other] = [loadOrt(WASM, {}), loadOrt(WASM, {})];
    begun[0]!.fail(new Error('no line'));
    await expect(one).rejects.toThrow('no line');
    await expect(other).rejects.toThrow('no line');
    const again = loadOrt(WASM, {});
    begun[1]!.arrive();
    await again;
  });
});
