/**
 * Stored files, keyed by their content: a file that a new version did not change is not downloaded again, and a waiting
 * version does not touch the one in use. Each site's folder has one cache; other sites of the host have their own.
 */
import { type BuiltFile, type BuiltList, PARTS, type Part } from './files.ts';

/**
 * The parts of the service worker API that are used here: TypeScript's `webworker` library conflicts with `dom`, and
 * tests pass stand-ins for these.
 */

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

interface LastingEvent {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEventLike extends LastingEvent {
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

const FORMAT = 1;

/** Number of versions kept: the one in use, and the one that other tabs may still show. */
export const KEPT = 2;

export interface Store {
  get(file: BuiltFile): Promise<Response | undefined>;
  /** A file that older versions had and pages opened before the update still ask for. */
  getOld(url: string): Promise<Response | undefined>;
  /** False where there is no room for it. */
  put(file: BuiltFile, response: Response): Promise<boolean>;
  /** Stores the list of a version's files. */
  remember(list: BuiltList): Promise<void>;
  /** Notes that this part of the page was opened: later versions are stored with it. */
  notePart(part: Part): Promise<void>;
  /** The parts that were noted. */
  parts(): Promise<Part[]>;
  /** Deletes files that neither the `generations` newest versions nor this one use, and caches of other formats. */
  prune(generations: number): Promise<void>;
}

interface Generation {
  time: number;
  keys: string[];
}

/** @param scope the site's folder, with its slash. */
export function openStore(caches: CachesLike, scope: string, now: () => number = Date.now): Store {
  const name = `onnoise-${FORMAT} ${scope}`;
  const keyOf = ({ path, hash }: BuiltFile) => `${scope}${encodeURI(path)}?sha=${hash}`;
  const generationPrefix = `${scope}?generation=`;
  const keyOfPart = (part: Part) => `${scope}?part=${part}`;
  const open = () => caches.open(name);
  /** Files that this version has used: `remember` runs only when all of them are stored. */
  const mine = new Set<string>();
  const keyOfMine = (file: BuiltFile) => {
    mine.add(keyOf(file));
    return keyOf(file);
  };

  const prune = async (generations: number) => {
    const others = (await caches.keys()).filter((key) => /^onnoise-\d+ /.test(key) && key.endsWith(` ${scope}`));
    await Promise.all(others.filter((key) => key !== name).map((key) => caches.delete(key)));
    const cache = await open();
    const urls = (await cache.keys()).map(({ url }) => url);
    const known = await Promise.all(
      urls.filter((url) => url.startsWith(generationPrefix)).map((url) => readGeneration(cache, url)),
    );
    const kept = known.sort((a, b) => b.time - a.time).slice(0, generations);
    const wanted = new Set([...mine, ...PARTS.map(keyOfPart), ...kept.flatMap(({ url, keys }) => [url, ...keys])]);
    await Promise.all(urls.filter((url) => !wanted.has(url)).map((url) => cache.delete(url)));
  };

  return {
    get: async (file) => (await open()).match(keyOfMine(file)),
    getOld: async (url) => {
      const [address = ''] = url.split(/[?#]/);
      const cache = await open();
      const found = (await cache.keys()).find((key) => key.url.startsWith(`${address}?sha=`));
      return found && cache.match(found.url);
    },
    put: async (file, response) => {
      const write = async (copy: Response) => (await open()).put(keyOfMine(file), copy);
      try {
        await write(response.clone());
        return true;
      } catch {
        // No room: delete what neither this version nor the previous one needs.
        return prune(KEPT)
          .then(() => write(response))
          .then(() => true)
          .catch(() => false);
      }
    },
    remember: async (list) => {
      const generation: Generation = { time: now(), keys: list.files.map(keyOf) };
      await (await open()).put(generationPrefix + list.version, new Response(JSON.stringify(generation)));
    },
    notePart: async (part) => (await open()).put(keyOfPart(part), new Response('')),
    parts: async () => {
      const keys = new Set((await (await open()).keys()).map(({ url }) => url));
      return PARTS.filter((part) => keys.has(keyOfPart(part)));
    },
    prune,
  };
}

async function readGeneration(cache: CacheLike, url: string): Promise<Generation & { url: string }> {
  const generation = (await (await cache.match(url))?.json().catch(() => undefined)) as Generation | undefined;
  return { url, time: generation?.time ?? 0, keys: generation?.keys ?? [] };
}
