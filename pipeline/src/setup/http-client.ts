/**
 * HTTP with proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), a limit for stalled connections, and a reason for each
 * failure. Node's fetch reads no proxy variables before version 24. Node itself reads NODE_EXTRA_CA_CERTS.
 */
import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { InputError } from '@onnoise/scheduler/rules';

interface HttpRequest {
  method?: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

interface HttpResponse {
  status: number;
  /** After redirections. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The caller must read or destroy it. */
  body: IncomingMessage;
}

export interface HttpClient {
  /** @throws InputError if the environment names an invalid proxy; else the connection's error */
  ask(url: string, question?: HttpRequest): Promise<HttpResponse>;
}

const REDIRECTIONS = 5;

/** @param stall milliseconds without a byte after which a connection is closed */
export function openHttpClient({ stall = 30_000, env = process.env } = {}): HttpClient {
  const ask = async (address: string, question: HttpRequest = {}, left = REDIRECTIONS): Promise<HttpResponse> => {
    const url = new URL(address);
    const body = await askOnce(url, question, stall, env);
    const { statusCode: status = 0, headers } = body;
    if (![301, 302, 303, 307, 308].includes(status) || !headers.location)
      return { status, url: address, headers, body };
    body.destroy();
    if (left === 0) throw new Error('it redirects in a loop');
    if (!isHttpAddress(headers.location, url.href)) {
      throw new Error(`it redirects to "${headers.location}", which is not an http address`);
    }
    const next = new URL(headers.location, url);
    const { authorization: _, ...others } = question.headers ?? {};
    return ask(next.href, next.origin === url.origin ? question : { ...question, headers: others }, left - 1);
  };
  return { ask: (url, question) => ask(url, question) };
}

async function askOnce(
  url: URL,
  question: HttpRequest,
  stall: number,
  env: NodeJS.ProcessEnv,
): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, signal } = question;
  const options = { method, headers, agent: false, ...(signal && { signal }) };
  const secure = url.protocol === 'https:';
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return answerOf((secure ? httpsRequest : httpRequest)(url, options), stall);
  if (!secure) {
    const forward = { ...options, path: url.href, headers: { ...headers, ...proxy.headers, host: url.host } };
    return answerOf(requestTo(proxy.url)(proxy.url, forward), stall);
  }
  const tunnel = await openTunnel(url, proxy, stall, signal);
  const createConnection = () => connectTls({ socket: tunnel, servername: url.hostname });
  return answerOf(httpsRequest(url, { ...options, createConnection }), stall);
}

const requestTo = (url: URL) => (url.protocol === 'https:' ? httpsRequest : httpRequest);

/** Sends a request without a body and waits for the head of its answer; silence ends both. */
function answerOf(request: ClientRequest, stall: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    request.setTimeout(stall, () => (answer ?? request).destroy(timedOut()));
    request.on('error', reject);
    request.on('response', (response) => {
      answer = response;
      resolve(response);
    });
    request.end();
  });
}

function openTunnel(url: URL, proxy: Proxy, stall: number, signal: AbortSignal | undefined): Promise<Socket> {
  const path = `${url.hostname}:${url.port || 443}`;
  const headers = { host: path, ...proxy.headers };
  const request = requestTo(proxy.url)(proxy.url, {
    method: 'CONNECT',
    path,
    headers,
    agent: false,
    ...(signal && { signal }),
  });
  return new Promise((resolve, reject) => {
    request.setTimeout(stall, () => request.destroy(timedOut()));
    request.on('error', reject);
    request.on('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.url.host} answers ${statusCode}`));
    });
    request.end();
  });
}

const timedOut = () => Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });

interface Proxy {
  url: URL;
  headers: Record<string, string>;
}

const PROXY_VARIABLES = { 'https:': ['HTTPS_PROXY', 'https_proxy'], 'http:': ['HTTP_PROXY', 'http_proxy'] };

/** The proxy that the environment names for an address; undefined for none. */
function proxyFor({ protocol, hostname, port }: URL, env: NodeJS.ProcessEnv): Proxy | undefined {
  const name = PROXY_VARIABLES[protocol as keyof typeof PROXY_VARIABLES].find((variable) => env[variable]);
  if (name === undefined) return undefined;
  const direct = (env.NO_PROXY ?? env.no_proxy ?? '').split(/[\s,]+/).filter(Boolean);
  const spared = direct.some((entry) => {
    const [host, only] = entry.replace(/^\*?\./, '').split(':');
    const fits = host === '*' || hostname === host || hostname.endsWith(`.${host}`);
    return fits && (only === undefined || only === port);
  });
  if (spared) return undefined;
  const value = env[name]!;
  const address = value.includes('://') ? value : `http://${value}`;
  if (!isHttpAddress(address)) {
    throw new InputError(
      `Cannot use the proxy: ${name} must be an address as http://proxy.example:3128, received "${hidePassword(value)}".`,
    );
  }
  const { url, headers } = splitCredentials(address);
  const { authorization } = headers;
  return { url: new URL(url), headers: authorization ? { 'proxy-authorization': authorization } : {} };
}

/** True for an http or https address. @param base the base of a relative address */
export function isHttpAddress(address: string, base?: string): boolean {
  return URL.canParse(address, base) && /^https?:$/.test(new URL(address, base).protocol);
}

/** An address that is safe to show. */
export const hidePassword = (address: string) => address.replace(/\/\/.*@/, '//...@');

/** An address as requested: its name and password become a header. */
export function splitCredentials(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url: url.href, headers: {} };
  const secret = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${secret}` } };
}

/** Percent signs that encode nothing stay. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What to do if a host cannot be reached. */
export function networkAdvice(): string {
  const proxy = Object.values(PROXY_VARIABLES)
    .flat()
    .find((name) => process.env[name]);
  return proxy
    ? `check the network and the proxy that ${proxy} names`
    : 'check the network, or name a proxy in HTTPS_PROXY';
}
