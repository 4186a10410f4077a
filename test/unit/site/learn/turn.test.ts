import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createTurns } from '#site/views/learn/turn.ts';

test('a run that stops and another that begins at once are two: only the later goes on', () => {
  const on = signal(false);
  const begin = createTurns(on);
  const first = begin();
  expect([on.value, first.goesOn()]).toEqual([true, true]);
  on.value = false;
  expect(first.goesOn()).toBe(false);
  const second = begin();
  expect([first.goesOn(), second.goesOn()]).toEqual([false, true]);
  first.end();
  expect([on.value, second.goesOn()]).toEqual([true, true]);
  second.end();
  expect([on.value, second.goesOn()]).toEqual([false, false]);
});
