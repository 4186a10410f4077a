/** Detects the end of answers and closes connections. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Callbacks for the end of a connection: one listener serves all requests on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once: when the answer is written, or when nobody can read it any more. Node reports the end of the
 * connection only to the response whose turn it is; one that waits behind others never hears of it.
 *
 * @returns a function that cancels the callback.
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

/** Milliseconds between checks for connections to close. */
const LOOK = 50;

/** Closes the connections of a stopping server. */
export interface Closer {
  /** Resolves when no connection is left, or after `limit` milliseconds. */
  close(limit: number): Promise<void>;
}

/**
 * Node closes idle connections once and then stops its checks for slow ones, so a connection that falls idle later, or
 * never finishes its request, would keep the server from closing. Here complete requests are answered, and all other
 * connections closed.
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
