/** What an answer is: JSON, or a picture itself if `Accept` asks for it (RFC 9110, 12.5.1). */
import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** The formats of pictures, by their names in requests. The first is the default. */
export const OUTPUT_FORMATS = ['png', 'webp', 'jpeg'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const JSON_TYPE = 'application/json';
export const typeOf = (format: OutputFormat): string => `image/${format}`;

/** The format of the picture that the client wants, or undefined for JSON, which it also gets if it takes nothing else. */
export function wantedPicture({ headers }: FastifyRequest): OutputFormat | undefined {
  const types = [JSON_TYPE, ...OUTPUT_FORMATS.map(typeOf)];
  const best = new Negotiator({ headers }).mediaType(types);
  return OUTPUT_FORMATS.find((format) => typeOf(format) === best);
}
