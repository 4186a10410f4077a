import { expect, it } from 'vitest';
import { createTwoQueues } from '#runtime-node/batching/two-queues.ts';

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
