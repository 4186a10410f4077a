import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairQueue } from '#runtime-node/batching/fair-queue.ts';
import { createTwoQueues } from '#runtime-node/batching/two-queues.ts';

/** A queue with `count` items per client, named a0, a1, ... */
function filled(counts: Record<string, number>, quantum?: number) {
  const queue = createFairQueue<string>(quantum);
  for (const [client, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) queue.add({ client }, `${client}${i}`);
  }
  return queue;
}

/** Who has each of the next places, one by one. */
const next = (queue: ReturnType<typeof filled>, places: number) =>
  Array.from({ length: places }, () => queue.pick(1)[0]!);
const count = (served: string[], item: string) => served.filter((one) => one === item).length;

describe('createFairQueue', () => {
  it('gives the places round the clients, and within a client to the first', () => {
    expect(filled({ a: 5, b: 1, c: 3 }).pick(6)).toEqual(['a0', 'b0', 'c0', 'a1', 'c1', 'a2']);
  });

  it('goes on with what was begun until a block of places is used up, then with those served less', () => {
    const queue = filled({ a: 1, b: 1, c: 1 }, 3);
    expect(next(queue, 9).join('')).toBe('a0a0a0b0b0b0c0c0c0');
  });

  it('lets one that arrives start level with the least served, not ahead of all', () => {
    const queue = filled({ a: 1, b: 1 }, 4);
    next(queue, 40);
    queue.add({ client: 'c' }, 'c0');
    expect(count(next(queue, 12), 'c0')).toBe(4);
  });

  it('does not let a client gain by leaving and coming back', () => {
    const queue = filled({ a: 1, b: 1 }, 1);
    next(queue, 11); // a has 6
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
    expect(count(next(queue, 60), 'a0')).toBe(40);
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
    const up = (max: number) => fc.integer({ min: 1, max });
    fc.assert(
      fc.property(demand, up(8), up(16), (counts, places, quantum) => {
        const names = counts.map((_, i) => `c${i}-`);
        const queue = filled(Object.fromEntries(counts.map((count, i) => [names[i]!, count])), quantum);
        const rounds = 40;
        const served = Array.from({ length: rounds }, () => {
          const picked = queue.pick(places);
          expect([new Set(picked).size, picked.length]).toEqual([picked.length, Math.min(places, queue.size)]);
          return picked;
        }).flat();
        const fewest = Math.min(...names.map((name) => served.filter((item) => item.startsWith(name)).length));
        // At least an equal share, less one block and a step.
        const share = Math.min(rounds, Math.floor((rounds * places) / names.length));
        expect(fewest).toBeGreaterThanOrEqual(Math.min(rounds, share - quantum - places));
      }),
    );
  });
});

it('the background has its turn only while nothing else is there, and is fair within', () => {
  const queue = createTwoQueues<string>(1);
  for (const item of ['a0', 'a1', 'a2']) queue.add({ client: 'a', background: true }, item);
  queue.add({ client: 'b', background: true }, 'b0');
  expect([queue.size, queue.urgent]).toEqual([4, false]);
  expect(queue.pick(3)).toEqual(['a0', 'b0', 'a1']);
  queue.add({ client: 'a' }, 'front');
  expect([queue.size, queue.urgent]).toEqual([5, true]);
  expect(queue.pick(3)).toEqual(['front']);
  queue.drop({ client: 'a' }, 'front');
  queue.drop({ client: 'a', background: true }, 'a0');
  queue.remove((item) => item === 'a1', 'a');
  expect([queue.size, queue.urgent]).toEqual([2, false]);
  expect(queue.pick(3).sort()).toEqual(['a2', 'b0']);
  queue.remove(() => true);
  expect(queue.size).toBe(0);
});
