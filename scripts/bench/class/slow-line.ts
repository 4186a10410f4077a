/** A line to a server that is slow in both directions, as a phone's at the edge of a network: it delays bytes, and lets few of them through. */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Line {
  /** Bits a second of all connections together. */
  bits: number;
  /** Milliseconds there and back. */
  latency: number;
}

export interface SlowLine {
  port: number;
  /** Bytes that came from the server so far, headers included. */
  received(): number;
  /** Paths of the requests so far. */
  asked(): string[];
  close(): void;
}

const PIECE = 1460;
/** Of HTTP/1.1, where a connection carries one request at a time. */
const REQUEST = /^GET (\S+) HTTP/;

export async function openLine(host: string, port: number, { bits, latency }: Line): Promise<SlowLine> {
  let received = 0;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const [up, down] = [takeTurns(bits), takeTurns(bits)];
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      socket.setNoDelay(true);
    }
    const handshake = sleep(1.5 * latency); // there and back, and there with the first request
    void pass(near, far, up, latency / 2, handshake, (piece) => {
      const [, path] = REQUEST.exec(piece.toString('latin1')) ?? [];
      if (path !== undefined) asked.push(path);
    });
    void pass(far, near, down, latency / 2, Promise.resolve(), (piece) => {
      received += piece.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as { port: number }).port,
    received: () => received,
    asked: () => asked,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** @param delay milliseconds from one side to the other @param begin nothing arrives before */
async function pass(
  from: Socket,
  to: Socket,
  turn: (bytes: number) => Promise<void>,
  delay: number,
  begin: Promise<void>,
  look: (piece: Buffer) => void,
): Promise<void> {
  let last = begin;
  try {
    for await (const chunk of from) {
      for (let at = 0; at < chunk.length; at += PIECE) {
        const piece: Buffer = chunk.subarray(at, at + PIECE);
        await turn(piece.length);
        look(piece);
        const arrives = sleep(delay);
        last = last.then(() => arrives).then(() => void to.write(piece));
      }
    }
  } catch {
    // the other side has gone
  }
  await last.catch(() => undefined);
  to.end();
}

/** Connections share the line: each piece waits for those before it. */
function takeTurns(bits: number): (bytes: number) => Promise<void> {
  let free = 0;
  return async (bytes) => {
    const now = performance.now();
    free = Math.max(free, now) + (bytes * 8 * 1000) / bits;
    const wait = free - now;
    if (wait > 4) await sleep(wait); // timers are no finer; what they are late is made up for
  };
}
