/** The caller's side: matches a child's answers to its calls. */
import { type ChildEnd, ChildEnded } from './end.ts';
import { CallError } from './failure.ts';
import type { AnswerOf, ArgumentOf, FromChild, Methods, PartOf, ToChild } from './protocol.ts';

interface CallOptions<Part> {
  /** Called with each part of the answer. */
  onPart?: ((part: Part) => void) | undefined;
  /** Cancels the call: its promise rejects with the signal's reason, and the child gets a message. */
  signal?: AbortSignal | undefined;
}

/** @throws CallError when the method threw; ChildEnded when the child ends before it answers */
export type CallChild<M extends Methods> = <K extends keyof M & string>(
  method: K,
  argument: ArgumentOf<M[K]>,
  options?: CallOptions<PartOf<M[K]>>,
) => Promise<AnswerOf<M[K]>>;

interface Open {
  tell(part: unknown): void;
  done(answer: unknown): void;
  failed(error: Error): void;
}

export function createCalls<M extends Methods>(send: (message: ToChild) => void) {
  const open = new Map<number, Open>();
  let last = 0;
  let ended: ChildEnd | undefined;

  const call: CallChild<M> = (method, argument, { onPart, signal } = {}) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (ended) throw new ChildEnded(ended);
      const id = ++last;
      const close = () => {
        open.delete(id);
        signal?.removeEventListener('abort', cancel);
      };
      const cancel = () => {
        close();
        send({ id, cancel: true });
        reject(signal?.reason);
      };
      send({ id, method, argument }); // throws for what cannot be sent
      open.set(id, {
        tell: (part) => onPart?.(part as never),
        done(answer) {
          close();
          resolve(answer as never);
        },
        failed(error) {
          close();
          reject(error);
        },
      });
      signal?.addEventListener('abort', cancel);
    });

  return {
    call,
    /** Passes a message on to its call; drops it if that call is already answered or cancelled. */
    take(message: Exclude<FromChild, { event: unknown }>): void {
      const asked = open.get(message.id);
      if (asked === undefined) return;
      if ('tell' in message) asked.tell(message.tell);
      else if ('failed' in message) asked.failed(new CallError(message.failed));
      else asked.done(message.done);
    },
    /** Rejects all open calls, and all later ones. */
    end(end: ChildEnd): void {
      ended = end;
      for (const { failed } of [...open.values()]) failed(new ChildEnded(end));
    },
  };
}
