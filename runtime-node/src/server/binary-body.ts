/**
 * Bodies with tensors as bytes behind the JSON: Triton's binary data extension.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.ts';
import { strictJson } from './strict-json.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What follows the JSON; empty for a body that is JSON alone. */
    binary: Buffer;
  }
}

/** Tells where the JSON ends, of requests and answers. */
export const JSON_LENGTH = 'inference-header-content-length';

/** Triton's clients send no type; what they send is one of these. */
const TYPES = ['application/json', 'application/octet-stream', ''];

/** In this scope bodies are JSON, with bytes behind it where the header says so. */
export function takeBinaryBodies(scope: FastifyInstance): void {
  const parse = strictJson(scope);
  scope.decorateRequest('binary'); // set by the parser, and without a body nothing is asked
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request, raw, done) => {
    const body = raw as Buffer;
    const { 'content-type': given = '' } = request.headers;
    const [type = ''] = given.split(';');
    if (!TYPES.includes(type.trim().toLowerCase())) {
      const rule = 'its content-type must be application/json, application/octet-stream or left out';
      return done(new Refusal(415, 'media_type', `Cannot read the request: ${rule}.`));
    }
    const told = request.headers[JSON_LENGTH];
    const length = told === undefined ? body.length : /^\d{1,15}$/.test(String(told)) ? Number(told) : Number.NaN;
    if (!(length <= body.length)) {
      const rule = `${JSON_LENGTH} must be a number of bytes, at most the body's ${body.length}`;
      return done(new Refusal(400, 'invalid_value', `Cannot read the request: ${rule}.`));
    }
    request.binary = body.subarray(length);
    return parse(request, body.subarray(0, length), done);
  });
}

/** JSON with bytes behind it, as an answer. */
export function withBytes(json: object, bytes: Buffer): { length: number; body: Buffer } {
  const text = Buffer.from(JSON.stringify(json));
  return { length: text.length, body: Buffer.concat([text, bytes]) };
}
