/** Accepts only JSON in UTF-8 as bodies. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';

type Done = (error: Error | null, value?: unknown) => void;

/**
 * Replaces fastify's parsers: refuses text that is not UTF-8, `__proto__` and `constructor`.
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
      if (error === null) return done(null, value);
      done(
        new Refusal(
          400,
          'invalid_json',
          `Cannot read the request: its body must be JSON, received ${fault(text, error)}.`,
        ),
      );
    });
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) =>
    parseStrictly(request, body as Buffer, done),
  );
  return parseStrictly;
}

/** Why the text is not JSON, a phrase. */
function fault(text: string, { message }: Error): string {
  if (text.trim() === '') return 'an empty one';
  try {
    JSON.parse(text);
    return `"${message.slice(0, 120)}"`; // valid JSON with a refused name
  } catch (error) {
    const told = `"${(error as Error).message.slice(0, 120)}"`;
    return /[^"\w](NaN|-?Infinity)\b/.test(text) ? `${told}: JSON has no NaN and no Infinity` : told;
  }
}
