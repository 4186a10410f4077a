/**
 * What the service worker answers: built files from the store, at once and with any connection; others from the
 * network, which also fills the store. Everything gets the headers of an isolated page.
 */
import {
  type BuiltFile,
  type BuiltList,
  hashOf,
  locate,
  namedByContent,
  type Part,
  START,
  storedOnUse,
} from './files.ts';
import { described, isolated } from './headers.ts';
import { partOf } from './range.ts';
import type { Store } from './store.ts';

export interface Site {
  list: BuiltList;
  /** The site's folder, with its slash. */
  scope: string;
  store: Store;
  fetch(input: Request | string, init?: RequestInit): Promise<Response>;
}

/** Whether the worker answers this request; the browser handles the others itself. */
export function concerns({ scope }: Pick<Site, 'scope'>, request: Request): boolean {
  const own = new URL(request.url).origin === new URL(scope).origin;
  // The developer tools send this: https://crbug.com/823392
  const cacheOnly = request.cache === 'only-if-cached' && request.mode !== 'same-origin';
  return request.method === 'GET' && own && !cacheOnly;
}

/**
 * @param later keeps the worker alive while a file is being stored.
 * @throws TypeError, as `fetch` does, where there is neither a stored file nor a network.
 */
export async function respond(
  site: Site,
  request: Request,
  later: (work: Promise<unknown>) => void,
): Promise<Response> {
  const { list, scope, store } = site;
  const range = request.headers.get('range');
  const answer = async (whole: Response) => isolated(range === null ? whole : await partOf(whole, range));

  /** A page opened before an update requests files that no longer exist. */
  const getOld = () => store.getOld(request.url).catch(() => undefined);

  const file = locate(list.files, scope, request.url);
  const stored = file && (await store.get(file).catch(() => undefined));
  if (stored) return answer(stored);
  try {
    // The server answers range requests, and nothing is stored.
    const passedOn = !file || range !== null;
    const response = passedOn ? await site.fetch(request) : await fetchAndStore(site, file, request, later);
    const old = response.status === 404 ? await getOld() : undefined;
    return old ? answer(old) : isolated(response);
  } catch (error) {
    const old = await getOld();
    if (old) return answer(old);
    if (request.mode === 'navigate') return isolated(notStored());
    throw error;
  }
}

async function fetchAndStore(
  site: Site,
  file: BuiltFile,
  request: Request,
  later: (work: Promise<unknown>) => void,
): Promise<Response> {
  const response = await site.fetch(request.mode === 'navigate' ? request : fresh(file, request));
  if (response.status !== 200 || response.redirected) return response;
  later(keep(site, file, response.clone()).catch(() => false)); // the page gave up, or the connection broke
  return described(file, response);
}

const ANEW = { cache: 'no-cache' } as RequestInit;

/** Bypasses the browser's cache for names without a content hash: it may hold another version's file. */
function fresh(file: BuiltFile, request: Request): Request {
  return namedByContent(file.path) ? request : new Request(request, ANEW);
}

/**
 * Stores the files that a visitor may need at any time, and those of the parts that were opened.
 * @returns paths that could not be stored: no network, no room, or the server has another version.
 */
export async function storeAll(site: Site, parts: readonly Part[] = []): Promise<string[]> {
  const missing: string[] = [];
  const waiting = site.list.files.filter(
    (file) => !storedOnUse(file) && (file.part === undefined || parts.includes(file.part)),
  );
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const done = await storeOne(site, file).catch(() => false);
      if (!done) missing.push(file.path);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return missing.sort();
}

const CONNECTIONS = 6;

async function storeOne(site: Site, file: BuiltFile): Promise<boolean> {
  if (await site.store.get(file)) return true;
  // Requests the start page by its folder, as visitors do: some hosts redirect its name.
  const url = site.scope + (file.path === START ? '' : encodeURI(file.path));
  const response = await site.fetch(url, namedByContent(file.path) ? undefined : ANEW);
  return response.status === 200 && (await keep(site, file, response));
}

/** Stores a file only if the build made it: a host between two versions may serve another. */
async function keep({ list, store }: Site, file: BuiltFile, response: Response): Promise<boolean> {
  const body = await response.arrayBuffer();
  if ((await hashOf(body)) === file.hash) return store.put(file, described(file, response, body));
  // Some hosts alter pages (they minify, or add a script), so the script that a page names decides its version.
  const changed = file.path === START && new TextDecoder().decode(body).includes(list.entry);
  return changed && store.put(file, described(file, response, body));
}

function notStored(): Response {
  const text = 'There is no network, and this page has not been stored on this device yet. Try again with a network.';
  return new Response(text, { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
