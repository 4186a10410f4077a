/** Builds the page in another language: replaces the messages of its modules and of index.html before anything else sees them. */
import { relative, sep } from 'node:path';
import { type Plugin, runnerImport } from 'vite';
import { messagesOf, ROOT } from './catalogue.ts';
import type { Locale } from './locale.ts';
import { rewrite } from './rewrite.ts';

/** Not what is fetched as a file; the entry of a worker has a name of its own. */
const MODULE = /\.tsx?(\?worker_file\b.*)?$/;

export function localTexts(locale: Locale): Plugin {
  const translate = (code: string, path: string) => {
    const messages = messagesOf(path, code);
    return messages.length === 0
      ? undefined
      : rewrite(code, messages, (message) => locale.say(message, path), locale.name);
  };
  return {
    name: 'onnoise:texts',
    enforce: 'pre',
    transform: {
      filter: { id: MODULE },
      handler(code, id) {
        const said = translate(code, relative(ROOT, id.replace(/\?.*/, '')).split(sep).join('/'));
        return said === undefined ? null : { code: said, map: null };
      },
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => (translate(html, 'site/index.html') ?? html).replace('lang="en"', `lang="${locale.name}"`),
    },
  };
}

/** A module of the build that says something on the page, in the page's language. */
export async function runLocal<T>(file: string, plugins: Plugin[]): Promise<T> {
  const environments = { inline: { resolve: { noExternal: [/^@onnoise\//, /^#/] } } };
  return (await runnerImport<T>(file, { configFile: false, logLevel: 'warn', plugins, environments })).module;
}
