/**
 * Downloads a file, and counts its bytes as they arrive.
 *
 * Every failure is an InputError that names the file: missing, an HTML page instead (some hosts answer every address
 * with their start page), cut short, or unreachable.
 */
import { InputError } from '@onnoise/scheduler/rules';

export interface DownloadOptions {
  /** Starts the sentence of an error: `Cannot ${action}: ...`. */
  action: string;
  onProgress?: ((loaded: number, total: number | null) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** @throws InputError, or the signal's reason. */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { action, onProgress, signal } = options;
  const response = await request(url, options);
  const total = lengthOf(response);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  try {
    onProgress?.(0, total);
    const reader = response.body!.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      loaded += part.value.length;
      onProgress?.(loaded, total);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw cutShort(action, url, loaded, total, error as Error);
  }
  if (total !== null && loaded < total) throw cutShort(action, url, loaded, total);
  return join(chunks, loaded);
}

async function request(url: string, { action, signal }: DownloadOptions): Promise<Response> {
  if (url.startsWith('data:')) return new Response(dataOf(url));
  let response: Response;
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    const offline = globalThis.navigator?.onLine === false ? 'the browser is offline' : (error as Error).message;
    throw new InputError(`Cannot ${action}: ${url} must answer, received "${offline}".`);
  }
  if (response.ok) {
    if (!/^text\/html\b/i.test(response.headers.get('content-type') ?? '')) return response;
    await response.body?.cancel();
    throw new InputError(`Cannot ${action}: ${url} must be a file, received an HTML page.`);
  }
  await response.body?.cancel();
  throw new InputError(`Cannot ${action}: ${url} must be there, received status ${response.status}.`);
}

/** The content of a `data:` address: bundlers put small files into theirs, and a page's policy may forbid to fetch these. */
function dataOf(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(',');
  const text = decodeURIComponent(url.slice(comma + 1));
  if (!/;base64$/i.test(url.slice(0, comma))) return new TextEncoder().encode(text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Expected bytes; null if the server does not say, or gives the length of a compressed body. */
function lengthOf({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? null : Number(length);
}

function cutShort(action: string, url: string, loaded: number, total: number | null, error?: Error): InputError {
  const whole = total === null ? 'whole' : `whole, ${total} bytes`;
  const why = error ? ` and "${error.message}"` : '';
  return new InputError(`Cannot ${action}: ${url} must arrive ${whole}, received ${loaded} bytes${why}.`);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
