import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CallError, type ChildEnd, ChildEnded, type ChildOptions, startChild } from '#runtime-node/child/index.ts';
import type { Program } from '#test/programs/child.ts';

const script = fileURLToPath(new URL('../../../support/programs/child.ts', import.meta.url));
const EXEC_ARGV = ['--import', import.meta.resolve('tsx')];

async function start(options: ChildOptions<string> = {}, how: Parameters<Program['start']>[0] = 'well') {
  const child = await startChild<Program, string>(script, how, { execArgv: EXEC_ARGV, ...options });
  onTestFinished(() => child.kill());
  return child;
}

/** The error with which a promise rejects. */
const failure = (work: Promise<unknown>) =>
  work.then(
    (value) => expect.unreachable(`answered with ${value}`),
    (error: unknown) => error,
  );

async function endOf(work: Promise<unknown>): Promise<ChildEnd> {
  const error = await failure(work);
  expect(error).toBeInstanceOf(ChildEnded);
  return (error as ChildEnded).end;
}

describe('call', () => {
  it('pairs answers that come in another order with their calls', async () => {
    const child = await start();
    expect(child.started).toBe(`process ${child.pid}`);
    const order: string[] = [];
    const held = ['a', 'b', 'c'].map(async (name) => {
      const answer = await child.call('hold', name);
      order.push(answer);
      return answer;
    });
    for (const name of ['c', 'a', 'b']) await child.call('release', name);
    expect(await Promise.all(held)).toEqual(['a', 'b', 'c']);
    expect(order).toEqual(['c', 'a', 'b']);
  });

  it('tells parts in order, each to its own call, and all before the answer', async () => {
    const child = await start();
    const counts = [3, 5].map(async (n) => {
      const parts: number[] = [];
      const answer = await child.call('count', n, { onPart: (part) => parts.push(part) });
      return [...parts, `of ${answer}`];
    });
    expect(await Promise.all(counts)).toEqual([
      [0, 1, 2, 'of 3'],
      [0, 1, 2, 3, 4, 'of 5'],
    ]);
  });

  it('passes over answers with an id that is unknown or has been answered, and words of libraries', {
    tags: 'long',
  }, async () => {
    const events: string[] = [];
    const child = await start({ onEvent: (event) => events.push(event) });
    const held = child.call('hold', 'a');
    // `start` was the first call, `hold` the second.
    const strays = [
      { id: 1, done: 'again' },
      { id: 1, tell: 'again' },
      { id: 1, failed: { kind: 'Error', message: 'again' } },
      { id: 99, done: 'unknown' },
      'a text',
      {},
      { event: 'heard' },
    ];
    await child.call('say', [...strays, { id: 2, done: 'first' }, { id: 2, done: 'second' }]);
    expect(await held).toBe('first');
    expect(await child.call('count', 2)).toBe(2);
    expect(events).toEqual(['heard']);
  });

  it('rejects with the error of the method: its kind, message and stack, and goes on', async () => {
    const child = await start();
    const error = (await failure(child.call('fail', 'RangeError'))) as CallError;
    expect(error).toBeInstanceOf(CallError);
    expect([error.kind, error.message]).toEqual(['own', 'out of range']);
    expect(error.stack).toMatch(/programs\/child\.ts/);
    expect(await failure(child.call('fail', 'text'))).toMatchObject({ kind: 'Error', message: 'only a text' });
    for (const [asked, says] of [
      [() => child.call('fail', 'function'), /could not be cloned/],
      [() => child.call('hold', (() => 'a') as never), /could not be cloned/],
      [() => child.call('none' as 'fail', 'text'), /no method none/],
      [() => child.call('constructor' as 'fail', 'text'), /no method/],
    ] as const)
      expect(await failure(asked())).toMatchObject({ message: expect.stringMatching(says) });
    expect(await child.call('count', 1)).toBe(1);
  });

  it('is given up by its signal, and the child is told', async () => {
    const child = await start();
    const abort = new AbortController();
    const held = child.call('hold', 'a', { signal: abort.signal });
    const other = child.call('hold', 'b', { signal: abort.signal });
    await child.call('release', 'b');
    await other;
    abort.abort(new Error('no use'));
    expect(await failure(held)).toBe(abort.signal.reason);
    expect(await failure(child.call('hold', 'c', { signal: abort.signal }))).toBe(abort.signal.reason);
    expect(await child.call('givenUp', undefined)).toEqual(['a']);
  });
});

describe('startChild', () => {
  it('rejects with what keeps the child from being ready, and leaves no process behind', { tags: 'long' }, async () => {
    expect(await failure(start({}, 'fail'))).toMatchObject({ kind: 'own', message: 'it has no wish to' });
    expect(await endOf(start({}, 'exit'))).toMatchObject({
      kind: 'exit',
      code: 3,
      signal: null,
      tail: expect.stringMatching(/it goes\n$/),
    });
  });

  it('kills a child that is not ready in time', async () => {
    const end = await endOf(start({ startLimit: 1 }, 'never'));
    expect(end).toMatchObject({ kind: 'start limit', code: null, signal: 'SIGKILL' });
  });

  it('kills a child whose start is given up', async () => {
    const abort = new AbortController();
    const starting = failure(start({ signal: abort.signal }, 'never'));
    abort.abort(new Error('no use'));
    expect(await starting).toBe(abort.signal.reason);
    expect(await failure(start({ signal: abort.signal }))).toBe(abort.signal.reason);
  });

  it.each([
    ['ENOENT', { cwd: '/nowhere/at/all' }],
    // The system accepts no variable of this length.
    ['E2BIG', { env: { LONG: 'x'.repeat(2 ** 22) } }],
  ])('says that there is no process where it cannot be spawned, for %s', async (code, options) => {
    expect(await endOf(start(options))).toMatchObject({
      kind: 'spawn failed',
      code: null,
      signal: null,
      error: { code },
    });
  });
});

describe('a child that ends', () => {
  const deaths = [
    [{ code: 7 }, { kind: 'exit', code: 7, signal: null }],
    [{ signal: 'SIGSEGV' }, { kind: 'signal', code: null, signal: 'SIGSEGV' }],
    [{ signal: 'SIGTERM' }, { kind: 'signal', code: null, signal: 'SIGTERM' }],
    [{ signal: 'SIGKILL' }, { kind: 'out of memory', code: null, signal: 'SIGKILL' }],
  ] as const;

  it('keeps the end of what it writes', async () => {
    const child = await start({ tailSize: 6 });
    await endOf(child.call('die', { code: 0 }));
    expect(child.tail()).toBe('words\n');
  });

  it.each(deaths)('by %j rejects each open call once, with how it ended and its last words', async (how, end) => {
    const child = await start();
    const rejected: unknown[] = [];
    const open = ['a', 'b'].map((name) => child.call('hold', name).catch((error) => rejected.push(error)));
    const died = await endOf(child.call('die', how));
    await Promise.all(open);
    expect(rejected.map((error) => (error as ChildEnded).end)).toEqual([died, died]);
    expect(died).toMatchObject(end);
    for (const words of ['first words\n', 'last words\n']) expect(died.tail).toContain(words);
    expect(await child.ended).toEqual(died);
    expect(await endOf(child.call('count', 1))).toEqual(died);
    expect(await child.drain()).toEqual(died);
  });

  it('may be killed: open calls reject', { tags: 'long' }, async () => {
    const child = await start();
    const spinning = endOf(child.call('spin', undefined));
    child.kill();
    expect(await spinning).toMatchObject({ kind: 'killed', signal: 'SIGKILL' });
  });

  it('answers first what it was asked where it is told to, and tells what is left', async () => {
    const events: string[] = [];
    const child = await start({ onEvent: (event) => events.push(event) });
    const held = child.call('hold', 'a');
    const drained = child.drain();
    await child.call('release', 'a');
    expect(await held).toBe('a');
    expect(await drained).toMatchObject({ kind: 'exit', code: 0 });
    expect(events).toEqual(['drained']);
  });
});

describe('patience', () => {
  it('ends a child that was asked and says nothing', async () => {
    const child = await start({ patience: 500 });
    expect(await endOf(child.call('spin', undefined))).toMatchObject({ kind: 'silence', signal: 'SIGKILL' });
  });

  it('is not tried by a child that was asked nothing', { tags: 'long' }, async () => {
    const patience = 3000; // longer than an answer takes on a busy machine
    const child = await start({ patience });
    await child.call('count', 1);
    const abort = new AbortController();
    const held = child.call('hold', 'a', { signal: abort.signal });
    abort.abort();
    await failure(held);
    await failure(child.call('hold', 'b', { signal: abort.signal }));
    expect(await Promise.race([child.ended, wait(patience + 500, 'it lives')])).toBe('it lives');
  });
});
