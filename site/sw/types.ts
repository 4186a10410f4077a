/**
 * The parts of the service worker API that are used here: TypeScript's `webworker` library conflicts with `dom`, and
 * tests pass stand-ins for these.
 */
import type { Part } from './files.ts';

export interface CacheLike {
  match(key: string): Promise<Response | undefined>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string): Promise<boolean>;
  keys(): Promise<readonly { url: string }[]>;
}

export interface CachesLike {
  open(name: string): Promise<CacheLike>;
  delete(name: string): Promise<boolean>;
  keys(): Promise<string[]>;
}

export interface LastingEvent {
  waitUntil(work: Promise<unknown>): void;
}

export interface FetchEventLike extends LastingEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

export interface MessageEventLike extends LastingEvent {
  readonly data: unknown;
  readonly source: { postMessage(message: unknown): void } | null;
}

/** ServiceWorkerGlobalScope. */
export interface WorkerScope {
  readonly caches: CachesLike;
  readonly clients: { claim(): Promise<void> };
  readonly registration: { readonly scope: string; readonly active: unknown };
  fetch(input: Request | string, init?: RequestInit): Promise<Response>;
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: LastingEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEventLike) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
}

/** From the page to the worker. `parts` are those that the visitor has opened. */
export type Order = { type: 'store'; parts: readonly Part[] } | { type: 'take over' };

/** From the worker to the page, the answer to `store`: files that could not be stored, empty if all were. */
export interface Stored {
  type: 'stored';
  /** As ordered. */
  parts: readonly Part[];
  missing: string[];
}
