/**
 * Refuses what a web page of somebody else sends. A browser lets every page send some requests to any address, this
 * machine's included, without asking the server first: forms, images, texts. The page cannot read the answers, but the
 * server would compute them. And by DNS rebinding a page's own name leads to this machine: the browser then takes the
 * page for the server's own, and only the `Host` header tells the difference.
 *
 * Clients that are no browsers send none of these headers, and may send what they like: keys keep them out.
 *
 * Sources: https://www.w3.org/TR/fetch-metadata/, `CrossOriginProtection` of Go's net/http, and how ollama and Vite
 * check `Host` (CVE-2024-28224, CVE-2025-24010).
 */
import { isIPv6 } from 'node:net';
import { refuse, show } from '@onnoise/scheduler/rules';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers under any name, and pages of any origin: it tells no more than the server's health. */
    health?: boolean;
    /** A picture under an address that nobody can guess: where pages of other origins are allowed, any page that knows it may show it. */
    shown?: boolean;
  }
}

/** The server's options that say who may ask. */
interface Allowed {
  /** Requests need a key. */
  keyed: boolean;
  corsOrigins: readonly string[];
  allowedHosts: readonly string[];
}

/** Refuses requests of other origins and, on loopback without keys or where hosts are named, of other hosts. */
export function guardOrigins(app: FastifyInstance, allowed: Allowed): void {
  const hosts = allowed.allowedHosts.map(hostName);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.health) return;
    const { host, origin, 'sec-fetch-site': site } = request.headers;
    if (checksHosts(app, allowed) && !isKnown(hostName(host ?? ''), hosts)) {
      const rule = 'Host must be localhost or a name given with --allowed-host';
      throw new Refusal(403, 'host_not_allowed', `Cannot take the request: ${rule}, received ${show(host ?? '')}.`);
    }
    if (isForeign(request, allowed.corsOrigins) && !isLink(request) && !isShown(request, allowed)) {
      const rule = "it must come from this server's own page or an origin given with --cors-origin";
      const received = origin === undefined ? `one from a ${site} page` : `one from ${show(origin)}`;
      throw new Refusal(403, 'origin_not_allowed', `Cannot take the request: ${rule}, received ${received}.`);
    }
  });
}

/** A page that poses as the server's own has no key. An address beyond this machine has whatever name its network gives it. */
function checksHosts({ server }: FastifyInstance, { keyed, allowedHosts }: Allowed): boolean {
  if (allowedHosts.length > 0) return !allowedHosts.includes('*');
  const bound = server.address();
  return !keyed && typeof bound === 'object' && bound !== null && isLoopback(bound.address);
}

const isKnown = (name: string | undefined, hosts: readonly (string | undefined)[]): boolean =>
  name !== undefined && (isLoopback(name) || hosts.includes(name));

/**
 * Whether a browser sent the request for a page of another origin. The browser's own judgement, `Sec-Fetch-Site`, counts
 * before a comparison with `Host`, which a proxy may have changed; it is absent on plain HTTP beyond this machine.
 */
function isForeign({ headers }: FastifyRequest, origins: readonly string[]): boolean {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origins.includes('*') || (origin !== undefined && origins.includes(origin))) return false;
  if (site !== undefined && site !== 'none') return site !== 'same-origin';
  return origin !== undefined && !isOwn(origin, host);
}

/** Whether an origin has the host and port of `Host`; the scheme is not known behind a proxy. */
function isOwn(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false; // "null": the origin of a sandbox, of a file
  const { protocol, host: own } = new URL(origin);
  const address = `${protocol}//${host}`;
  return own !== '' && URL.canParse(address) && new URL(address).host === own;
}

/** A link on another page, followed by the user: it may open the pages that the server itself has. */
const isLink = ({ method, headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.config.open === true &&
  method === 'GET' &&
  headers.origin === undefined &&
  headers['sec-fetch-dest'] === 'document';

/** An `<img>` sends no `Origin`, so that it cannot be told whose page it is on. */
const isShown = ({ method, headers, routeOptions }: FastifyRequest, { corsOrigins }: Allowed): boolean =>
  routeOptions.config.shown === true &&
  corsOrigins.length > 0 &&
  method === 'GET' &&
  headers.origin === undefined &&
  headers['sec-fetch-dest'] === 'image';

/** Whether a host name or an address leads to this machine alone. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostName(host) ?? '');

/** A name or an address as browsers write it, without port and final dot; undefined for what is neither. */
function hostName(host: string): string | undefined {
  const url = `http://${isIPv6(host) ? `[${host}]` : host}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined;
}

/** @throws InputError for an origin that no page can have. */
export function checkOrigin(action: string, name: string, origin: string): void {
  if (origin === '*') return;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (parsed?.origin !== origin) refuse(action, name, '* or an origin such as https://example.org', origin);
}

/** @throws InputError for what no `Host` can be. */
export function checkHost(action: string, name: string, host: string): void {
  const isName = isIPv6(host) || /^(\[.*\]|[^\s.:/\\?#@*[\]][^\s:/\\?#@*[\]]*)$/.test(host);
  if (host === '*' || (isName && hostName(host) !== undefined)) return;
  refuse(action, name, '* or a host without scheme and port, such as pictures.example.org', host);
}
