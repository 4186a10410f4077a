/** The child's side of `startChild`: answers its parent, and ends with it. */
import { failureOf, type KindOf } from './failure.ts';
import type { Call, FromChild, Method, Methods, ToChild } from './protocol.ts';

export interface ServeOptions {
  /** The kind of an error for the parent. Default: its name. */
  kindOf?: KindOf | undefined;
  /** What else must be over before a child ends that was told to, once all is answered. */
  drained?: (() => unknown) | undefined;
  /** What to do when the parent is gone, before this process ends. */
  onGone?: (() => void) | undefined;
}

/** Answers until it is told to end, or the parent is gone. Methods are called in the order in which they were asked. */
export function serveParent<M extends Methods, Event = never>(
  methods: M,
  { kindOf, drained, onGone }: ServeOptions = {},
): { /** Tells of something that was not asked. */ emit(event: Event): void } {
  const open = new Map<number, AbortController>();
  let unsent = 0;
  let draining = false;
  /** The wait for `drained`; anew after each call. */
  let rest: Promise<unknown> | undefined;

  /** What is written to a busy parent waits in this process, and would be lost with it. */
  const endWhenDone = async () => {
    if (!draining || open.size > 0) return;
    rest ??= Promise.resolve(drained?.());
    await rest;
    if (open.size === 0 && unsent === 0) process.exit(0);
  };
  const send = (message: FromChild) => {
    process.send?.(message, () => {
      unsent--;
      void endWhenDone();
    });
    unsent++;
  };

  /** Every call gets its answer, or the parent would wait for it for ever. */
  async function answer({ id, method, argument }: { id: number; method: string; argument: unknown }): Promise<void> {
    const abort = new AbortController();
    const call: Call<unknown> = { tell: (part) => send({ id, tell: part }), signal: abort.signal };
    open.set(id, abort);
    rest = undefined;
    try {
      if (!Object.hasOwn(methods, method)) throw new Error(`this process has no method ${method}`);
      send({ id, done: await (methods[method] as Method)(argument as never, call as Call<never>) });
    } catch (error) {
      send({ id, failed: failureOf(error, kindOf) });
    }
    open.delete(id);
    void endWhenDone();
  }

  process.once('disconnect', () => {
    onGone?.();
    process.exit(0);
  });
  process.on('message', (message: ToChild) => {
    if ('drain' in message) {
      draining = true;
      void endWhenDone();
    } else if ('cancel' in message) open.get(message.id)?.abort();
    else void answer(message);
  });
  return { emit: (event: Event) => send({ event }) };
}
