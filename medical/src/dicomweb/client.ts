/**
 * Requests to a DICOMweb server (PS3.18): credentials from the environment, a limit of time, and new tries where the
 * network fails. Neither credentials nor what a server sends are ever printed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isNetworkError, networkReason } from '@onnoise/base/files';
import { InputError } from '@onnoise/scheduler/rules';
import { firstPart } from './multipart.ts';

export interface ClientOptions {
  /** Of a request with its body, in ms. */
  timeout?: number;
  /** Of a request that the network fails. */
  tries?: number;
  /** Before the second try, in ms; doubled before each further one. */
  wait?: number;
  environment?: Readonly<Record<string, string | undefined>>;
}

/** The server does not have what was asked for. */
export class NotThere extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the server does not have it (status ${status})`);
    this.status = status;
  }
}

/** What went wrong and may go right later, as a clause. */
class Passing extends Error {}

const TOO_BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The body of an answer; of one in parts, that of the first.
 * @param what is asked for, in a sentence: `the list of images`
 * @throws NotThere for 404 and 410; InputError where the server refuses; Failure where it does not answer
 */
export async function request(
  url: string,
  accept: string,
  what: string,
  options: ClientOptions = {},
): Promise<Uint8Array> {
  const { timeout = 60_000, tries = 3, wait = 1000, environment = process.env } = options;
  const { host } = new URL(url);
  const headers = { accept, ...authorization(environment) };
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(url, { headers, signal: AbortSignal.timeout(timeout) }, { host, what });
    } catch (error) {
      if (error instanceof InputError || error instanceof Failure || error instanceof NotThere) throw error;
      if (attempt >= tries) throw new Failure(`Cannot read ${what} from ${host}: ${reasonOf(error, timeout)}.`);
      await sleep(wait * 2 ** (attempt - 1));
    }
  }
}

async function once(
  url: string,
  init: RequestInit,
  { host, what }: { host: string; what: string },
): Promise<Uint8Array> {
  const response = await fetch(url, init);
  const { status } = response;
  if (status === 204) return new Uint8Array();
  if (response.ok) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    const length = response.headers.get('content-length');
    const coded = response.headers.has('content-encoding');
    if (!coded && length !== null && Number(length) !== bytes.length) throw new Passing('its answer is cut short');
    const part = firstPart(response.headers.get('content-type') ?? '', bytes);
    if (part === undefined) throw new Passing('its answer is cut short');
    return part;
  }
  await response.body?.cancel();
  if (status === 404 || status === 410) throw new NotThere(status);
  if (TOO_BUSY.has(status)) throw new Passing(`it answers with status ${status}`);
  const advice =
    status === 401 || status === 403
      ? `${host} refuses access (status ${status}). Set DICOMWEB_USER and DICOMWEB_PASSWORD, or DICOMWEB_TOKEN, in the environment`
      : `${host} answers with status ${status}`;
  throw new InputError(`Cannot read ${what}: ${advice}.`);
}

/** Basic or bearer, as the environment says; nothing if it says nothing. */
function authorization(environment: NonNullable<ClientOptions['environment']>): Record<string, string> {
  const { DICOMWEB_USER: user, DICOMWEB_PASSWORD: password = '', DICOMWEB_TOKEN: token } = environment;
  if (token) return { authorization: `Bearer ${token}` };
  if (!user) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function reasonOf(error: unknown, timeout: number): string {
  if (error instanceof Passing) return error.message;
  if ((error as Error).name === 'TimeoutError') return `it did not answer within ${timeout / 1000} s`;
  if (isNetworkError(error)) return networkReason(error);
  // The message of another may hold what the server sent.
  const { cause } = error as { cause?: { code?: string } };
  const code = cause?.code ?? (error as NodeJS.ErrnoException).code;
  return code === undefined ? 'the connection failed' : `the connection failed (${code})`;
}
