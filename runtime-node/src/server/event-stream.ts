/** Server-sent events as a stream. A reader that is slow misses what may be missed, and never makes memory grow. */
import { Readable } from 'node:stream';

export interface EventStream {
  stream: Readable;
  /** An event, its data as JSON. Left out where the reader lags behind, if it `mayBeMissed`. */
  send(event: string, data: object, options?: { mayBeMissed?: boolean }): void;
  end(): void;
}

/** Bytes that wait for a slow reader before what may be missed is. */
const LAG = 64 * 1024;
/** Milliseconds between comments that keep proxies from closing a connection on which nothing happens. */
const HEARTBEAT = 15_000;

export function createEventStream(): EventStream {
  const stream = new Readable({ read() {}, highWaterMark: LAG });
  let ended = false;
  const beat = setInterval(() => stream.readableLength === 0 && stream.push(': waiting\n\n'), HEARTBEAT);
  stream.once('close', () => clearInterval(beat));
  return {
    stream,
    send(event, data, { mayBeMissed = false } = {}) {
      if (ended || stream.destroyed || (mayBeMissed && stream.readableLength > LAG)) return;
      stream.push(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    end() {
      clearInterval(beat);
      ended = true;
      if (!stream.destroyed) stream.push(null);
    },
  };
}
