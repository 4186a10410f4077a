/** Where the repository and what is built from it lie. */
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** What npm publishes: a folder for each package. */
export const PACKAGES_FOLDER = join(ROOT, 'build', 'packages');

/** The tarballs of `npm run pack`. */
export const TARBALLS_FOLDER = join(ROOT, 'build', 'tarballs');

/** What tsc writes before it is sorted into packages: `<workspace>/src/...`. */
export const COMPILED_FOLDER = join(ROOT, 'build', 'compiled');
