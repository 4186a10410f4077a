/** Server-sent events as a stream. A slow reader misses events that may be missed, so memory does not grow. */
import { Readable } from 'node:stream';

export interface EventStream {
  stream: Readable;
  /** Sends an event with its data as JSON. If it `mayBeMissed`, it is dropped while the reader lags behind. */
  send(event: string, data: object, options?: { mayBeMissed?: boolean }): void;
  /** Writes a comment, which readers pass over. */
  beat(): void;
  end(): void;
}

/** Bytes that may wait for a slow reader before events are dropped. */
const LAG = 64 * 1024;
/** Milliseconds between comments, which keep proxies from closing a quiet connection. */
const HEARTBEAT = 15_000;

export function createEventStream(): EventStream {
  const stream = new Readable({ read() {}, highWaterMark: LAG });
  let ended = false;
  const beat = () => {
    if (!ended && !stream.destroyed && stream.readableLength === 0) stream.push(': waiting\n\n');
  };
  const beats = setInterval(beat, HEARTBEAT);
  stream.once('close', () => clearInterval(beats));
  return {
    stream,
    beat,
    send(event, data, { mayBeMissed = false } = {}) {
      if (ended || stream.destroyed || (mayBeMissed && stream.readableLength > LAG)) return;
      stream.push(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    end() {
      clearInterval(beats);
      ended = true;
      if (!stream.destroyed) stream.push(null);
    },
  };
}
