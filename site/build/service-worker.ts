/**
 * Builds site/sw/sw.ts to sw.js beside index.html, with the list of all built files in it. It is a build of its own,
 * after the page's, because sw.js is one plain script and shares no chunk with the page.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import { type BuiltFile, type BuiltList, hashOf, partOf, START } from '../sw/files.ts';

/** Which files of the build each view needs. */

/** A view's files, by their names in the bundle. */
interface ViewFiles {
  scripts: string[];
  styles: string[];
}

const VIEW = /\/views\/(.+)\/index\.tsx$/;
const WHOLE_VIEW = /\/views\/([^/]+)\/index\.tsx$/;

/** By what addresses call the views and their parts: `sample`, `learn/guess`. With all that they import. */
export function filesOfViews(bundle: Rolldown.OutputBundle): Map<string, ViewFiles> {
  const chunks = chunksOf(bundle);
  return new Map(
    chunks.flatMap((chunk) => {
      const view = viewOf(chunk);
      if (view === undefined) return [];
      const all = reach([chunk], chunks, ({ imports }) => imports);
      return [[view, { scripts: all.filter(({ isEntry }) => !isEntry).map(nameOf), styles: stylesOf(all) }] as const];
    }),
  );
}

/** What only chapters of Learn need, also later: not the list of them, nor another view. */
function filesOfChapters(bundle: Rolldown.OutputBundle): Set<string> {
  const chunks = chunksOf(bundle);
  const isChapter = (chunk: Rolldown.OutputChunk) => viewOf(chunk)?.startsWith('learn/') ?? false;
  const isView = new Set(chunks.filter((chunk) => viewOf(chunk) !== undefined).map(nameOf));
  const filesFrom = (starts: readonly Rolldown.OutputChunk[]) => {
    const later = (chunk: Rolldown.OutputChunk) => chunk.dynamicImports.filter((file) => !isView.has(file));
    const all = reach(starts, chunks, (chunk) => [...chunk.imports, ...later(chunk)]);
    return [...all.map(nameOf), ...stylesOf(all)];
  };
  const others = new Set(
    filesFrom(chunks.filter((chunk) => chunk.isEntry || (isView.has(chunk.fileName) && !isChapter(chunk)))),
  );
  return new Set(filesFrom(chunks.filter(isChapter)).filter((file) => !others.has(file)));
}

const chunksOf = (bundle: Rolldown.OutputBundle) => Object.values(bundle).filter((output) => output.type === 'chunk');
const nameOf = ({ fileName }: Rolldown.OutputChunk) => fileName;
/** A chunk that vite.config.ts names has no module as its face. */
const viewOf = ({ facadeModuleId, moduleIds }: Rolldown.OutputChunk) =>
  (facadeModuleId ? VIEW.exec(facadeModuleId) : moduleIds.map((id) => WHOLE_VIEW.exec(id)).find(Boolean))?.[1];
const stylesOf = (chunks: readonly Rolldown.OutputChunk[]) => [
  ...new Set(chunks.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])])),
];

/** These chunks and all that they lead to, each once, a chunk before what it leads to. */
function reach(
  starts: readonly Rolldown.OutputChunk[],
  chunks: readonly Rolldown.OutputChunk[],
  next: (chunk: Rolldown.OutputChunk) => readonly string[],
): Rolldown.OutputChunk[] {
  const found = new Set<Rolldown.OutputChunk>();
  const take = (chunk: Rolldown.OutputChunk | undefined) => {
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    for (const file of next(chunk)) take(chunks.find(({ fileName }) => fileName === file));
  };
  for (const chunk of starts) take(chunk);
  return [...found];
}

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
