/**
 * Bodies with tensors as bytes after the JSON: Triton's binary data extension.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import { strictJson } from './strict-json.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes after the JSON; empty for a body of JSON only. */
    binary: Buffer;
  }
}

/** The header that says where the JSON ends, in requests and answers. */
export const JSON_LENGTH = 'inference-header-content-length';

/** Triton's clients send no content type. */
const TYPES = ['application/json', 'application/octet-stream', ''];

/** Makes bodies in this scope JSON, followed by bytes if the header says so. */
export function takeBinaryBodies(scope: FastifyInstance): void {
  const parse = strictJson(scope);
  scope.decorateRequest('binary'); // the parser sets it; without a body nobody reads it
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

/** An answer of JSON with bytes after it. */
export function withBytes(json: object, bytes: Buffer): { length: number; body: Buffer } {
  const text = Buffer.from(JSON.stringify(json));
  return { length: text.length, body: Buffer.concat([text, bytes]) };
}
