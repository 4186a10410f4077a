/** The messages of index.html: what stands between tags, and its description. */
import type { Message } from './message.ts';
import { hasTwoWords } from './rules.ts';

const BETWEEN = /(?<=>)[^<>]+(?=<)/g;
const DESCRIPTION = /(?<=name="description"\s+content=")[^"]+(?=")/g;

export function messagesOfHtml(html: string): Message[] {
  const found = [...html.matchAll(BETWEEN), ...html.matchAll(DESCRIPTION)].filter(([text]) => hasTwoWords(text));
  return found.map(({ 0: text, index }) => ({
    text: text.trim().replaceAll(/\s+/g, ' '),
    kind: 'html' as const,
    range: [index, index + text.length] as const,
    around: ['', ''] as const,
    places: new Map(),
  }));
}
