/**
 * A script of `bin` as it is published. In the repository it lets Node load TypeScript first; the lines that do so are left
 * out, and what it imports from `src` is in `dist`.
 */
const LOADS_TYPESCRIPT = /\btsx\b|^register\(/;

export function builtBin(text: string): string {
  const lines = text.split('\n').filter((line) => !LOADS_TYPESCRIPT.test(line));
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/(['"])\.\.\/src\/([^'"]+)\.ts\1/g, '$1../dist/$2.js$1');
}
