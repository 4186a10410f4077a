/** Which files of the build each view needs. */
import type { Rolldown } from 'vite';

/** A view's files, by their names in the bundle. */
export interface ViewFiles {
  scripts: string[];
  styles: string[];
}

const VIEW = /\/views\/(.+)\/index\.tsx$/;

/** By what addresses call the views and their parts: `sample`, `learn/guess`. With all that they import. */
export function filesOfViews(bundle: Rolldown.OutputBundle): Map<string, ViewFiles> {
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  return new Map(
    chunks.flatMap((chunk) => {
      const view = chunk.facadeModuleId && VIEW.exec(chunk.facadeModuleId)?.[1];
      return view ? [[view, filesOf(chunk, chunks)] as const] : [];
    }),
  );
}

function filesOf(first: Rolldown.OutputChunk, chunks: readonly Rolldown.OutputChunk[]): ViewFiles {
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const take = (chunk: Rolldown.OutputChunk | undefined) => {
    if (!chunk || scripts.has(chunk.fileName)) return;
    if (!chunk.isEntry) scripts.add(chunk.fileName);
    for (const file of chunk.viteMetadata?.importedCss ?? []) styles.add(file);
    for (const file of chunk.imports) take(chunks.find(({ fileName }) => fileName === file));
  };
  take(first);
  return { scripts: [...scripts], styles: [...styles] };
}
