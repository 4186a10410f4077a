import { expect, test } from 'vitest';
import { oneAtATime, orLeave } from '#runtime-web/session/calls.ts';

test('a call that is called off while it waits is rejected at once, never begins, and lets those after it through', async () => {
  const inTurn = oneAtATime();
  const began: string[] = [];
  let endFirst = () => {};
  const call = (name: string, signal?: AbortSignal) =>
    inTurn(async () => {
      began.push(name);
      if (name === 'first') await new Promise<void>((resolve) => (endFirst = resolve));
      return name;
    }, signal);

  const calledOff = new AbortController();
  const first = call('first');
  const second = call('second', calledOff.signal);
  const third = call('third', new AbortController().signal);
  calledOff.abort(new Error('another picture is wanted'));
  await expect(second).rejects.toThrow('another picture is wanted');
  expect(began).toEqual(['first']);
  endFirst();
  expect(await Promise.all([first, third])).toEqual(['first', 'third']);
  expect(began).toEqual(['first', 'third']);
});

test('a call that has begun ends by itself, though its signal aborts', async () => {
  const inTurn = oneAtATime();
  const calledOff = new AbortController();
  const call = inTurn(async () => {
    calledOff.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 'its own end';
  }, calledOff.signal);
  expect(await call).toBe('its own end');
});

test('work that fails after its caller has left is nobody’s error', async () => {
  const calledOff = AbortSignal.abort(new Error('the page is gone'));
  const fails = new Promise<never>((_, reject) => setTimeout(reject, 5, new Error('the download failed')));
  await expect(orLeave(fails, calledOff)).rejects.toThrow('the page is gone');
  await new Promise((resolve) => setTimeout(resolve, 10)); // an unhandled rejection would fail the run
});
