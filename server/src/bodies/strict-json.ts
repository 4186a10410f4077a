/** Accepts only JSON in UTF-8 as bodies. */
import { show } from '@onnoise/scheduler/rules';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import { repeatedKey } from './repeated-key.ts';

type Done = (error: Error | null, value?: unknown) => void;

/**
 * Replaces fastify's parsers: refuses text that is not UTF-8, fields that are named twice, `__proto__` and
 * `constructor.prototype`.
 *
 * @returns the parser, for routes whose bodies hold more than JSON.
 */
export function strictJson(app: FastifyInstance): (request: FastifyRequest, body: Buffer, done: Done) => void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parseStrictly = (request: FastifyRequest, body: Buffer, done: Done) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding.toLowerCase() !== 'identity') {
      const rule = 'its body must not be compressed (content-encoding)';
      return done(new Refusal(415, 'media_type', `Cannot read the request: ${rule}.`));
    }
    let text: string;
    try {
      text = decoder.decode(body);
    } catch {
      return done(new Refusal(400, 'invalid_json', 'Cannot read the request: its body must be UTF-8.'));
    }
    return parse(request, text, (error, value) => {
      const name = error === null ? repeatedKey(text) : undefined;
      if (error === null && name === undefined) return done(null, value);
      const received = error === null ? `${show(name)} twice in one object` : fault(text);
      const rule = error === null ? 'each of its fields must be named once' : 'its body must be JSON';
      done(new Refusal(400, 'invalid_json', `Cannot read the request: ${rule}, received ${received}.`));
    });
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) =>
    parseStrictly(request, body as Buffer, done),
  );
  return parseStrictly;
}

/** Why the text is not JSON, a phrase. */
function fault(text: string): string {
  if (text.trim() === '') return 'an empty one';
  try {
    JSON.parse(text);
    return 'a field __proto__ or constructor.prototype, which is of no use here'; // valid JSON with a refused name
  } catch (error) {
    const told = `"${(error as Error).message.slice(0, 120)}"`;
    return /[^"\w](NaN|-?Infinity)\b/.test(text) ? `${told}: JSON has no NaN and no Infinity` : told;
  }
}
