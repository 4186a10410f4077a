/** Refusals of requests, in the shape that each API's clients expect. */
import { EngineGone, ModelFault } from '@onnoise/runtime-node/engine';
import { InputError } from '@onnoise/scheduler/rules';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Counter } from 'prom-client';
import { invalidField } from './invalid-field.ts';
import { CLIENT_GONE, Refusal } from './refusal.ts';

export { CLIENT_GONE, Refusal } from './refusal.ts';

/**
 * The library's `InputError` becomes 400, the end of the engine 503, and a network with NaN or infinite output 500. Any
 * other error becomes 500, without its text.
 */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // The client left before it had read the whole answer.
  if ((error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return clientGone();
  if (error instanceof EngineGone) {
    return new Refusal(503, 'engine_restarting', 'The engine is restarting and has lost the request: send it again.', {
      retryAfter: 1,
    });
  }
  if (error instanceof ModelFault) return new Refusal(500, 'model_failed', error.message);
  if (error instanceof InputError) return new Refusal(400, 'invalid_value', error.message);
  const { statusCode = 500, validation, message, code } = error as FastifyError;
  if (validation?.[0]) return invalidField(validation[0]);
  if (statusCode === 415)
    return new Refusal(415, 'media_type', 'Cannot read the request: its content-type must be application/json.');
  if (statusCode === 413)
    return new Refusal(413, 'body_too_large', 'Cannot read the request: its body is larger than this server takes.');
  if (statusCode === 414 || code === 'FST_ERR_BAD_URL') {
    return new Refusal(
      statusCode,
      'invalid_url',
      'Cannot take the request: its URL must be well formed and short enough.',
    );
  }
  if (statusCode < 500) {
    return new Refusal(statusCode, 'invalid_request', `Cannot take the request: ${message.replace(/\.$/, '')}.`);
  }
  if (statusCode === 503) return new Refusal(503, 'closing', 'The server is stopping: ask another.', { retryAfter: 1 });
  return new Refusal(500, 'internal_error', 'The server failed at this request. Look for the request id in its log.');
}

/** Counts a failure, and logs it if it is the server's fault. Does neither if the client left. */
export function report(request: FastifyRequest, errors: Counter<'code'>, error: unknown, refusal: Refusal): void {
  if (refusal.statusCode === CLIENT_GONE) return;
  errors.inc({ code: refusal.code });
  if (error instanceof ModelFault) request.log.error({ reason: error.message }, 'a model failed');
  else if (refusal.statusCode === 500) request.log.error({ err: error }, 'a request failed');
}

/** The error object of OpenAI's API. */
export function openaiError(refusal: Refusal): object {
  const { message, code, param, statusCode } = refusal;
  return { error: { message, type: typeOf(statusCode), param, code } };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

export const clientGone = () => new Refusal(CLIENT_GONE, 'client_gone', 'The client closed the connection.');

/** @param timeout seconds */
export const tooLate = (timeout: number) =>
  new Refusal(504, 'timeout', `The request took longer than its ${timeout} s and was cancelled.`);

/** Answers with the error; clients of the inference protocol expect one string. */
export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal.retryAfter !== undefined) void reply.header('retry-after', refusal.retryAfter);
  if (refusal.allow !== undefined) void reply.header('allow', refusal.allow);
  if (refusal.statusCode === 401) void reply.header('www-authenticate', 'Bearer');
  const body = request.url.startsWith('/v2') ? { error: refusal.message } : openaiError(refusal);
  return reply.status(refusal.statusCode).type('application/json').serializer(JSON.stringify).send(body);
}
