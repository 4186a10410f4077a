/** What a process and a child of it say to each other: calls by number, with parts and one answer, and events besides. */
import type { Failure } from './failure.ts';

/** What a method has of its call, besides the argument. */
export interface Call<Part> {
  /** Sends a part of the answer ahead; parts arrive in order, and before the answer. */
  tell(part: Part): void;
  /** Aborted once the caller gave the call up. */
  signal: AbortSignal;
}

/** What a child can be asked, by name. `start` comes first, once; its answer says that the child is ready. */
export type Methods = { start: Method } & Record<string, Method>;
export type Method = (argument: never, call: Call<never>) => unknown;

export type ArgumentOf<M extends Method> = Parameters<M>[0];
export type PartOf<M extends Method> = Parameters<M>[1] extends Call<infer Part> ? Part : never;
export type AnswerOf<M extends Method> = Awaited<ReturnType<M>>;

export type ToChild =
  | { id: number; method: string; argument: unknown }
  /** The answer is of no use any more. */
  | { id: number; cancel: true }
  /** End once all that was asked is answered. */
  | { drain: true };

export type FromChild =
  | { id: number; tell: unknown }
  | { id: number; done: unknown }
  | { id: number; failed: Failure }
  | { event: unknown };
