import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import { describeDevice, describeProgress, formatMegabytes } from '#site/components/model-words.ts';
import { recall, remember } from '#site/state/memory.ts';
import { nextOwnId, shippedEntry } from '#site/state/models.ts';
import { fromBytes, paint, toBytes } from '#site/state/pixels.ts';
import { lazySamplingWorker } from '#site/state/worker/lazy.ts';
import { stubStorage } from '#test/kept.ts';

afterEach(() => vi.unstubAllGlobals());

describe('shippedEntry', () => {
  test('makes addresses whole, from whatever folder the page is served', () => {
    const line = {
      id: 'digits',
      title: 'Digits',
      note: '',
      shape: [1, 28, 28] as const,
      url: 'models/digits',
      bytes: 4,
      pictures: 'assets/real-28.json',
    };
    const entry = shippedEntry(line, 'https://example.org/a/b/index.html');
    expect(entry.url).toBe('https://example.org/a/b/models/digits');
    expect(entry.pictures).toBe('https://example.org/a/b/assets/real-28.json');
    expect(entry.own).toBe(false);
  });
});

describe('nextOwnId', () => {
  test('is never that of another model', () => {
    const model = (id: string) => ({ id, title: '', note: '', shape: [1, 8, 8] as const, own: true });
    expect(nextOwnId([])).toBe('own-1');
    expect(nextOwnId(['digits', 'own-1', 'own-3'].map(model))).toBe('own-2');
  });
});

describe('recall', () => {
  const CHOICES = ['auto', 'wasm'] as const;

  test('gives what was kept, unless it is none of the choices', () => {
    stubStorage('localStorage');
    expect(recall('device', CHOICES, 'auto')).toBe('auto');
    remember('device', 'wasm');
    expect(recall('device', CHOICES, 'auto')).toBe('wasm');
    remember('device', 'abacus');
    expect(recall('device', CHOICES, 'auto')).toBe('auto');
  });

  test('does without a storage that refuses', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    expect(() => remember('device', 'wasm')).not.toThrow();
    expect(recall('device', CHOICES, 'auto')).toBe('auto');
  });
});

describe('toBytes', () => {
  test('brings every byte of a real picture back', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect([...toBytes(fromBytes(all))]).toEqual([...all]);
  });

  test('maps -1 to 0 and 1 to 255, rounds, and cuts what is beyond', () => {
    expect([...toBytes(Float32Array.of(-9, -1, -0.5, 0, 1, 3))]).toEqual([0, 0, 64, 128, 255, 255]);
  });
});

describe('paint', () => {
  test('spreads gray over three colours', () => {
    const out = new Uint8ClampedArray(8);
    paint([7, 200], [1, 1, 2], out);
    expect([...out]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
  });

  test('interleaves planes of colour', () => {
    const out = new Uint8ClampedArray(8);
    paint([1, 2, 3, 4, 5, 6], [3, 1, 2], out);
    expect([...out]).toEqual([1, 3, 5, 255, 2, 4, 6, 255]);
  });

  test('shows the first of two channels, and refuses other sizes', () => {
    const out = new Uint8ClampedArray(4);
    paint([7, 2], [2, 1, 1], out);
    expect([...out]).toEqual([7, 7, 7, 255]);
    expect(() => paint([1], [1, 1, 2], new Uint8ClampedArray(8))).toThrow(/pixels must be 2 bytes, received 1/);
  });
});

describe('describeProgress', () => {
  test('has a share only where the whole is known', () => {
    expect(describeProgress({ stage: 'model', loaded: 2_100_000, total: 4_675_609 })).toEqual({
      label: 'Fetching the network',
      bytes: '2.1 MB of 4.7 MB',
      share: 2_100_000 / 4_675_609,
    });
    expect(describeProgress({ stage: 'runtime', loaded: 12e6, total: null })).toMatchObject({
      bytes: '12 MB',
      share: null,
    });
    for (const stage of ['held', 'session'] as const) {
      expect(describeProgress({ stage, loaded: 9, total: 9 })).toMatchObject({ bytes: undefined, share: null });
    }
  });

  test('is never more than all, where a host tells the compressed size', () => {
    expect(describeProgress({ stage: 'model', loaded: 9, total: 3 }).share).toBe(1);
  });
});

describe('formatMegabytes', () => {
  test.each([
    [4_675_609, '4.7 MB'],
    [26_781_910, '27 MB'],
    [0, '0.0 MB'],
  ])('writes %d as %s', (bytes, text) => expect(formatMegabytes(bytes)).toBe(text));
});

describe('describeDevice', () => {
  test('counts the threads of WebAssembly alone', () => {
    expect(describeDevice({ device: 'wasm', threads: 2, reason: 'Why.' })).toEqual({
      name: 'WASM, 2 threads',
      why: 'Why.',
    });
    expect(describeDevice({ device: 'wasm', threads: 1, reason: '' }).name).toBe('WASM, one thread');
    expect(describeDevice({ device: 'webgpu', threads: 1, reason: '' }).name).toBe('WebGPU');
  });
});

describe('lazySamplingWorker', () => {
  const fake = (load: SamplingWorker['load']) => {
    const dispose = vi.fn();
    return { load, dispose, sample: vi.fn(), run: vi.fn(), devices: vi.fn() } satisfies SamplingWorker;
  };
  const source = { kind: 'url', url: 'x' } as const;

  test('starts with the first call, and once', async () => {
    const one = fake(vi.fn());
    const create = vi.fn(async () => one);
    const sampler = lazySamplingWorker(create);
    expect(create).not.toHaveBeenCalled();
    await Promise.all([sampler.devices(), sampler.load(source)]);
    expect(create).toHaveBeenCalledTimes(1);
  });

  test('starts another after a failed load, and ends the broken one', async () => {
    const broken = fake(() => Promise.reject(new Error('out of memory')));
    const whole = fake(async () => ({ device: 'wasm' }) as never);
    const create = vi.fn<() => Promise<SamplingWorker>>().mockResolvedValueOnce(broken).mockResolvedValueOnce(whole);
    const sampler = lazySamplingWorker(create);
    await expect(sampler.load(source)).rejects.toThrow('out of memory');
    expect(await sampler.load(source)).toMatchObject({ device: 'wasm' });
    expect(broken.dispose).toHaveBeenCalledTimes(1);
    expect(whole.dispose).not.toHaveBeenCalled();
  });

  test('keeps the one whose load was given up', async () => {
    const one = fake(() => Promise.reject(new DOMException('given up', 'AbortError')));
    const create = vi.fn(async () => one);
    const sampler = lazySamplingWorker(create);
    await expect(sampler.load(source)).rejects.toThrow('given up');
    await expect(sampler.load(source)).rejects.toThrow('given up');
    expect(create).toHaveBeenCalledTimes(1);
  });

  test('tries again where its code could not be fetched', async () => {
    const create = vi
      .fn<() => Promise<SamplingWorker>>()
      .mockRejectedValueOnce(new Error('offline'))
      .mockResolvedValueOnce(fake(vi.fn()));
    const sampler = lazySamplingWorker(create);
    await expect(sampler.devices()).rejects.toThrow('offline');
    await sampler.devices();
    expect(create).toHaveBeenCalledTimes(2);
  });
});
