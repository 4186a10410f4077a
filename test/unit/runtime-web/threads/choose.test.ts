import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createThreadLimit } from '#runtime-web/threads/choose.ts';

const wasm = (threads: number) => ({ device: 'wasm' as const, threads, reason: 'It is isolated.' });

/** Milliseconds of a round by number of threads, one record a look. */
function looks(...records: Record<number, number>[]) {
  const asked: number[][] = [];
  const limit = createThreadLimit(async (candidates) => {
    asked.push([...candidates]);
    const record = records[Math.min(asked.length, records.length) - 1]!;
    return candidates.map((threads) => record[threads]!);
  });
  return { limit, asked };
}

describe('the limit of threads', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout'] }));
  afterEach(() => vi.useRealTimers());

  const settled = async <T>(result: Promise<T>): Promise<T> => {
    await vi.runAllTimersAsync();
    return result;
  };

  it('leaves a quiet processor all threads, after one look', async () => {
    const { limit, asked } = looks({ 2: 0.5, 1: 0.95 });
    const choice = wasm(2);
    expect(await settled(limit(choice))).toBe(choice);
    expect(asked).toEqual([[2, 1]]);
  });

  it('takes one thread, and says why, where two gain little', async () => {
    const { limit } = looks({ 2: 0.9, 1: 1 });
    const { threads, reason } = await settled(limit(wasm(2)));
    expect(threads).toBe(1);
    expect(reason).toBe('It is isolated. It uses 1: the processor is busy, and more gain nothing.');
  });

  it('looks again, and believes the better look', async () => {
    const { limit, asked } = looks({ 2: 3, 1: 1 }, { 2: 0.5, 1: 1 });
    expect((await settled(limit(wasm(2)))).threads).toBe(2);
    expect(asked).toHaveLength(2);
  });

  it('tries halves of many threads', async () => {
    const { limit, asked } = looks({ 8: 1, 4: 0.3, 2: 0.6, 1: 1.2 });
    expect((await settled(limit(wasm(8)))).threads).toBe(4);
    expect(asked[0]).toEqual([8, 4, 2, 1]);
  });

  it('measures once: onnxruntime keeps the number that it starts with', async () => {
    const { limit, asked } = looks({ 2: 3, 1: 1 });
    await settled(limit(wasm(2)));
    const before = asked.length;
    expect((await limit(wasm(2))).threads).toBe(1);
    expect(asked).toHaveLength(before);
  });

  it('measures nothing for one thread, nor for WebGPU', async () => {
    const { limit, asked } = looks({ 2: 3, 1: 1 });
    const gpu = { device: 'webgpu' as const, threads: 1, reason: '' };
    expect(await limit(wasm(1))).toEqual(wasm(1));
    expect(await limit(gpu)).toBe(gpu);
    expect(asked).toEqual([]);
  });

  it('leaves all threads where helpers do not start', async () => {
    const limit = createThreadLimit(async () => undefined);
    expect((await limit(wasm(4))).threads).toBe(4);
  });
});
