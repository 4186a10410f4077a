/** What differs in index.html between the dev server and the build. */
import type { Plugin, Rolldown } from 'vite';

/** The page shows it where the address names none: see address.ts. */
const FIRST_VIEW = '/views/sample/index.tsx';

/**
 * vite's dev server inlines styles and talks over a socket, so its page allows both. The build needs neither. What the first
 * view needs is fetched beside the page's script, not after it: a round trip less. (Its styles: first-styles.ts.)
 */
export function siteHtml(): Plugin[] {
  return [
    {
      name: 'onnoise:dev-policy',
      apply: 'serve',
      transformIndexHtml: (html) =>
        html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace("connect-src 'self'", '$& ws:'),
    },
    {
      name: 'onnoise:first-files',
      apply: 'build',
      transformIndexHtml: {
        order: 'post',
        handler: (html, { bundle = {} }) => {
          const links = filesOfView(bundle)
            .scripts.map((file) => `<link rel="modulepreload" crossorigin href="./${file}">`)
            .filter((link) => !html.includes(link));
          return html.replace('</head>', `${links.map((link) => `  ${link}\n  `).join('')}</head>`);
        },
      },
    },
  ];
}

/** The first view's chunk, and all that it imports. */
export function filesOfView(bundle: Rolldown.OutputBundle): { scripts: string[]; styles: string[] } {
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const take = (chunk: Rolldown.OutputChunk | undefined) => {
    if (!chunk || scripts.has(chunk.fileName)) return;
    if (!chunk.isEntry) scripts.add(chunk.fileName);
    for (const file of chunk.viteMetadata?.importedCss ?? []) styles.add(file);
    for (const file of chunk.imports) take(chunks.find(({ fileName }) => fileName === file));
  };
  take(chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(FIRST_VIEW)));
  return { scripts: [...scripts], styles: [...styles] };
}
