import { expect, test } from 'vitest';
import { takeTurn, turnsOver } from '#site/views/sample/state/turns.ts';

test('samplings take turns, also after one that failed', async () => {
  const told: string[] = [];
  let end = () => {};
  const first = takeTurn(async () => {
    told.push('first');
    await new Promise<void>((resolve) => (end = resolve));
    throw new Error('cancelled');
  });
  const second = takeTurn(async () => told.push('second'));
  const over = turnsOver().then(() => told.push('over'));
  await Promise.resolve();
  expect(told).toEqual(['first']);
  end();
  await expect(first).rejects.toThrow('cancelled');
  await second;
  await over;
  expect(told).toEqual(['first', 'second', 'over']);
});
