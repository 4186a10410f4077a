import { describe, expect, it } from 'vitest';
import { createLatest } from '#site/views/sample/live/latest.ts';

/** Work that ends when the test says so. */
function slowWork() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  let atOnce = 0;
  let most = 0;
  const work = async (value: number) => {
    begun.push(value);
    most = Math.max(most, ++atOnce);
    await new Promise<void>((resolve) => ends.push(resolve));
    atOnce--;
  };
  const endOne = async () => {
    ends.shift()!();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { begun, endOne, most: () => most, latest: createLatest(work) };
}

describe('the latest of what is asked', () => {
  it('begins at once, and of what is asked meanwhile does only the last', async () => {
    const { begun, endOne, most, latest } = slowWork();
    for (const value of [1, 2, 3, 4]) latest.ask(value);
    expect(begun).toEqual([1]);
    await endOne();
    expect(begun).toEqual([1, 4]);
    latest.ask(5);
    latest.ask(6);
    await endOne();
    await endOne();
    expect(begun).toEqual([1, 4, 6]);
    expect(most()).toBe(1);
  });

  it('begins again after a rest', async () => {
    const { begun, endOne, latest } = slowWork();
    latest.ask(1);
    await endOne();
    latest.ask(2);
    expect(begun).toEqual([1, 2]);
  });

  it('drops what waits, and what is under way ends by itself', async () => {
    const { begun, endOne, latest } = slowWork();
    latest.ask(1);
    latest.ask(2);
    latest.drop();
    await endOne();
    expect(begun).toEqual([1]);
    latest.ask(3);
    expect(begun).toEqual([1, 3]);
  });
});
