/** What the build writes into index.html. */
import { createHash } from 'node:crypto';

/** @throws Error where the page's source has the place not once */
export function put(text: string, place: string, content: string): string {
  if (text.split(place).length !== 2) throw new Error(`The page's source must have this once: ${place}`);
  return text.replace(place, () => content);
}

/** Allows inline scripts or styles by their hashes. @param rule of the page's policy, such as `script-src 'self'` */
export function allowInline(page: string, rule: string, contents: readonly string[]): string {
  const hashes = contents.map((content) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`);
  return put(page, rule, [rule, ...hashes].join(' '));
}
