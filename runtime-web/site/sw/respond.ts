/**
 * What the service worker answers: built files from the store, the same at any connection and at once; else from the
 * network, and into the store on the way. Everything gets the headers of an isolated page.
 */
import { type BuiltFile, type BuiltList, hashOf, locate, namedByContent, START, storedOnUse } from './files.ts';
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

/** Only these are answered; the browser sees to the rest itself. */
export function concerns({ scope }: Pick<Site, 'scope'>, request: Request): boolean {
  const own = new URL(request.url).origin === new URL(scope).origin;
  // The developer tools ask so: https://crbug.com/823392
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

  /** A page opened before an update asks for files that are no more. */
  const getOld = () => store.getOld(request.url).catch(() => undefined);

  const file = locate(list.files, scope, request.url);
  const stored = file && (await store.get(file).catch(() => undefined));
  if (stored) return answer(stored);
  try {
    // A part of a file is the server's to give: nothing to store.
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
  later(keep(site, file, response.clone()).catch(() => false)); // the page gave up, or the line broke
  return described(file, response);
}

const ANEW = { cache: 'no-cache' } as RequestInit;

/** Names that stay the same over versions are asked for anew: a browser's cache may hold another version's. */
function fresh(file: BuiltFile, request: Request): Request {
  return namedByContent(file.path) ? request : new Request(request, ANEW);
}

/**
 * Stores the files that a visitor may need at any time.
 * @returns paths that could not be stored: no network, no room, or the server gives another version's.
 */
export async function storeAll(site: Site): Promise<string[]> {
  const missing: string[] = [];
  const waiting = site.list.files.filter((file) => !storedOnUse(file));
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
  // The start page is asked for as visitors do: some hosts send its name elsewhere.
  const url = site.scope + (file.path === START ? '' : encodeURI(file.path));
  const response = await site.fetch(url, namedByContent(file.path) ? undefined : ANEW);
  return response.status === 200 && (await keep(site, file, response));
}

/** Stores what is what the build made; a host between two versions gives something else. */
async function keep({ list, store }: Site, file: BuiltFile, response: Response): Promise<boolean> {
  const body = await response.arrayBuffer();
  if ((await hashOf(body)) === file.hash) return store.put(file, described(file, response, body));
  // Some hosts change pages on the way (they minify, add a script); the version is told by the script that it names.
  const changed = file.path === START && new TextDecoder().decode(body).includes(list.entry);
  return changed && store.put(file, described(file, response, body));
}

function notStored(): Response {
  const text = 'There is no network, and this page has not been stored on this device yet. Try again with a network.';
  return new Response(text, { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
