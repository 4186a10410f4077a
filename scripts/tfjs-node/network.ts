/**
 * HTTP that knows proxies (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), gives up on what stalls, and says why it failed.
 * Node's own fetch reads no proxy variables before version 24. Node reads NODE_EXTRA_CA_CERTS.
 */
import { Agent, EnvHttpProxyAgent, type RequestInit, type Response, fetch as undiciFetch } from 'undici';

export interface Network {
  fetch(url: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface Patience {
  /** Milliseconds to connect. */
  connect: number;
  /** Milliseconds without a byte. */
  stall: number;
}

const PATIENCE: Patience = { connect: 10_000, stall: 30_000 };
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** The variable that names a proxy, if one does. */
export const proxyVariable = (env = process.env) => PROXY_VARIABLES.find((name) => env[name]);

export function openNetwork({ connect, stall }: Patience = PATIENCE): Network {
  const options = { connect: { timeout: connect }, headersTimeout: stall, bodyTimeout: stall };
  const agent = proxyVariable() ? withoutWarning(() => new EnvHttpProxyAgent(options)) : new Agent(options);
  return {
    fetch: (url, init) => undiciFetch(url, { ...init, dispatcher: agent }),
    close: () => agent.destroy(),
  };
}

/** undici calls its proxy agent experimental, which is nothing for our users to act on. */
function withoutWarning<T>(make: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** An address as fetch takes it: the name and password in it become a header. */
export function splitCredentials(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '') return { url: url.href, headers: {} };
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${secret}` } };
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name is not known (DNS)',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENETUNREACH: 'there is no network to it',
  EHOSTUNREACH: 'there is no network to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
  UND_ERR_BODY_TIMEOUT: 'nothing more came',
};

/** Why a request failed, as the end of a sentence: `it refuses the connection (ECONNREFUSED)`. */
export function networkReason(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = String((cause as NodeJS.ErrnoException).code ?? '');
    if (REASONS[code]) return `${REASONS[code]} (${code})`;
    if (/CERT|SELF_SIGNED|ISSUER/.test(code)) {
      return `its certificate is not trusted (${code}; NODE_EXTRA_CA_CERTS names a file with more)`;
    }
    if (!cause.cause) return cause.message;
  }
  return String(error);
}

/** What to do where a host cannot be reached. */
export function networkAdvice(): string {
  const proxy = proxyVariable();
  return proxy
    ? `check the network and the proxy that ${proxy} names`
    : 'check the network, or name a proxy in HTTPS_PROXY';
}
