/** Gives errors that occur before there is a route, or even a request, the shape of the API's errors. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import { openaiError, Refusal, sendRefusal, toRefusal } from '../errors/errors.ts';
import { isHeldBack } from './pipelines.ts';

const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT';

type Handlers = Required<Pick<FastifyServerOptions, 'frameworkErrors' | 'clientErrorHandler'>>;

export const frameworkErrors: Handlers = {
  frameworkErrors(error, request, reply) {
    sendRefusal(request, reply, toRefusal(error));
  },
  /** For heads that are not HTTP, too long or too slow. It closes the connection: the next bytes make no sense. */
  clientErrorHandler(error, socket: Socket) {
    if (error.code === TOO_SLOW && isHeldBack(socket)) return; // not by its client's fault
    if (error.code !== 'ECONNRESET' && socket.writable) {
      const refusal = toClientRefusal(error.code);
      const body = JSON.stringify(openaiError(refusal));
      const status = `${refusal.statusCode} ${STATUS_CODES[refusal.statusCode]}`;
      const head = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
      socket.write(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`);
    }
    socket.destroy();
  },
};

function toClientRefusal(code: string): Refusal {
  const read = 'Cannot read the request:';
  if (code === TOO_SLOW) return new Refusal(408, 'too_slow', `${read} it must come sooner.`);
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal(431, 'head_too_large', `${read} its head must be shorter.`);
  return new Refusal(400, 'invalid_http', `${read} it must be HTTP/1.1.`);
}
