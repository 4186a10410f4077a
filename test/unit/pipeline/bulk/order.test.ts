import { join } from 'node:path';
import { completeRequest, readModelFolder } from '@onnoise/runtime-node';
import { expect, test } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { conditionsAt, labelAt, shardAt } from '#pipeline/bulk/shards.ts';

const HANDS = join(import.meta.dirname, '../../../../models/hands');

test.each([
  [
    ['male', 'female'],
    [20, 100, 200],
  ],
  [
    ['male', 'female', 'male'],
    [20, 100],
  ],
  [undefined, [20, 100, 200]],
])('labels %j and a condition %j take turns on their own, as in one request', async (labels, boneage) => {
  const count = 12;
  const order = await makeOrder(HANDS, { count, labels, conditions: { boneage }, shard: 5 });
  const at = <T>(look: (index: number, within: number) => T) =>
    Array.from({ length: count }, (_, i) => look(Math.floor(i / 5), i % 5));
  const request = completeRequest(await readModelFolder(HANDS), { count, labels, conditions: { boneage } });
  expect(at((shard, i) => labelAt(shardAt(order, shard), i))).toEqual(request.labels);
  expect(at((shard, i) => conditionsAt(shardAt(order, shard), i))).toEqual(
    at((shard, i) => ({ boneage: boneage[(5 * shard + i) % boneage.length] })),
  );
});

test('an order of pictures that will be noise says so before they are made', async () => {
  const notes: string[] = [];
  const asked = { count: 1000, sampler: 'heun', labels: [0], conditions: { boneage: [100] } } as const;
  await makeOrder(HANDS, { ...asked, steps: 20 }, (note) => notes.push(note));
  expect(notes).toEqual([expect.stringMatching('The first step is too long for heun')]);
  await makeOrder(HANDS, { ...asked, steps: 20, spacing: 'exponential' }, (note) => notes.push(note));
  expect(notes).toHaveLength(1);
});
