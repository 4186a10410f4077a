/**
 * Names of modules as the sources write them, turned into those of the built package: `./table.ts` into `./table.js`, and
 * `#src/model/index.ts`, which only the checked-in manifest maps, into a relative path. It reads the text of what tsc wrote,
 * where a name of a module stands in one of four forms.
 */
import { posix } from 'node:path';

/** `from '...'`, `import '...'`, `import('...')`, and `new URL('...', import.meta.url)` */
const NAMED = /(\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(['"])(\.{1,2}\/[^'"]*|#src\/[^'"]*)\2/g;

/**
 * @param text JavaScript or declarations
 * @param path of the file below `src`, with slashes
 */
export function builtSpecifiers(text: string, path: string): string {
  return text.replace(NAMED, (_, before: string, quote: string, name: string) => {
    const relative = name.startsWith('#src/') ? relativeTo(path, name.slice('#src/'.length)) : name;
    return `${before}${quote}${relative.replace(/\.tsx?$/, '.js')}${quote}`;
  });
}

function relativeTo(path: string, target: string): string {
  const relative = posix.relative(posix.dirname(path), target);
  return relative.startsWith('.') ? relative : `./${relative}`;
}
