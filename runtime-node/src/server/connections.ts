/** The ends of answers and of connections. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** What is to be told when a connection ends: one listener for all requests on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once: when the answer is written, or when nobody can read it any more. Node tells a response of its end only
 * from its turn on the connection on; one that waits behind others never learns that the connection is gone.
 *
 * @returns takes it back.
 */
export function whenOver(reply: FastifyReply, over: () => void): () => void {
  const { raw, request } = reply;
  const { socket } = request.raw;
  const ends = waiting.get(socket) ?? watch(socket);
  const forget = () => {
    ends.delete(once);
    raw.off('close', once);
  };
  const once = () => {
    forget();
    over();
  };
  if (raw.writableFinished || raw.destroyed || socket.destroyed) over();
  else {
    ends.add(once);
    raw.once('close', once);
  }
  return forget;
}

function watch(socket: Socket): Set<() => void> {
  const ends = new Set<() => void>();
  waiting.set(socket, ends);
  socket.once('close', () => {
    for (const over of [...ends]) over();
  });
  return ends;
}

/** Milliseconds between two looks at what may be closed. */
const LOOK = 50;

/** Closes a server that is being stopped, connection by connection. */
export interface Closer {
  /** Resolves when no connection is left; at the latest after `limit` milliseconds. */
  close(limit: number): Promise<void>;
}

/**
 * Node closes what is idle once, and stops to look for what is slow: a connection that falls idle later, or never finishes
 * its request, would hold a server up. Here those whose request is complete are answered, all others closed.
 */
export function createCloser(app: FastifyInstance): Closer {
  let answering = 0;
  app.addHook('preValidation', async (_, reply) => {
    answering++;
    whenOver(reply, () => answering--);
  });
  return {
    async close(limit) {
      const { server } = app as { server: Server };
      const until = Date.now() + limit;
      const look = setInterval(() => {
        if (answering === 0 || Date.now() > until) server.closeAllConnections();
        else server.closeIdleConnections();
      }, LOOK);
      await app.close().finally(() => clearInterval(look));
    },
  };
}
