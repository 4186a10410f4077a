/** What a build says in place of English, and what it could not say. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../scheduler/src/rules/index.ts';
import { TEXTS } from './catalogue.ts';
import type { Message } from './message.ts';
import { PSEUDO, pseudo } from './pseudo.ts';
import type { Translation } from './rewrite.ts';

export interface Locale {
  name: string;
  /** @returns undefined where the locale has no such text: it stays English */
  say(message: Message, path: string): Translation | undefined;
  /** Texts that were asked for and are not there. */
  missing: ReadonlySet<string>;
}

/**
 * Reads site/texts/<name>.json: by the English text its translation. A key that begins with a file and a colon holds only there:
 * `"site/shell/names.ts: Sample"`.
 * @throws InputError where the file cannot be read
 */
export async function readLocale(name: string, folder = TEXTS): Promise<Locale> {
  const missing = new Set<string>();
  if (name === PSEUDO) return { name, missing, say: ({ text, kind }) => pseudo(text, kind) };
  const texts = await readTexts(name, folder);
  const say = ({ text }: Message, path: string) => {
    const said = texts.get(`${path}: ${text}`) ?? texts.get(text);
    if (said === undefined) missing.add(text);
    return said;
  };
  return { name, missing, say };
}

async function readTexts(name: string, folder: string): Promise<Map<string, Translation>> {
  const file = join(folder, `${name}.json`);
  const fail = (received: string) =>
    new InputError(
      `Cannot build the page: --locale must be ${PSEUDO} or name a file of texts, ${file}, received ${received}.`,
    );
  if (!/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(name) || name === 'en') throw fail(`"${name}"`);
  const text = await readFile(file, 'utf8').catch(() => {
    throw fail(`"${name}", and there is none`);
  });
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, Translation>));
  } catch (error) {
    throw fail(`one that is no JSON: ${(error as Error).message}`);
  }
}

/** Which texts stayed English, a line each. */
export function missingWords({ name, missing }: Locale): string {
  if (missing.size === 0) return `\nThe page has all its texts in ${name}.`;
  return [`\n${missing.size} texts are missing in ${name}, and stay English:`, ...missing].join('\n  ');
}
