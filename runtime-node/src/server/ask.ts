/** One request's work: what it may take, when it is given up, and what it gives back however it ends. */
import type { FastifyReply } from 'fastify';
import { whenOver } from './connections.ts';
import { clientGone, Refusal } from './errors.ts';
import type { Service } from './service.ts';

/** Bytes of an image's value while it is worked at: three float32 in the engine, its copy here, its PNG and base64. */
const BYTES_A_VALUE = 24;
const BYTES_AN_IMAGE = 4096;

export interface Work {
  /** Aborted when the client is gone, and when the time is up (with a Refusal, 504). */
  signal: AbortSignal;
  /** An image is done. */
  releaseOne(): void;
}

export interface WorkOptions {
  client: string;
  /** Images. */
  count: number;
  /** Network calls an image. */
  steps: number;
  /** Values of an image. */
  size: number;
}

/**
 * Does the work within the limits of the server.
 * @throws Refusal: 429 where the queue or the memory is full, 503 while the server is being stopped, 504 when the time is up.
 */
export async function withinLimits<T>(
  { options, admission, closing }: Service,
  reply: FastifyReply,
  { client, count, steps, size }: WorkOptions,
  run: (work: Work) => Promise<T>,
): Promise<T> {
  if (closing()) throw new Refusal(503, 'closing', 'The server is being stopped: ask another.', { retryAfter: 1 });
  const place = admission.take(client, count, steps);
  let free: () => void;
  try {
    free = admission.hold(count * (size * BYTES_A_VALUE + BYTES_AN_IMAGE), client);
  } catch (error) {
    place.release();
    throw error;
  }
  const abort = new AbortController();
  const { timeout } = options;
  const late = setTimeout(() => {
    abort.abort(new Refusal(504, 'timeout', `The request took longer than its ${timeout} s and was given up.`));
  }, timeout * 1000);
  const forget = whenOver(reply, () => {
    abort.abort(clientGone());
  });
  try {
    return await run({ signal: abort.signal, releaseOne: place.releaseOne });
  } finally {
    clearTimeout(late);
    forget();
    place.release();
    whenOver(reply, free); // what was made waits here until the client has read it
  }
}
