/**
 * Builds site/sw/sw.ts to sw.js beside index.html, with the list of all built files in it. It is a build of its own,
 * after the page's, because sw.js is one plain script and shares no chunk with the page.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { type BuiltFile, type BuiltList, hashOf, partOf, START } from '../sw/files.ts';
import { filesOfChapters } from './view-files.ts';

const ENTRY = fileURLToPath(new URL('../sw/sw.ts', import.meta.url));
const OUTPUT = 'sw.js';

/** The page never requests hidden files, source maps or its own server, and the host serves the compressed copies by itself. */
const UNLISTED = /(^|\/)\.|\.(map|gz|br)$|^serve\.mjs$/;

export function serviceWorker(): Plugin {
  let outDir = '';
  let chapters: ReadonlySet<string> = new Set();
  /** Else the build has failed, and says why by itself. */
  let written = false;
  return {
    name: 'onnoise:service-worker',
    apply: 'build',
    configResolved: ({ root, build }) => {
      outDir = resolve(root, build.outDir);
    },
    generateBundle: {
      order: 'post',
      handler: (_options, bundle) => {
        chapters = filesOfChapters(bundle);
      },
    },
    writeBundle: () => {
      written = true;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      handler: async () => {
        if (written) await buildWorker(outDir, await listBuilt(outDir, chapters));
      },
    },
  };
}

/** Lists the files of a built site. @param chapters files of code that only chapters need */
async function listBuilt(folder: string, chapters: ReadonlySet<string>): Promise<BuiltList> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== OUTPUT && !UNLISTED.test(path))
    .sort();
  const files: BuiltFile[] = [];
  for (const path of paths) {
    const content = new Uint8Array(await readFile(join(folder, path)));
    const part = partOf(path, chapters);
    files.push({ path, hash: await hashOf(content), bytes: content.byteLength, ...(part && { part }) });
  }
  const page = await readFile(join(folder, START), 'utf8');
  const entry = /<script[^>]*\ssrc="\.?\/?([^"]+)"/.exec(page)?.[1] ?? '';
  return { version: await hashOf(new TextEncoder().encode(JSON.stringify(files))), entry, files };
}

async function buildWorker(outDir: string, list: BuiltList): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { BUILT_LIST: JSON.stringify(list) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      copyPublicDir: false,
      reportCompressedSize: false,
      rolldownOptions: { input: ENTRY, output: { format: 'iife', entryFileNames: OUTPUT, codeSplitting: false } },
    },
  });
}
