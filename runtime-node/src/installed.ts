/**
 * Where an installed package lies, found while the program runs. This module may be part of a bundle: there `import.meta.url` is that of
 * the bundle, or missing if it is CommonJS, and a name written into `createRequire(import.meta.url).resolve` becomes a number.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The main file of a package as this module finds it, else as the program does, or the folder that it was started in. */
export function installedFile(name: string): string | undefined {
  for (const from of [import.meta.url, process.argv[1], join(process.cwd(), 'index.js')]) {
    try {
      if (from) return createRequire(from).resolve(name);
    } catch {
      // not found from there, or from no file
    }
  }
  return undefined;
}
