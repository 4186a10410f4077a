/** The licence that a model's README.md on the Hub gives at its head, between lines of `---`. */
import { readFile } from 'node:fs/promises';

/** undefined without a README, and for one that gives none. */
export async function licenceOf(path: string | undefined): Promise<string | undefined> {
  const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '');
  const head = /^---\r?\n([\s\S]*?)^---\s*$/m.exec(text);
  if (head?.index !== 0) return undefined;
  return /^license:\s*["']?([\w.+-]+)["']?\s*$/m.exec(head[1]!)?.[1];
}
