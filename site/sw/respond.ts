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
import type { Store } from './store.ts';

/**
 * Headers of what the service worker answers. Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy make the
 * page cross-origin isolated, which is what gives WebAssembly its threads, on hosts that set no headers.
 *
 * `require-corp` and not `credentialless`: nothing here comes from another host, so the one that every browser knows
 * costs nothing. Source: https://html.spec.whatwg.org/multipage/browsers.html#coep
 */

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** Some servers do not know these types, and browsers refuse a module of an unknown type. */
const TYPES: Record<string, string> = {
  css: 'text/css',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  json: 'application/json',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
};

/** Statuses that a response with a body cannot have. */
const WITHOUT_BODY = [101, 103, 204, 205, 304];

/** The same response with the headers of an isolated page. Opaque ones cannot be rebuilt and stay as they are. */
export function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(WITHOUT_BODY.includes(status) ? null : response.body, { status, statusText, headers });
}

/**
 * The response for a built file, with its own length (a compressed transfer has another, or none, and progress bars
 * would overflow) and the right type. A new response also drops the redirect mark, which browsers refuse for pages.
 */
export function described(file: BuiltFile, response: Response, body?: ArrayBuffer): Response {
  const told = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
  const headers = new Headers({ 'content-length': String(body?.byteLength ?? told ?? file.bytes) });
  const type = TYPES[file.path.split('.').at(-1)!] ?? response.headers.get('content-type');
  if (type !== null) headers.set('content-type', type);
  return new Response(body ?? response.body, { headers });
}

/** A part of a stored file, as a `Range` header asks for it. Source: RFC 9110, section 14. */

/**
 * First and last byte; `outside` if the range lies outside the file; undefined if the header is not one plain range,
 * which a server may answer with the whole file.
 */
export function parseRange(header: string, size: number): { first: number; last: number } | 'outside' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  return first < size && first <= last ? { first, last } : 'outside';
}

/** Answers a `Range` header from the whole file: 206, 416, or the whole. */
export async function partOf(whole: Response, header: string): Promise<Response> {
  const body = await whole.blob();
  const range = parseRange(header, body.size);
  const headers = new Headers(whole.headers);
  if (range === undefined) return new Response(body, { headers });
  if (range === 'outside') {
    headers.set('content-range', `bytes */${body.size}`);
    headers.delete('content-length');
    return new Response(null, { status: 416, headers });
  }
  const { first, last } = range;
  headers.set('content-range', `bytes ${first}-${last}/${body.size}`);
  headers.set('content-length', String(last - first + 1));
  return new Response(body.slice(first, last + 1), { status: 206, statusText: 'Partial Content', headers });
}

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
