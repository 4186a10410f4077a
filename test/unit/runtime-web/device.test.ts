import { InputError } from '@onnoise/scheduler/rules';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseDevice, inspectDevices } from '#runtime-web/session/device.ts';

afterEach(() => vi.unstubAllGlobals());

interface Page {
  cores?: number;
  isolated?: boolean;
  /** undefined: no WebGPU; null: no adapter. */
  adapter?: Partial<GPUAdapterInfo> | null;
  secure?: boolean;
}

function page({ cores = 2, isolated = true, adapter, secure = true }: Page): void {
  const gpu = adapter !== undefined && { requestAdapter: async () => adapter && { info: adapter } };
  vi.stubGlobal('navigator', { hardwareConcurrency: cores, ...(gpu && { gpu }) });
  vi.stubGlobal('crossOriginIsolated', isolated);
  vi.stubGlobal('isSecureContext', secure);
}

const HARDWARE = { vendor: 'acme', architecture: 'one' };
const SOFTWARE = { vendor: 'google', architecture: 'swiftshader' };

describe('chooseDevice', () => {
  it.each<[Page, 'auto' | 'webgpu' | 'wasm', 'webgpu' | 'wasm', number, RegExp]>([
    [{ adapter: HARDWARE }, 'auto', 'webgpu', 1, /^The browser has a WebGPU adapter \(acme one\)\.$/],
    [{ adapter: HARDWARE }, 'wasm', 'wasm', 2, /^WebAssembly was chosen\. WebAssembly has 2 threads/],
    [{ adapter: SOFTWARE }, 'auto', 'wasm', 2, /^The only WebGPU adapter is software \(google swiftshader\)\. WebAsse/],
    [{ adapter: SOFTWARE }, 'webgpu', 'webgpu', 1, /^WebGPU was chosen \(google swiftshader\)\.$/],
    [{ adapter: { ...HARDWARE, isFallbackAdapter: true } }, 'auto', 'wasm', 2, /software/],
    [{ adapter: null }, 'auto', 'wasm', 2, /^The browser has WebGPU, but found no adapter for it\. WebAssembly/],
    [
      {},
      'auto',
      'wasm',
      2,
      /^The browser has no WebGPU\. WebAssembly has 2 threads because the page is cross-origin isolated\.$/,
    ],
    [
      { secure: false, isolated: false },
      'auto',
      'wasm',
      1,
      /^WebGPU needs https or localhost.* one thread because .* not /,
    ],
  ])('with %j takes for %s: %s', async (given, wanted, device, threads, reason) => {
    page(given);
    const choice = await chooseDevice(wanted);
    expect(choice).toMatchObject({ device, threads });
    expect(choice.reason).toMatch(reason);
  });

  it('takes one thread where an isolated page has no memory to share, as in some WebKits', async () => {
    page({ cores: 4 });
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const { threads, reason } = await chooseDevice('wasm');
    expect([threads, reason]).toEqual([
      1,
      'WebAssembly was chosen. WebAssembly has one thread because the browser shares no memory.',
    ]);
  });

  it('takes every core of a small processor and half the threads of a large one', async () => {
    const threads = new Map<number, number>();
    for (const cores of [1, 2, 4, 6, 8, 12, 16, 64]) {
      page({ cores });
      threads.set(cores, (await chooseDevice('wasm')).threads);
    }
    expect([...threads.values()]).toEqual([1, 2, 4, 4, 4, 6, 8, 8]);
  });

  it('refuses WebGPU where there is none, and a name that is no device', async () => {
    page({ adapter: null });
    const refused = chooseDevice('webgpu');
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow('received "webgpu". The browser has WebGPU, but found no adapter for it.');
    await expect(chooseDevice('gpu' as 'webgpu')).rejects.toThrow('device must be one of auto, webgpu, wasm');
  });
});

describe('inspectDevices', () => {
  it('says null of a device that can be used, be it software, and why not of another', async () => {
    page({ adapter: SOFTWARE });
    expect(await inspectDevices()).toMatchObject({ webgpu: null, wasm: { threads: 2 } });
    page({ isolated: false });
    expect(await inspectDevices()).toMatchObject({ webgpu: 'The browser has no WebGPU.', wasm: { threads: 1 } });
  });
});
