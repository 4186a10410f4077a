/** Which files of the build each view needs. */
import type { Rolldown } from 'vite';

/** A view's files, by their names in the bundle. */
export interface ViewFiles {
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
export function filesOfChapters(bundle: Rolldown.OutputBundle): Set<string> {
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
