/** Detects the end of answers and closes connections. */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isHeldBack, MOST_UNANSWERED } from './pipelines.ts';

/** Calls `over` once, when nobody waits for an answer any more. @returns a function that cancels the callback */
export type WhenOver = (over: () => void) => () => void;

type Callbacks = Set<() => void>;

/** What is to be called at the end of an answer, and at the end of a connection: one listener each. */
const ofAnswers = new WeakMap<ServerResponse, Callbacks>();
const ofConnections = new WeakMap<Socket, Callbacks>();

/**
 * Calls `over` once: when the answer is written, or when nobody can read it any more. Node reports the end of the
 * connection only to the response whose turn it is; one that waits behind others never hears of it.
 *
 * @returns a function that cancels the callback.
 */
export function whenOver({ raw, request }: FastifyReply, over: () => void): () => void {
  const { socket } = request.raw;
  if (raw.writableFinished || raw.destroyed || socket.destroyed) {
    over();
    return () => {};
  }
  const callbacks = ofAnswers.get(raw) ?? watchAnswer(raw, socket);
  const once = () => {
    callbacks.delete(once);
    over();
  };
  callbacks.add(once);
  return () => callbacks.delete(once);
}

function watchAnswer(raw: ServerResponse, socket: Socket): Callbacks {
  const callbacks: Callbacks = new Set();
  ofAnswers.set(raw, callbacks);
  const ends = ofConnections.get(socket) ?? watchConnection(socket);
  const end = () => {
    ends.delete(end);
    raw.off('close', end);
    for (const over of [...callbacks]) over();
  };
  ends.add(end);
  raw.once('close', end);
  return callbacks;
}

function watchConnection(socket: Socket): Callbacks {
  const ends: Callbacks = new Set();
  ofConnections.set(socket, ends);
  socket.once('close', () => {
    for (const end of [...ends]) end();
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

const probes = new WeakMap<FastifyReply, () => void>();

/** @param write writes something to an answer under way that its reader passes over */
export const probeBy = (reply: FastifyReply, write: () => void): void => void probes.set(reply, write);

/** Milliseconds between looks whether a client that has closed its side still waits. */
const PROBES = [0, 100, 1000];

/**
 * Lets a client that has sent its request close its side of the connection, as `nc -N` does, and still have its answer. One
 * that has gone looks the same until something is written to it. So it is sent `102 Processing` now and then: a client that
 * waits passes over it (RFC 9110, 15.2), and the system of one that has gone resets the connection, which the next write tells.
 * An answer that has begun is written to by its own `probeBy`. A connection that is held back is not read: it is asked, too.
 */
export function allowHalfOpen(app: FastifyInstance): void {
  (app.server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true; // Node's own, and not in its types
  /** The requests of each connection that wait for their answers, in their order. */
  const unanswered = new WeakMap<Socket, Set<FastifyReply>>();
  const probed = new WeakSet<Socket>();
  const probe = (socket: Socket, [pause = 0, ...more]: readonly number[]) => {
    probed.add(socket);
    setTimeout(() => {
      const [next] = unanswered.get(socket)!;
      const tells = !socket.readableEnded && !isHeldBack(socket); // when its client goes
      if (next === undefined || socket.destroyed || tells) return void probed.delete(socket);
      const write = probes.get(next);
      if (write) write();
      else if (!next.raw.headersSent) next.raw.writeProcessing();
      probe(socket, more.length > 0 ? more : [pause]);
    }, pause);
  };
  app.addHook('onRequest', async ({ raw }, reply) => {
    const { socket, httpVersion } = raw;
    if (httpVersion !== '1.1') return; // an older client knows no 102
    const all = unanswered.get(socket) ?? new Set();
    if (!unanswered.has(socket)) socket.once('end', () => probed.has(socket) || probe(socket, PROBES));
    unanswered.set(socket, all.add(reply));
    if (all.size === MOST_UNANSWERED && !probed.has(socket)) probe(socket, PROBES.slice(1));
    whenOver(reply, () => all.delete(reply));
  });
}

/**
 * Node closes idle connections once and then stops its checks for slow ones, so a connection that falls idle later, or
 * never finishes its request, would keep the server from closing. Here complete requests are answered, and all other
 * connections closed. Before that, while the server still takes requests, clients are told to open no more on a connection.
 */
export function createCloser(app: FastifyInstance, draining: () => boolean): Closer {
  let answering = 0;
  app.addHook('onSend', async (_, reply) => {
    if (draining()) void reply.header('connection', 'close'); // the next request goes elsewhere
  });
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
