/** Bodies are JSON in UTF-8, and nothing else. */
import type { FastifyInstance } from 'fastify';
import { Refusal } from './errors.ts';

/** Replaces fastify's parsers: text that is not UTF-8 is refused, not mended; `__proto__` and `constructor` are refused. */
export function strictJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = decoder.decode(body as Buffer);
    } catch {
      return done(new Refusal(400, 'invalid_json', 'Cannot read the request: its body must be UTF-8.'));
    }
    return parse(request, text, (error, value) => {
      if (error === null) return done(null, value);
      done(
        new Refusal(
          400,
          'invalid_json',
          `Cannot read the request: its body must be JSON, received "${error.message.slice(0, 120)}".`,
        ),
      );
    });
  });
}
