import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue } from '#runtime-node/batching/fair-queue.ts';

/** A queue with `count` items per client, named a0, a1, ... */
function filled(counts: Record<string, number>, quantum?: number) {
  const queue = createFairQueue<string>(quantum);
  for (const [client, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) queue.add({ client }, `${client}${i}`);
  }
  return queue;
}

describe('createFairQueue', () => {
  it('gives the places round the clients, and within a client to the first', () => {
    expect(filled({ a: 5, b: 1, c: 3 }).pick(6)).toEqual(['a0', 'b0', 'c0', 'a1', 'c1', 'a2']);
  });

  it('goes on with what was begun until a block of places is used up, then with those served less', () => {
    const queue = filled({ a: 1, b: 1, c: 1 }, 3);
    const served = Array.from({ length: 9 }, () => queue.pick(1)[0]);
    expect(served).toEqual(['a0', 'a0', 'a0', 'b0', 'b0', 'b0', 'c0', 'c0', 'c0']);
  });

  it('lets one that arrives start level with the least served, not ahead of all', () => {
    const queue = filled({ a: 1, b: 1 }, 4);
    for (let i = 0; i < 40; i++) queue.pick(1);
    queue.add({ client: 'c' }, 'c0');
    const next = Array.from({ length: 12 }, () => queue.pick(1)[0]);
    expect(next.filter((item) => item === 'c0').length).toBe(4);
  });

  it('does not let a client gain by leaving and coming back', () => {
    const queue = filled({ a: 1, b: 1 }, 1);
    for (let i = 0; i < 10; i++) queue.pick(1); // 5 each
    queue.pick(1); // a has 6
    queue.remove((item) => item === 'a0');
    queue.add({ client: 'a' }, 'a1');
    expect(queue.pick(1)).toEqual(['b0']);
  });

  it('gives an item as many places as it takes, fewer at the end, and counts them all as service', () => {
    const queue = createFairQueue<string>(2, (item) => (item.startsWith('wide') ? 2 : 1));
    for (const item of ['wide0', 'wide1']) queue.add({ client: 'a' }, item);
    queue.add({ client: 'b' }, 'narrow');
    expect(queue.pick(6)).toEqual(['wide0', 'wide0', 'narrow', 'wide1', 'wide1']);
    expect(queue.pick(2)).toEqual(['narrow', 'wide0']); // a has had four places, b one
    expect(queue.pick(1)).toEqual(['narrow']);
  });

  it('goes round the users of a client, and counts them all as that client', () => {
    const queue = createFairQueue<string>(1);
    for (let i = 0; i < 6; i++) queue.add({ client: 'a', user: 'many' }, `many${i}`);
    queue.add({ client: 'a', user: 'one' }, 'one0');
    queue.add({ client: 'b' }, 'b0');
    expect(queue.pick(5)).toEqual(['many0', 'b0', 'one0', 'many1', 'many2']);
    queue.drop({ client: 'a', user: 'one' }, 'one0');
    queue.add({ client: 'a', user: 'late' }, 'late0');
    expect(queue.pick(3)).toEqual(['b0', 'many0', 'late0']); // b was served least, and late starts level with many
    expect(queue.size).toBe(8);
  });

  it('gives a client of twice the weight twice the places', () => {
    const queue = createFairQueue<string>(4);
    queue.add({ client: 'a', weight: 2 }, 'a0');
    queue.add({ client: 'b' }, 'b0');
    const served = Array.from({ length: 60 }, () => queue.pick(1)[0]);
    expect(served.filter((item) => item === 'a0')).toHaveLength(40);
  });

  it('forgets who is gone', () => {
    const queue = filled({ a: 2, b: 1 });
    queue.pick(3);
    queue.remove(() => true);
    expect(queue.size).toBe(0);
    expect(queue.pick(4)).toEqual([]);
    queue.add({ client: 'b' }, 'b1');
    expect([queue.size, queue.pick(4)]).toEqual([1, ['b1']]);
  });

  it('serves everyone alike, within a block, whoever asks for how much', () => {
    const demand = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(
        demand,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 16 }),
        (counts, places, quantum) => {
          const names = counts.map((_, i) => `c${i}-`);
          const queue = filled(Object.fromEntries(counts.map((count, i) => [names[i]!, count])), quantum);
          const service = new Map(names.map((name) => [name, 0]));
          const rounds = 40;
          for (let i = 0; i < rounds; i++) {
            const picked = queue.pick(places);
            expect(new Set(picked).size).toBe(picked.length);
            expect(picked.length).toBe(Math.min(places, queue.size));
            for (const item of picked) {
              const name = item.slice(0, item.indexOf('-') + 1);
              service.set(name, service.get(name)! + 1);
            }
          }
          const fewest = Math.min(...service.values());
          // At least an equal share, less one block and a step.
          const share = Math.min(rounds, Math.floor((rounds * places) / names.length));
          expect(fewest).toBeGreaterThanOrEqual(Math.min(rounds, share - quantum - places));
        },
      ),
    );
  });
});
