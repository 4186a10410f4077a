/**
 * Headers of what the service worker answers. Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy make the
 * page cross-origin isolated, which is what gives WebAssembly its threads, on hosts that set no headers.
 *
 * `require-corp` and not `credentialless`: nothing here comes from another host, so the one that every browser knows
 * costs nothing. Source: https://html.spec.whatwg.org/multipage/browsers.html#coep
 */
import type { BuiltFile } from './files.ts';

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
