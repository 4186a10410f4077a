/** The messages between a process and its child: numbered calls, each with parts and one answer, and events. */
import type { Failure } from './failure.ts';

/** What a method gets of its call besides the argument. */
export interface Call<Part> {
  /** Sends a part of the answer ahead; parts arrive in order, and before the answer. */
  tell(part: Part): void;
  /** Aborts when the caller cancels the call. */
  signal: AbortSignal;
}

/** A child's methods by name. `start` is called first, once; its answer says that the child is ready. */
export type Methods = { start: Method } & Record<string, Method>;
export type Method = (argument: never, call: Call<never>) => unknown;

export type ArgumentOf<M extends Method> = Parameters<M>[0];
export type PartOf<M extends Method> = Parameters<M>[1] extends Call<infer Part> ? Part : never;
export type AnswerOf<M extends Method> = Awaited<ReturnType<M>>;

export type ToChild =
  | { id: number; method: string; argument: unknown }
  /** The caller no longer needs the answer. */
  | { id: number; cancel: true }
  /** End once all calls are answered. */
  | { drain: true };

export type FromChild =
  | { id: number; tell: unknown }
  | { id: number; done: unknown }
  | { id: number; failed: Failure }
  | { event: unknown };
