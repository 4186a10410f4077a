import { expect, test } from 'vitest';
import { coalesce } from '#base/terminal/coalesce.ts';

test('coalesce answers all requests of one run by one more, and begins anew after a rest', async () => {
  const ends: (() => void)[] = [];
  const ask = coalesce(() => new Promise<void>((resolve) => ends.push(resolve)));
  const first = ask();
  for (let n = 0; n < 5; n++) await ask();
  expect(ends).toHaveLength(1);
  ends[0]!();
  await expect.poll(() => ends.length).toBe(2);
  await ask();
  ends[1]!();
  await expect.poll(() => ends.length).toBe(3);
  ends[2]!();
  await first;
  const later = ask();
  expect(ends).toHaveLength(4);
  ends[3]!();
  await later;
  expect(ends).toHaveLength(4);
});
