/** Which modules have texts of the page, and the one list of them, site/texts/en.json. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findMessages } from './find.ts';
import { messagesOfHtml } from './html.ts';
import type { Message } from './message.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const TEXTS = fileURLToPath(new URL('../../texts', import.meta.url));
const PAGE = 'site/index.html';

/** Folders of texts, and how strings are taken there. */
const SOURCES = [
  { folder: 'site/', usual: 'prose' },
  { folder: 'scheduler/src/', usual: 'words' },
  { folder: 'runtime-web/src/', usual: 'words' },
] as const;
/** They run at build time or as a program, and nobody sees them. */
const ELSEWHERE = /^site\/(build\/(?!model-folder)|public\/|first-view\/|vite\.config)|\.d\.ts$/;
const MODULE = /\.tsx?$/;

/** @param path from the project's root, with slashes. @returns none for a module without texts of the page */
export function messagesOf(path: string, code: string): Message[] {
  if (path === PAGE) return messagesOfHtml(code);
  const source = SOURCES.find(({ folder }) => path.startsWith(folder));
  return source && MODULE.test(path) && !ELSEWHERE.test(path) ? findMessages(code, path, source.usual) : [];
}

/** Where a text stands, by the text; in the order of files and of their texts. */
export type Catalogue = Map<string, string[]>;

export async function readCatalogue(root = ROOT): Promise<Catalogue> {
  const catalogue: Catalogue = new Map();
  for (const path of await listSources(root)) {
    for (const { text } of messagesOf(path, await readFile(join(root, path), 'utf8'))) {
      const places = catalogue.get(text) ?? [];
      if (!places.includes(path)) catalogue.set(text, [...places, path]);
    }
  }
  return catalogue;
}

async function listSources(root: string): Promise<string[]> {
  const all = await Promise.all(
    SOURCES.map(async ({ folder }) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'));
      return files.map(({ parentPath, name }) => relative(root, join(parentPath, name)).split(sep).join('/')).sort();
    }),
  );
  return all.flat().filter((path) => path === PAGE || MODULE.test(path));
}

/** A line for each text, with the files where it stands. */
export function catalogueText(catalogue: Catalogue): string {
  const lines = [...catalogue].map(([text, files]) => `  ${JSON.stringify(text)}: ${JSON.stringify(files.join(' '))}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}
