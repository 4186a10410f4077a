/**
 * Writes the styles of the first view into index.html, allowed by their hashes in the page's policy. Nothing is painted before
 * the styles are there, and files of their own would cost a round trip.
 */
import type { Plugin, Rolldown } from 'vite';
import { VIEWS } from '../state/address.ts';
import { allowInline, put } from './insert.ts';
import { filesOfViews } from './view-files.ts';

const POLICY = "style-src 'self'";
const END = '</head>';

export function firstStyles(): Plugin {
  let styles: string[] = [];
  return {
    name: 'onnoise:first-styles',
    apply: 'build',
    generateBundle: {
      order: 'pre', // before vite writes down which files a view needs
      handler: (_options, bundle) => {
        styles = takeStyles(bundle);
      },
    },
    transformIndexHtml: { order: 'post', handler: (html) => insertStyles(html, styles) },
  };
}

/** Takes the files out of the bundle: the page has them, so no chunk waits for them. */
function takeStyles(bundle: Rolldown.OutputBundle): string[] {
  const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
  const ofEntry = chunks
    .filter(({ isEntry }) => isEntry)
    .flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
  const files = new Set([...ofEntry, ...(filesOfViews(bundle).get(VIEWS[0])?.styles ?? [])]);
  return [...files].map((file) => {
    const output = bundle[file];
    if (output?.type !== 'asset') throw new Error(`The page needs ${file}, which the build has not made.`);
    for (const { viteMetadata } of chunks) viteMetadata?.importedCss.delete(file);
    delete bundle[file];
    return String(output.source).trim();
  });
}

/** @throws Error where the page has no policy that could allow them */
export function insertStyles(html: string, styles: readonly string[]): string {
  const elements = styles.map((style) => `  <style>${style}</style>\n  `).join('');
  return put(allowInline(html, POLICY, styles), END, elements + END);
}
