/** Runs one request's work: reserves its share, cancels it on time, and releases everything however it ends. */
import { clientGone, Refusal, tooLate } from '../errors/errors.ts';
import type { WhenOver } from './connections.ts';
import type { Service } from './service.ts';

/** Bytes per image value during the work: x, x0 and noise in the engine, a copy here, the PNG and the base64. */
const BYTES_A_VALUE = 24;
/** And of each auxiliary picture that the engine keeps. */
const AUXILIARY_BYTES_A_VALUE = 4;
/** And of each value of a mask or picture that the network is told: in a message, in the engine and in the image's row. */
const BYTES_A_TOLD_VALUE = 12;
/** Three channels while it is scaled, its file and the base64. */
const BYTES_A_SCALED_PIXEL = 12;
const BYTES_AN_IMAGE = 4096;

export interface Work {
  /** Aborted when the client has gone, or when the time is up (with a Refusal, 504). */
  signal: AbortSignal;
  /** An image is done. */
  releaseOne(): void;
}

export interface WorkOptions {
  /** Its name. */
  model: string;
  client: string;
  /** Images. */
  count: number;
  /** Network calls per image; a guided step is two. */
  steps: number;
  /** Values per image. */
  size: number;
  /** Auxiliary pictures that the engine keeps for each. Default: 0. */
  auxiliary?: number;
  /** Pixels that each is scaled to. Default: 0. */
  scaled?: number;
  /** Values of what the network is told of each as a picture, see `toldSize`. Default: 0. */
  told?: number;
}

/** @throws Refusal (503) of a server that stops */
export function refuseWhile(closing: boolean): void {
  if (closing) throw new Refusal(503, 'closing', 'The server is stopping: ask another.', { retryAfter: 1 });
}

/**
 * Does the work within the server's limits.
 * @throws Refusal: 429 if the queue or the memory is full, 503 while the server stops, 504 when the time is up.
 */
export async function withinLimits<T>(
  { options, admission, statistics, closing }: Service,
  whenOver: WhenOver,
  { model, client, count, steps, size, auxiliary = 0, scaled = 0, told = 0 }: WorkOptions,
  run: (work: Work) => Promise<T>,
): Promise<T> {
  refuseWhile(closing());
  const place = admission.take(client, count, steps);
  let free: () => void;
  try {
    const bytesAValue = BYTES_A_VALUE + auxiliary * AUXILIARY_BYTES_A_VALUE;
    const around = scaled * BYTES_A_SCALED_PIXEL + told * BYTES_A_TOLD_VALUE + BYTES_AN_IMAGE;
    const bytes = size * bytesAValue + around;
    free = admission.hold(count * bytes, client);
  } catch (error) {
    place.release();
    throw error;
  }
  const abort = new AbortController();
  const { timeout } = options;
  const late = setTimeout(() => {
    abort.abort(tooLate(timeout));
  }, timeout * 1000);
  const forget = whenOver(() => abort.abort(clientGone()));
  const began = performance.now();
  let done = false;
  try {
    const result = await run({ signal: abort.signal, releaseOne: place.releaseOne });
    done = true;
    return result;
  } finally {
    statistics.ended(model, done, performance.now() - began);
    clearTimeout(late);
    forget();
    place.release();
    whenOver(free); // the result waits here until the client has read it
  }
}
