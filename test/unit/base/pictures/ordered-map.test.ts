import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderedMap, weightGate } from '#base/pictures/ordered-map.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

describe('orderedMap', () => {
  it('yields in the order of the items though later ones end first', async () => {
    const results = orderedMap([30, 1, 20, 0], (ms) => sleep(ms, ms), 3);
    expect(await collect(results)).toEqual([30, 1, 20, 0]);
  });

  it('never has more than the given number begun and not yielded', async () => {
    let begun = 0;
    let yielded = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++begun - yielded);
      await sleep(1);
    };
    for await (const _ of orderedMap(Array.from({ length: 20 }), work, 4)) yielded++;
    expect(most).toBe(4);
    expect(yielded).toBe(20);
  });

  it('passes an error on and waits for the work that is already begun', async () => {
    let ended = 0;
    const work = async (n: number) => {
      if (n === 1) throw new Error('one');
      await sleep(5);
      ended++;
    };
    await expect(collect(orderedMap([0, 1, 2], work, 3))).rejects.toThrow('one');
    expect(ended).toBe(2);
  });
});

describe('weightGate', () => {
  it('lets the running weights never pass the capacity, except for one heavier item alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 20 }), async (weights) => {
        const gate = weightGate(10);
        const running: number[] = [];
        let done = 0;
        const use = (weight: number) =>
          gate(weight, async () => {
            running.push(weight);
            const sum = running.reduce((a, b) => a + b, 0);
            expect(sum <= 10 || running.length === 1).toBe(true);
            await Promise.resolve();
            running.splice(running.indexOf(weight), 1);
            done++;
          });
        await Promise.all(weights.map(use));
        expect(done).toBe(weights.length);
      }),
    );
  });

  it('goes on after work that failed', async () => {
    const gate = weightGate(1);
    await expect(gate(1, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate(1, async () => 'yes')).toBe('yes');
  });
});
