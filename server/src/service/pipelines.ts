/**
 * Shares the event loop between connections. A client may send requests without waiting for answers, and Node hands over all
 * that a piece of 64 KiB holds, some thousand, before it looks at another connection. Here a connection begins one request in
 * each turn of the loop and has some unanswered at most. It is not read while others wait behind those, as in Akka HTTP.
 */
import { AsyncResource } from 'node:async_hooks';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of a connection that have begun and are not answered. */
export const MOST_UNANSWERED = 32;

interface Pipeline {
  unanswered: number;
  /** Begins those that wait, in their order. */
  waiting: (() => void)[];
}

const pipelines = new WeakMap<Socket, Pipeline>();

/** Whether a connection is not read, since requests of it wait for their turn. */
export const isHeldBack = (socket: Socket): boolean => (pipelines.get(socket)?.waiting.length ?? 0) > 0;

/** @param server with the listener whose requests are to be shared out */
export function sharePipelines(server: Server): void {
  const [begin] = server.listeners('request') as [RequestListener];
  /** Connections whose next request begins in the next turn. */
  const next = new Set<Socket>();

  function arrange(socket: Socket): void {
    const { unanswered, waiting } = pipelines.get(socket)!;
    if (waiting.length === 0 || unanswered >= MOST_UNANSWERED) return;
    if (next.size === 0) setImmediate(turn);
    next.add(socket);
  }

  function turn(): void {
    const now = [...next];
    next.clear();
    for (const socket of now) {
      const { waiting } = pipelines.get(socket)!;
      waiting.shift()?.();
      if (waiting.length === 0) socket.resume();
      else arrange(socket);
    }
  }

  function watch(socket: Socket): Pipeline {
    const pipeline: Pipeline = { unanswered: 0, waiting: [] };
    pipelines.set(socket, pipeline);
    // A request that reads its body resumes the connection, too.
    socket.on('resume', () => isHeldBack(socket) && socket.pause());
    socket.once('close', () => {
      pipeline.waiting = [];
    });
    return pipeline;
  }

  server.off('request', begin);
  server.on('request', (request, response) => {
    const { socket } = request;
    const pipeline = pipelines.get(socket) ?? watch(socket);
    const go = () => {
      pipeline.unanswered++;
      response.once('close', () => {
        pipeline.unanswered--;
        arrange(socket);
      });
      begin.call(server, request, response);
    };
    if (pipeline.unanswered === 0 && pipeline.waiting.length === 0) return go();
    pipeline.waiting.push(AsyncResource.bind(go)); // it begins in the turn of another
    socket.pause();
    arrange(socket);
  });
}
